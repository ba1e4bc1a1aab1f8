// SPDX-License-Identifier: GPL-3.0-or-later
// What is asked of the server for a display mode: content picks the quality, label picks the device. Pure.
import { isPresent, isSending, isWaiting, nameOf } from './roster.js';

/** @typedef {'speaker' | 'grid' | 'audio'} Mode */
/**
 * @typedef {{ label: string, content: string, uri: string, name: string, isSlides: boolean }} Wish
 * A picture of somebody that is wanted: what the line says, and whose it is.
 */

/** Most pictures of others that are asked for. */
export const TILES_MAX = 24;

/**
 * The pictures of others that @mode wants, in the order of the roster.
 * @param {import('./roster.js').Roster} roster
 * @param {Mode} mode
 * @param {string} ownCallId our call: our own device is not asked for
 * @returns {Wish[]}
 */
export function wishes(roster, mode, ownCallId) {
  /** @type {Wish[]} */
  const list = [];
  if (mode === 'audio' || (mode === 'speaker' && isOneOther(roster, ownCallId))) {
    return list;
  }
  for (const member of roster.members.values()) {
    for (const device of member.devices.values()) {
      if (device.callId === ownCallId || isWaiting(member) || !isPresent(device)) {
        continue;
      }
      const wish = wishOf(member, device, mode);
      if (wish && list.length < TILES_MAX) {
        list.push(wish);
      }
    }
  }
  return list;
}

/** Who is alone with us is shown large, and not once more below; with a screen it is the camera that is below. @param {import('./roster.js').Roster} roster @param {string} ownCallId */
function isOneOther(roster, ownCallId) {
  const others = [...roster.members.values()].filter((member) => !isWaiting(member))
    .flatMap((member) => [...member.devices.values()]).filter((device) => device.callId !== ownCallId && isPresent(device));
  return others.length === 1 && others[0].media.get('2')?.content !== 'slides';
}

/**
 * @param {import('./roster.js').Member} member
 * @param {import('./roster.js').Device} device
 * @param {Mode} mode
 * @returns {Wish | undefined}
 */
function wishOf(member, device, mode) {
  const main = device.media.get('2');
  const small = device.media.get('4');
  const isSlides = main?.content === 'slides';
  const base = { uri: member.uri, name: nameOf(member), isSlides };
  if (mode === 'grid') {
    return main && main.label && isSending(main) ? { ...base, label: main.label, content: '' } : undefined;
  }
  const picked = small && small.label && isSending(small) ? small : isSlides ? undefined : main;
  return picked && picked.label && isSending(picked)
    ? { ...base, isSlides: false, label: picked.label, content: 'thumbnail' }
    : undefined;
}

/** What our main video line says. @param {Mode} mode @param {boolean} isSharing @returns {string} */
export function mainContent(mode, isSharing) {
  if (isSharing) {
    return 'slides';
  }
  return mode === 'speaker' ? 'speaker' : 'main';
}

/**
 * The direction of our main video line: it brings the speaker only where the mode shows one.
 * @param {Mode} mode
 * @param {boolean} hasPicture a camera or screen is being sent
 * @returns {RTCRtpTransceiverDirection}
 */
export function mainDirection(mode, hasPicture) {
  if (mode === 'speaker') {
    return hasPicture ? 'sendrecv' : 'recvonly';
  }
  return hasPicture ? 'sendonly' : 'inactive';
}
