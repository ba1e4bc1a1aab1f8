// SPDX-License-Identifier: GPL-3.0-or-later
// Choosing cameras, microphones and loudspeakers, on the join screen and in the settings.
import { canChooseSpeaker, listDevices } from '../media/devices.js';
import { byId } from './element.js';

/** @param {string} id of a select @param {MediaDeviceKind} kind @param {string} chosen @param {string} what to call devices without a name */
async function fillDevices(id, kind, chosen, what) {
  const select = byId(id, HTMLSelectElement);
  const devices = await listDevices(kind);
  const options = devices.map((device, index) => new Option(device.label || `${what} ${index + 1}`, device.deviceId));
  select.replaceChildren(...(options.length > 0 ? options : [new Option(`No ${what.toLowerCase()}`, '')]));
  select.disabled = options.length === 0;
  if (chosen && devices.some((device) => device.deviceId === chosen)) {
    select.value = chosen;
  }
}

/** All selects of a place. @param {{ microphone: string, camera: string, loudspeaker: string, loudspeakerBox: string }} ids @param {Chosen} chosen */
export async function fillAll(ids, chosen) {
  await fillDevices(ids.microphone, 'audioinput', chosen.microphone, 'Microphone');
  await fillDevices(ids.camera, 'videoinput', chosen.camera, 'Camera');
  byId(ids.loudspeakerBox).hidden = !canChooseSpeaker();
  if (canChooseSpeaker()) {
    await fillDevices(ids.loudspeaker, 'audiooutput', chosen.loudspeaker, 'Loudspeaker');
  }
}

/** @typedef {{ microphone: string, camera: string, loudspeaker: string }} Chosen */

const KEY = 'confer-devices';

/** What was chosen last time. @returns {Chosen} */
export function remembered() {
  try {
    return { microphone: '', camera: '', loudspeaker: '', ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
  } catch {
    return { microphone: '', camera: '', loudspeaker: '' };
  }
}

/** @param {Chosen} chosen */
export function remember(chosen) {
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // A browser that keeps nothing: it is chosen again next time.
  }
}
