// SPDX-License-Identifier: GPL-3.0-or-later
// The page before a meeting: who, where, with which camera and microphone.
import { LevelMeter, listDevices, openDevices } from '../media/devices.js';
import { byId } from './element.js';

/** @typedef {{ user: string, password: string, name: string, room: string }} Entry */

export class JoinScreen {
  constructor() {
    /** @type {MediaStream} */
    this.stream = new MediaStream();
    /** @type {LevelMeter | undefined} */
    this.meter = undefined;
    this.room = byId('room', HTMLInputElement);
    this.room.value = decodeURIComponent(location.hash.slice(1)) || this.room.value;
    byId('camera').addEventListener('change', () => void this.open());
    byId('microphone').addEventListener('change', () => void this.open());
  }

  /** Ask for devices and show what they give. */
  async open() {
    const camera = byId('camera', HTMLSelectElement).value;
    const microphone = byId('microphone', HTMLSelectElement).value;
    this.#close();
    try {
      this.stream = await openDevices({ camera, microphone, withCamera: true });
      byId('preview-note').textContent = '';
    } catch {
      this.stream = await openDevices({ microphone, withCamera: false }).catch(() => new MediaStream());
      byId('preview-note').textContent = this.stream.getTracks().length > 0 ? 'No camera: you will be heard only.' : 'No microphone and no camera: you will only listen.';
    }
    byId('preview', HTMLVideoElement).srcObject = this.stream;
    this.meter = new LevelMeter(this.stream);
    this.#drawLevel(this.meter);
    await fillDevices('camera', 'videoinput', camera);
    await fillDevices('microphone', 'audioinput', microphone);
  }

  #close() {
    this.meter?.close();
    this.meter = undefined;
    this.stream.getTracks().forEach((track) => track.stop());
  }

  /** @param {LevelMeter} meter */
  #drawLevel(meter) {
    if (this.meter === meter) {
      byId('level').style.transform = `scaleX(${meter.level()})`;
      requestAnimationFrame(() => this.#drawLevel(meter));
    }
  }

  /** The devices, for the meeting; they are not shown here any more. @returns {MediaStream} */
  takeStream() {
    this.meter?.close();
    this.meter = undefined;
    return this.stream;
  }

  /** Resolves when the form is sent. @returns {Promise<Entry>} */
  entered() {
    return new Promise((resolve) => {
      byId('join-form', HTMLFormElement).addEventListener('submit', (event) => {
        event.preventDefault();
        const value = (/** @type {string} */ id) => byId(id, HTMLInputElement).value.trim();
        resolve({ user: value('user'), password: value('password'), name: value('name'), room: value('room') });
      }, { once: true });
    });
  }
}

/** @param {string} id @param {'audioinput' | 'videoinput'} kind @param {string} chosen */
async function fillDevices(id, kind, chosen) {
  const select = byId(id, HTMLSelectElement);
  const options = (await listDevices(kind)).map((device, index) => new Option(device.label || `${id} ${index + 1}`, device.deviceId));
  select.replaceChildren(...options);
  if (chosen) {
    select.value = chosen;
  }
}
