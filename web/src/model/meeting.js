// SPDX-License-Identifier: GPL-3.0-or-later
// A meeting as the page sees it: joining, who is in, what is shown, what is said. Holds no element of the page; a phone carries it out.
import { Lines } from './lines.js';
import { mainContent, mainDirection, wishes } from './layout.js';
import { isModerator, Roster } from './roster.js';
import { command } from './commands.js';

/** @typedef {'idle' | 'registering' | 'calling' | 'in' | 'over'} State */

/** Events: 'state', 'roster', 'pictures', 'message' (detail: {from, text, isOwn}), 'connection' (detail: boolean). */
export class Meeting extends EventTarget {
  /**
   * @param {import('../sip/phone.js').Phone} phone
   * @param {string} target SIP URI of the room
   * @param {MediaStream} stream own microphone and camera
   */
  constructor(phone, target, stream) {
    super();
    this.phone = phone;
    this.target = target;
    this.stream = stream;
    /** @type {State} */
    this.state = 'idle';
    this.reason = '';
    this.roster = new Roster();
    /** @type {import('./layout.js').Mode} */
    this.mode = 'speaker';
    this.isSharing = false;
    this.hasHand = false;
    this.callId = '';
    /** @type {Lines | undefined} */
    this.lines = undefined;
    /** @type {RTCRtpTransceiver | undefined} */
    this.mainLine = undefined;
    this.isDirty = false;
    this.#listen();
  }

  /** @param {string} type @param {unknown} [detail] */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** @param {State} state @param {string} [reason] */
  #enter(state, reason = '') {
    this.state = state;
    this.reason = reason;
    this.#tell('state');
  }

  #listen() {
    const phone = this.phone;
    phone.addEventListener('registered', () => this.#onRegistered());
    phone.addEventListener('refused', (e) => this.#enter('over', detailOf(e)));
    phone.addEventListener('connected', () => this.#tell('connection', true));
    phone.addEventListener('disconnected', () => this.#tell('connection', false));
    phone.addEventListener('accepted', (e) => this.#onAccepted(detailOf(e)));
    phone.addEventListener('ended', (e) => this.#enter('over', detailOf(e)));
    phone.addEventListener('track', () => this.#tell('pictures'));
    phone.addEventListener('roster', (e) => this.#onRoster(/** @type {CustomEvent<Element>} */ (e).detail));
    phone.addEventListener('message', (e) =>
      this.#tell('message', { .../** @type {CustomEvent} */ (e).detail, isOwn: false }));
  }

  join() {
    this.#enter('registering');
    this.phone.start();
  }

  #onRegistered() {
    if (this.state === 'registering') {
      this.#enter('calling');
      this.phone.attributes = () => this.#attributes();
      this.phone.call(this.target, this.stream);
      this.#findMainLine();
    }
  }

  #findMainLine() {
    const connection = this.phone.connection;
    if (!connection) {
      return;
    }
    this.mainLine = connection.getTransceivers().find((line) => line.receiver.track.kind === 'video');
    this.mainLine ??= connection.addTransceiver('video', { direction: 'recvonly' });
    this.lines = new Lines(() => /** @type {RTCPeerConnection} */ (this.phone.connection).addTransceiver('video', { direction: 'recvonly' }));
  }

  #attributes() {
    const map = this.lines?.attributes() ?? new Map();
    if (this.mainLine?.mid && this.state === 'in') {
      map.set(this.mainLine.mid, [`content:${mainContent(this.mode, this.isSharing)}`]);
    }
    return map;
  }

  /** @param {string} callId */
  #onAccepted(callId) {
    this.callId = callId;
    this.#enter('in');
  }

  /** @param {Element} root */
  #onRoster(root) {
    if (this.roster.apply(root) === 'gap') {
      this.phone.refresh();
    }
    this.hasHand = Boolean(this.me?.handUp);
    this.#tell('roster');
    this.#ask();
  }

  /** Our own entry in the roster. */
  get me() {
    for (const member of this.roster.members.values()) {
      for (const device of member.devices.values()) {
        if (device.callId === this.callId) {
          return member;
        }
      }
    }
    return undefined;
  }

  get isModerator() {
    return isModerator(this.me);
  }

  /** @param {import('./layout.js').Mode} mode */
  setMode(mode) {
    if (mode !== this.mode) {
      this.mode = mode;
      this.isDirty = true;
      this.#ask();
    }
  }

  /** Bring the lines in accordance with what is wanted, and offer them if that changes anything. */
  #ask() {
    if (this.state !== 'in' || !this.lines || !this.mainLine) {
      return;
    }
    const direction = mainDirection(this.mode, Boolean(this.mainLine.sender.track));
    if (this.mainLine.direction !== direction) {
      this.mainLine.direction = direction;
      this.isDirty = true;
    }
    this.isDirty = this.lines.want(wishes(this.roster, this.mode, this.callId)) || this.isDirty;
    this.#offer();
    this.#tell('pictures');
  }

  #offer() {
    if (this.isDirty && this.phone.renegotiate(() => { this.#tell('pictures'); this.#offer(); })) {
      this.isDirty = false;
    }
  }

  /** Send @track as our picture; null: none. @param {MediaStreamTrack | null} track @param {boolean} isScreen */
  async setPicture(track, isScreen) {
    await this.mainLine?.sender.replaceTrack(track);
    if (this.isSharing !== isScreen) {
      this.isSharing = isScreen;
      this.isDirty = true;
    }
    this.#ask();
  }

  toggleHand() {
    this.phone.command(command(this.hasHand ? 'hand-down' : 'hand-up'));
  }

  /** @param {import('./commands.js').Word} word @param {string} [argument] */
  command(word, argument) {
    this.phone.command(command(word, argument));
  }

  /** @param {string} text */
  say(text) {
    this.phone.say(text);
    this.#tell('message', { from: 'You', text, isOwn: true });
  }

  leave() {
    this.phone.hangUp();
    this.phone.stop();
  }

  /** The picture that follows the speaker, and who that is as far as packets say. */
  speaker() {
    const receiver = this.mainLine?.receiver;
    const source = receiver?.getContributingSources().at(-1)?.source ?? 0;
    return { track: receiver?.track, member: this.roster.memberOfSsrc(source) };
  }
}

/** @param {Event} event @returns {string} */
function detailOf(event) {
  return String(/** @type {CustomEvent} */ (event).detail ?? '');
}
