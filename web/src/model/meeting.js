// SPDX-License-Identifier: GPL-3.0-or-later
// A meeting as the page sees it: joining, waiting, who is in, what is shown, what is said, and coming back after the network was gone.
// Holds no element of the page; a phone carries it out.
import { Lines } from './lines.js';
import { mainContent, mainDirection, wishes } from './layout.js';
import { isIn, isModerator, isWaiting, nameOf, Roster } from './roster.js';
import { command } from './commands.js';
import { Recovery } from './recovery.js';
import { explain, explainEnd, explainFailure } from './refusal.js';
import { Talkers } from './talkers.js';

/** @typedef {'idle' | 'connecting' | 'calling' | 'waiting' | 'in' | 'over'} State */

/** Who is let in sees the roster at once; where it does not come, the meeting is shown without. */
const ROSTER_MSEC = 3000;
/** ICE may find its way back by itself. */
const ICE_MSEC = 2000;

/**
 * Events: 'state', 'roster', 'pictures', 'message' (detail: {from, text, isOwn}), 'recovery', 'notice' (detail: text),
 * 'came' and 'went' (detail: Member), 'devices' (own microphone, camera, screen).
 */
export class Meeting extends EventTarget {
  /**
   * @param {import('../sip/phone.js').Phone} phone
   * @param {string} target SIP URI of the room
   * @param {MediaStream} stream own microphone and camera
   * @param {{ now: () => number, later: (msec: number, what: () => void) => void }} [clock]
   */
  constructor(phone, target, stream, clock = { now: () => Date.now(), later: (msec, what) => { setTimeout(what, msec); } }) {
    super();
    this.phone = phone;
    this.target = target;
    this.stream = stream;
    this.clock = clock;
    /** @type {State} */
    this.state = 'idle';
    this.reason = '';
    this.roster = new Roster();
    this.heard = new Talkers();
    this.recovery = new Recovery();
    /** @type {import('./layout.js').Mode} */
    this.mode = 'speaker';
    this.hasHand = false;
    this.isMicOn = stream.getAudioTracks().some((track) => track.enabled);
    this.isCameraOn = stream.getVideoTracks().some((track) => track.enabled);
    /** @type {MediaStreamTrack | null} */
    this.screen = null;
    this.callId = '';
    this.wasIn = false;
    this.isLeaving = false;
    this.isDirty = false;
    /** @type {Lines | undefined} */
    this.lines = undefined;
    /** @type {RTCRtpTransceiver | undefined} */
    this.mainLine = undefined;
    this.#listen();
  }

  /** @param {string} type @param {unknown} [detail] */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** @param {State} state @param {string} [reason] */
  #enter(state, reason = '') {
    if (this.state !== state) {
      this.state = state;
      this.reason = reason;
      this.wasIn = this.wasIn || state === 'in';
      this.#tell('state');
    }
  }

  #listen() {
    /** @param {string} type @param {(detail: any) => void} what */
    const on = (type, what) => this.phone.addEventListener(type, (e) => what(/** @type {CustomEvent} */ (e).detail));
    on('ready', () => this.#onReady());
    on('refused', (answer) => this.#enter('over', explain(answer)));
    on('lost', () => { this.recovery.onLost(this.clock.now()); this.#tell('recovery'); });
    on('accepted', (callId) => this.#onAccepted(callId));
    on('ended', (how) => this.#onEnded(how));
    on('ice', (state) => this.#onIce(state));
    on('track', () => this.#tell('pictures'));
    on('roster', (root) => this.#onRoster(root));
    on('message', (message) => this.#tell('message', { ...message, isOwn: false }));
  }

  // --- coming in, and back ---

  join() {
    this.#enter('connecting');
    this.phone.start();
  }

  #onReady() {
    if (this.state === 'connecting') {
      this.#enter('calling');
      this.#call();
    } else if (this.#isCalled) {
      this.#recover(this.recovery.onReached(this.clock.now()));
    }
  }

  /** Has the room been called, and not been left? */
  get #isCalled() {
    return this.state === 'calling' || this.state === 'waiting' || this.state === 'in';
  }

  #call() {
    this.phone.attributes = () => this.#attributes();
    this.roster = new Roster();
    this.callId = '';
    this.phone.call(this.target, this.stream);
    const connection = /** @type {RTCPeerConnection} */ (this.phone.connection);
    this.mainLine = connection.getTransceivers().find((line) => line.receiver.track.kind === 'video');
    this.lines = new Lines(() => connection.addTransceiver('video', { direction: 'recvonly' }));
    this.isDirty = false;
  }

  /** @param {string} callId */
  #onAccepted(callId) {
    this.callId = callId;
    this.recovery.onCall(this.clock.now());
    this.#tell('recovery');
    this.clock.later(ROSTER_MSEC, () => { if (this.state === 'calling') { this.#arrive('in'); } });
    if (this.wasIn) {
      void this.#restore();
    }
  }

  /** What was so before the call was lost is so again. */
  async #restore() {
    if (!this.isMicOn) {
      await this.phone.command(command('mute'));
    }
    if (this.screen || !this.isCameraOn) {
      await this.#showOwn();
    }
  }

  /** @param {'in' | 'waiting'} state */
  #arrive(state) {
    const isNew = this.state !== state;
    this.#enter(state);
    if (isNew && state === 'in' && !this.isMicOn) {
      void this.phone.command(command('mute'));
    }
  }

  /** @param {{ reason: string, isLost: boolean, failure: import('./failure.js').Failure, answer: import('./refusal.js').Answer }} how */
  #onEnded(how) {
    if (how.isLost && !this.isLeaving && this.#isCalled && (this.wasIn || this.state === 'waiting')) {
      this.#recover(this.recovery.onCallLost(this.clock.now()));
      this.#tell('recovery');
    } else {
      this.#enter('over', how.answer.status > 0 ? explain(how.answer) : how.failure ? explainFailure(how.failure === 'here') : explainEnd(how.reason));
    }
  }

  /** @param {string} state */
  #onIce(state) {
    const step = this.recovery.onIce(state, this.clock.now());
    this.#tell('recovery');
    if (step === 'restart-ice') {
      this.phone.probe();
      this.clock.later(ICE_MSEC, () => { if (this.recovery.isMediaBroken) { this.#recover(step); } });
    }
  }

  /** @param {import('./recovery.js').Step} step */
  #recover(step) {
    if (step === 'restart-ice') {
      if (this.recovery.isReached && this.phone.renegotiate(() => this.#tell('pictures'), { restartsIce: true })) {
        this.phone.refresh();
      }
    } else if (step === 'call') {
      this.clock.later(this.recovery.wait, () => {
        if (this.#isCalled && this.recovery.isReached && !this.recovery.hasCall) {
          this.#call();
        }
      });
    } else if (step === 'give-up') {
      this.#enter('over', 'The connection was lost for too long. Check your network, then join again.');
    }
    this.#tell('recovery');
  }

  /** The device says that the network has changed: find out what is left of the connection. */
  onNetworkChange() {
    this.phone.probe();
    if (this.recovery.isReached && this.recovery.hasCall && this.state === 'in') {
      this.#recover('restart-ice');
    }
  }

  /** @param {string} digits */
  enterPin(digits) {
    this.phone.press(`${digits}#`);
  }

  leave() {
    this.isLeaving = true;
    this.phone.hangUp();
    this.phone.stop();
    this.#enter('over');
  }

  // --- the roster ---

  /** @param {Element} root */
  #onRoster(root) {
    const before = presentOf(this.roster);
    if (this.roster.apply(root) === 'gap') {
      this.phone.refresh();
    }
    const me = this.me;
    this.hasHand = Boolean(me?.handUp);
    if (me) {
      this.#arrive(isWaiting(me) ? 'waiting' : 'in');
    }
    this.#tell('roster');
    this.#tellWhoCame(before, presentOf(this.roster));
    this.#ask();
  }

  /** @param {Map<string, import('./roster.js').Member>} before @param {Map<string, import('./roster.js').Member>} now */
  #tellWhoCame(before, now) {
    if (before.size === 0 || !this.wasIn) {
      return; // the first look at it
    }
    now.forEach((member, uri) => { if (!before.has(uri) && member !== this.me) { this.#tell('came', member); } });
    before.forEach((member, uri) => { if (!now.has(uri)) { this.#tell('went', member); } });
  }

  /** Our own entry in the roster. */
  get me() {
    for (const member of this.roster.members.values()) {
      for (const device of member.devices.values()) {
        if (device.callId === this.callId && this.callId !== '') {
          return member;
        }
      }
    }
    return undefined;
  }

  /** The device that we are, of our own entry. */
  get ownDevice() {
    return [...(this.me?.devices.values() ?? [])].find((device) => device.callId === this.callId);
  }

  get isModerator() {
    return isModerator(this.me);
  }

  /** Silenced by somebody else? */
  get isMutedByOthers() {
    return this.isMicOn && this.ownDevice?.status === 'muted-via-focus';
  }

  /** What we wait for: 'lobby', 'pin', or nothing. */
  get waitsFor() {
    return this.me?.waits ?? '';
  }

  /** Those who wait to be let in, as moderators see them. */
  get waiting() {
    return [...this.roster.members.values()].filter(isWaiting);
  }

  // --- pictures ---

  #attributes() {
    const map = this.lines?.attributes() ?? new Map();
    if (this.mainLine?.mid && this.state === 'in') {
      map.set(this.mainLine.mid, [`content:${mainContent(this.mode, this.screen !== null)}`]);
    }
    return map;
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
    if (this.state !== 'in' || !this.lines || !this.mainLine || this.callId === '') {
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

  /** The picture that follows the speaker, and who that is as far as packets say. */
  speaker() {
    const receiver = this.mainLine?.receiver;
    const source = latest(receiver?.getContributingSources()) || latest(receiver?.getSynchronizationSources());
    return { track: receiver?.track, member: this.roster.memberOfSsrc(source) };
  }

  /**
   * Addresses of those who are heard now: whom the mixed sound names as contributing sources (RFC 3550 section 7.1), by their levels
   * (RFC 6465) where the browser reads them, which Chromium does not.
   * @param {number} [mix] how loud the mixed sound is, 0 to 1
   * @returns {Set<string>}
   */
  talkers(mix) {
    const sources = this.phone.connection?.getReceivers().find((receiver) => receiver.track.kind === 'audio')?.getContributingSources() ?? [];
    return this.heard.of(sources, this.roster, this.clock.now(), mix);
  }

  // --- own devices ---

  /** @param {boolean} isOn */
  async setMicrophone(isOn) {
    this.isMicOn = isOn;
    this.#enableSound();
    this.#tell('devices');
    const status = await this.phone.command(command(isOn ? 'unmute' : 'mute'));
    if (isOn && status === 403) {
      this.isMicOn = false;
      this.#enableSound();
      this.#tell('notice', 'A moderator has muted you.');
      this.#tell('devices');
    }
  }

  #enableSound() {
    this.stream.getAudioTracks().forEach((track) => { track.enabled = this.isMicOn; });
  }

  /** @param {boolean} isOn */
  async setCamera(isOn) {
    this.isCameraOn = isOn;
    this.stream.getVideoTracks().forEach((track) => { track.enabled = isOn; });
    await this.#showOwn();
  }

  /** Show a screen instead of the camera; null: the camera again. @param {MediaStreamTrack | null} track */
  async shareScreen(track) {
    if (this.screen && this.screen !== track) {
      this.screen.stop();
    }
    if ((this.screen === null) !== (track === null)) {
      this.isDirty = true;
    }
    this.screen = track;
    track?.addEventListener('ended', () => { if (this.screen === track) { void this.shareScreen(null); } });
    await this.#showOwn();
  }

  async #showOwn() {
    const camera = this.isCameraOn ? this.stream.getVideoTracks()[0] ?? null : null;
    if (this.mainLine) {
      await this.phone.sendPicture(this.mainLine.sender, this.screen ?? camera, this.screen !== null);
    }
    this.#tell('devices');
    this.#ask();
  }

  /** Use @stream from now on instead of what was used. @param {MediaStream} stream */
  async changeDevices(stream) {
    const sender = this.phone.connection?.getTransceivers().find((line) => line.receiver.track.kind === 'audio')?.sender;
    this.stream.getTracks().forEach((track) => track.stop());
    this.stream = stream;
    this.#enableSound();
    stream.getVideoTracks().forEach((track) => { track.enabled = this.isCameraOn; });
    await sender?.replaceTrack(stream.getAudioTracks()[0] ?? null);
    await this.#showOwn();
  }

  // --- words ---

  async toggleHand() {
    await this.command(this.hasHand ? 'hand-down' : 'hand-up');
  }

  /** @param {import('./commands.js').Word} word @param {string} [argument] */
  async command(word, argument) {
    const status = await this.phone.command(command(word, argument));
    if (status === 403) {
      this.#tell('notice', 'You may not do that here.');
    } else if (status < 200 || status > 299) {
      this.#tell('notice', 'The conference did not take that.');
    }
    return status;
  }

  /** @param {string} text */
  async say(text) {
    this.#tell('message', { from: 'You', text, isOwn: true });
    if (!await this.phone.say(text)) {
      this.#tell('notice', 'Your message was not delivered.');
    }
  }

  /** What the meeting is called. */
  get title() {
    return this.roster.subject || this.target.replace(/^sips?:(room-)?/, '').replace(/@.*/, '');
  }

  /** What others see of us. */
  get ownName() {
    return this.me ? nameOf(this.me) : this.phone.identity.name;
  }
}

/** Whose packet came last; 0: nobody's. Those of the last ten seconds are listed. @param {{ source: number, timestamp: number }[]} [sources] */
function latest(sources = []) {
  return sources.reduce((last, each) => (each.timestamp > last.timestamp ? each : last), { source: 0, timestamp: -Infinity }).source;
}

/** @param {Roster} roster */
function presentOf(roster) {
  return new Map([...roster.members].filter(([, member]) => isIn(member)));
}
