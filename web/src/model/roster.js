// SPDX-License-Identifier: GPL-3.0-or-later
// Who is in a conference, from the documents of the event package (RFC 4575), full and partial. Knows nothing of the page or of SIP:
// elements in, members out.

/** Namespaces of the elements that are read. */
const INFO = 'urn:ietf:params:xml:ns:conference-info';
const CONFER = 'urn:confer:conference-info';
const LINPHONE = 'linphone:xml:ns:conference-info-linphone-extension';

/**
 * @typedef {{ id: string, type: string, label: string, ssrc: number, status: string, content: string }} Media
 * A stream of a device; status as seen from the device: sendrecv, sendonly, recvonly or inactive.
 * @typedef {{ entity: string, status: string, callId: string, encryption: string, sas: string, isSasVerified: boolean, paused: string,
 *   media: Map<string, Media> }} Device
 * sas: ZRTP's short authentication string, '' if there is none; paused: 'bandwidth' or 'codec' if it lacks pictures
 * @typedef {{ uri: string, name: string, roles: string[], isVerified: boolean, handUp: string, waits: string, devices: Map<string, Device> }} Member
 */

/** @param {Element} parent @param {string} name @param {string} [space] @returns {Element[]} */
function children(parent, name, space = INFO) {
  const found = [];
  for (let node = parent.firstChild; node; node = node.nextSibling) {
    const element = /** @type {Element} */ (node);
    if (node.nodeType === 1 && element.localName === name && element.namespaceURI === space) {
      found.push(element);
    }
  }
  return found;
}

/** @param {Element} parent @param {string} name @param {string} [space] @returns {Element | undefined} */
function child(parent, name, space = INFO) {
  return children(parent, name, space)[0];
}

/** @param {Element} parent @param {string} name @returns {string | undefined} */
function text(parent, name) {
  return child(parent, name)?.textContent?.trim();
}

/** @param {Element} element @returns {string} */
function stateOf(element) {
  return element.getAttribute('state') || 'full';
}

/** The roster. */
export class Roster {
  constructor() {
    /** @type {Map<string, Member>} */
    this.members = new Map();
    this.version = -1;
    this.subject = '';
    this.isLocked = false;
    this.hasLobby = false;
  }

  /**
   * Take a document in. 'changed', 'stale' (an old one: nothing was changed), or 'gap' (a partial one without what it builds on: the
   * full state is to be asked for).
   * @param {Element} root
   * @returns {'changed' | 'stale' | 'gap'}
   */
  apply(root) {
    const version = Number(root.getAttribute('version') ?? 0);
    const state = stateOf(root);
    if (state === 'full') {
      this.members.clear();
    } else if (this.version < 0) {
      return 'gap';
    } else if (version <= this.version) {
      return 'stale';
    }
    this.version = version;
    this.#describe(root);
    const users = child(root, 'users');
    let isWhole = true;
    for (const element of users ? children(users, 'user') : []) {
      isWhole = this.#applyUser(element) && isWhole;
    }
    return isWhole ? 'changed' : 'gap';
  }

  /** @param {Element} root */
  #describe(root) {
    const description = child(root, 'conference-description');
    const subject = description && text(description, 'subject');
    this.subject = subject ?? this.subject;
    const conference = child(root, 'conference-state');
    const locked = conference && text(conference, 'locked');
    this.isLocked = locked === undefined ? this.isLocked : locked === 'true';
    const own = conference && child(conference, 'room-state', CONFER);
    this.hasLobby = own ? own.getAttribute('lobby') === 'true' : this.hasLobby;
  }

  /** @param {Element} element @returns {boolean} false: it builds on a user that is not known */
  #applyUser(element) {
    const uri = element.getAttribute('entity') ?? '';
    const state = stateOf(element);
    if (state === 'deleted') {
      this.members.delete(uri);
      return true;
    }
    let member = this.members.get(uri);
    if (state === 'partial' && !member) {
      return false;
    }
    if (!member || state === 'full') {
      member = { uri, name: '', roles: [], isVerified: false, handUp: '', waits: '', devices: new Map() };
      this.members.set(uri, member);
    }
    this.#describeMember(member, element);
    for (const endpoint of children(element, 'endpoint')) {
      this.#applyDevice(member, endpoint);
    }
    return true;
  }

  /** @param {Member} member @param {Element} element */
  #describeMember(member, element) {
    member.name = text(element, 'display-text') ?? member.name;
    const roles = child(element, 'roles');
    if (roles) {
      member.roles = children(roles, 'entry').map((entry) => entry.textContent?.trim() ?? '');
    }
    const own = child(element, 'user-state', CONFER);
    if (own) {
      member.isVerified = own.getAttribute('verified') === 'true';
      member.handUp = own.getAttribute('hand-up') ?? '';
      member.waits = own.getAttribute('waits') ?? '';
    }
  }

  /** @param {Member} member @param {Element} element */
  #applyDevice(member, element) {
    const entity = element.getAttribute('entity') ?? '';
    const state = stateOf(element);
    if (state === 'deleted') {
      member.devices.delete(entity);
      return;
    }
    let device = member.devices.get(entity);
    if (!device || state === 'full') {
      device = { entity, status: '', callId: '', encryption: '', sas: '', isSasVerified: false, paused: '', media: new Map() };
      member.devices.set(entity, device);
    }
    device.status = text(element, 'status') ?? device.status;
    const call = child(element, 'call-info');
    const sip = call && child(call, 'sip');
    device.callId = (sip && text(sip, 'call-id')) ?? device.callId;
    const own = child(element, 'endpoint-state', CONFER);
    if (own) {
      device.encryption = own.getAttribute('encryption') ?? '';
      device.sas = own.getAttribute('sas') ?? '';
      device.isSasVerified = own.getAttribute('sas-verified') === 'true';
      device.paused = own.getAttribute('paused') ?? '';
    }
    for (const media of children(element, 'media')) {
      this.#applyMedia(device, media);
    }
  }

  /** @param {Device} device @param {Element} element */
  #applyMedia(device, element) {
    const id = element.getAttribute('id') ?? '';
    const data = child(element, 'stream-data', LINPHONE);
    device.media.set(id, {
      id,
      type: text(element, 'type') ?? '',
      label: text(element, 'label') ?? '',
      ssrc: Number(text(element, 'src-id') ?? 0),
      status: text(element, 'status') ?? 'inactive',
      content: (data && child(data, 'stream-content', LINPHONE)?.textContent?.trim()) ?? '',
    });
  }

  /** The member with a stream that has @ssrc, to name the speaker. Nobody, if several say that they have it. @param {number} ssrc @returns {Member | undefined} */
  memberOfSsrc(ssrc) {
    const found = [...this.members.values()].filter((member) => ssrc !== 0 && [...member.devices.values()]
      .some((device) => [...device.media.values()].some((media) => media.ssrc === ssrc)));
    return found.length === 1 ? found[0] : undefined;
  }
}

/** Is a device in the conference, as opposed to ringing or leaving? @param {Device} device */
export function isPresent(device) {
  return ['connected', 'on-hold', 'muted-via-focus'].includes(device.status);
}

/** Does somebody wait to be let in, or for their PIN? They are shown as on hold, and are not in. @param {Member} member */
export function isWaiting(member) {
  return member.waits !== '';
}

/** Is somebody in, with any device? @param {Member} member */
export function isIn(member) {
  return !isWaiting(member) && [...member.devices.values()].some(isPresent);
}

/** Is a member silenced by the conference? @param {Member} member */
export function isMuted(member) {
  const devices = [...member.devices.values()].filter(isPresent);
  return devices.length > 0 && devices.every((device) => device.status === 'muted-via-focus');
}

/**
 * How a member's media is encrypted: 'dtls', 'sdes', 'zrtp', 'none' if it is not on one device of several, or '' if that is not known or differs.
 * @param {Member} member
 */
export function encryptionOf(member) {
  const kinds = new Set([...member.devices.values()].filter(isPresent).map((device) => device.encryption.split(' ')[0]));
  return kinds.has('none') ? 'none' : kinds.size === 1 ? [...kinds][0] : '';
}

/** Why not all pictures reach a member: 'bandwidth' if its link does not carry them, 'codec' if it has no way to show some; '' if all do. @param {Member} member */
export function pausedOf(member) {
  const reasons = [...member.devices.values()].map((device) => device.paused);
  return ['bandwidth', 'codec'].find((reason) => reasons.includes(reason)) ?? '';
}

/** ZRTP's short strings of a member's devices, with whether they have been compared. @param {Member} member */
export function stringsOf(member) {
  return [...member.devices.values()].filter((device) => isPresent(device) && device.sas !== '').map(({ sas, isSasVerified }) => ({ sas, isSasVerified }));
}

/** Does the stream send something? @param {Media} media */
export function isSending(media) {
  return media.status === 'sendrecv' || media.status === 'sendonly';
}

/** Does a member send pictures, from any device? @param {Member} member */
export function sendsPictures(member) {
  return [...member.devices.values()].some((device) => isPresent(device) && [...device.media.values()].some((media) => media.type === 'video' && isSending(media)));
}

/** May the member do what moderators do? @param {Member | undefined} member */
export function isModerator(member) {
  return member?.roles.includes('admin') ?? false;
}

/** How to call a member. @param {Member} member @returns {string} */
export function nameOf(member) {
  return member.name || member.uri.replace(/^sips?:/, '').replace(/@.*/, '');
}
