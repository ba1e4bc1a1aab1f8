// SPDX-License-Identifier: GPL-3.0-or-later
// The page before a meeting: who, where, with which camera and microphone.
import { LevelMeter, openWhatThereIs, useSpeaker } from '../media/devices.js';
import { byId, press, setIcon, setText } from './element.js';
import { fillAll, remember, remembered } from './devices.js';

/**
 * @typedef {{ way: 'link' | 'pin' | 'account', user: string, password: string, pin: string, name: string, room: string }} Entry
 */

const IDS = { microphone: 'microphone', camera: 'camera', loudspeaker: 'loudspeaker', loudspeakerBox: 'speaker-choice' };
const NAME_KEY = 'confer-name';

export class JoinScreen {
  /**
   * @param {import('../model/link.js').Invitation} invitation
   * @param {import('../api.js').Server} server
   */
  constructor(invitation, server) {
    this.invitation = invitation;
    this.stream = new MediaStream();
    this.isMicOn = true;
    this.isCameraOn = true;
    this.chosen = remembered();
    this.missing = '';
    /** @type {Promise<void>} */
    this.opened = Promise.resolve();
    /** @type {LevelMeter | undefined} */
    this.meter = undefined;
    this.#layOut(server);
    for (const id of ['camera', 'microphone']) {
      byId(id).addEventListener('change', () => { this.#choose(); void this.open(); });
    }
    byId('loudspeaker').addEventListener('change', () => this.#choose());
    byId('preview-mic').addEventListener('click', () => { this.isMicOn = !this.isMicOn; this.#showSwitches(); });
    byId('preview-cam').addEventListener('click', () => { this.isCameraOn = !this.isCameraOn; this.#showSwitches(); });
    byId('way').addEventListener('change', () => this.#showWay());
  }

  /** @param {import('../api.js').Server} server */
  #layOut(server) {
    const { room, token, name } = this.invitation;
    const hasLink = token !== '';
    byId('room-field').hidden = room !== '';
    byId('room', HTMLInputElement).required = room === '';
    byId('room', HTMLInputElement).value = room;
    setText(byId('join-eyebrow'), hasLink ? 'You are invited to' : room ? 'Join' : 'confer');
    setText(byId('join-title'), room || 'Join a meeting');
    byId('name', HTMLInputElement).value = name || (sessionStorage.getItem(NAME_KEY) ?? '');
    byId('way').hidden = hasLink || !server.pins;
    byId('way-pin', HTMLInputElement).checked = Boolean(server.pins) && !hasLink && room !== '';
    byId('way-account', HTMLInputElement).checked = !byId('way-pin', HTMLInputElement).checked;
    this.#showWay();
  }

  get way() {
    return this.invitation.token ? 'link' : byId('way-pin', HTMLInputElement).checked ? 'pin' : 'account';
  }

  #showWay() {
    const { way } = this;
    byId('account-fields').hidden = way !== 'account';
    byId('pin-field').hidden = way !== 'pin';
    for (const [id, isNeeded] of /** @type {[string, boolean][]} */ ([['user', way === 'account'], ['password', way === 'account'],
      ['pin', way === 'pin'], ['name', way !== 'account' && !this.invitation.name]])) {
      byId(id, HTMLInputElement).required = isNeeded;
    }
  }

  #choose() {
    this.chosen = {
      microphone: byId('microphone', HTMLSelectElement).value, camera: byId('camera', HTMLSelectElement).value,
      loudspeaker: byId('loudspeaker', HTMLSelectElement).value,
    };
    remember(this.chosen);
    void useSpeaker(byId('sound', HTMLAudioElement), this.chosen.loudspeaker);
  }

  /** Ask for devices and show what they give. @returns {Promise<void>} */
  open() {
    this.opened = this.#open();
    return this.opened;
  }

  async #open() {
    this.#close();
    setText(byId('preview-note'), 'Starting your camera and microphone\u2026');
    const { stream, missing, isRefused } = await openWhatThereIs(this.chosen);
    this.stream = stream;
    byId('preview', HTMLVideoElement).srcObject = stream;
    const words = {
      none: '', camera: 'No camera: you will be heard, not seen.', microphone: 'No microphone: you will be seen, not heard.',
      all: isRefused ? 'The browser may not use camera and microphone. You can listen and watch.' : 'No camera and no microphone. You can listen and watch.',
    };
    this.missing = words[missing];
    this.#showSwitches();
    this.meter = stream.getAudioTracks().length > 0 ? new LevelMeter(stream) : undefined;
    this.#drawLevel(this.meter);
    await fillAll(IDS, this.chosen);
  }

  #showSwitches() {
    const [sound, picture] = [this.stream.getAudioTracks()[0], this.stream.getVideoTracks()[0]];
    if (sound) {
      sound.enabled = this.isMicOn;
    }
    if (picture) {
      picture.enabled = this.isCameraOn;
    }
    for (const [id, track, name] of /** @type {[string, MediaStreamTrack | undefined, string][]} */ ([['preview-mic', sound, 'mic'], ['preview-cam', picture, 'cam']])) {
      const element = byId(id, HTMLButtonElement);
      const isOn = Boolean(track?.enabled);
      press(element, isOn);
      element.disabled = !track;
      setIcon(element, isOn ? name : `${name}-off`);
    }
    byId('preview').hidden = !picture?.enabled;
    setText(byId('preview-note'), this.missing || (picture?.enabled ? '' : 'Your camera is off.'));
  }

  #close() {
    this.meter?.close();
    this.meter = undefined;
    this.stream.getTracks().forEach((track) => track.stop());
  }

  /** @param {LevelMeter | undefined} meter */
  #drawLevel(meter) {
    if (meter && this.meter === meter) {
      const level = this.isMicOn ? meter.level() : 0;
      byId('level').style.transform = `scaleX(${level})`;
      byId('meter').setAttribute('aria-valuenow', String(Math.round(level * 100)));
      requestAnimationFrame(() => this.#drawLevel(meter));
    }
  }

  /** The devices, for the meeting; they are not shown here any more. @returns {MediaStream} */
  takeStream() {
    this.meter?.close();
    this.meter = undefined;
    byId('preview', HTMLVideoElement).srcObject = null;
    const { stream } = this;
    this.stream = new MediaStream();
    return stream;
  }

  /** Resolves when the form is sent. @returns {Promise<Entry>} */
  entered() {
    return new Promise((resolve) => {
      byId('join-form', HTMLFormElement).addEventListener('submit', (event) => {
        event.preventDefault();
        const value = (/** @type {string} */ id) => byId(id, HTMLInputElement).value.trim();
        sessionStorage.setItem(NAME_KEY, value('name'));
        resolve({ way: this.way, user: value('user'), password: value('password'), pin: value('pin'), name: value('name'), room: value('room') });
      }, { once: true });
    });
  }

  /** @param {boolean} isBusy @param {string} [error] */
  showState(isBusy, error = '') {
    byId('join-button', HTMLButtonElement).disabled = isBusy;
    setText(byId('join-button'), isBusy ? 'Joining\u2026' : 'Join now');
    setText(byId('join-error'), error);
  }
}
