// SPDX-License-Identifier: GPL-3.0-or-later
// The words by which a member asks something of the conference (docs/conference-commands.md). Pure.

/** Media type of a command in INFO. */
export const COMMAND_TYPE = 'application/vnd.confer.command';

/** @typedef {'hand-up'|'hand-down'|'mute'|'unmute'|'speaker'|'listener'|'moderator'|'member'|'kick'|'admit'|'deny'|'admit-all'|'lock'|'unlock'|'lobby'|'no-lobby'|'end'|'subject'|'invite'} Word */

/** @param {Word} word @param {string} [argument] @returns {string} */
export function command(word, argument) {
  return argument ? `${word} ${argument}` : word;
}

/**
 * What a moderator may do with @member, and what it is called.
 * @param {import('./roster.js').Member} member
 * @returns {{ word: Word, title: string }[]}
 */
export function actionsFor(member) {
  const devices = [...member.devices.values()];
  if (member.waits) {
    return [{ word: 'admit', title: 'Let in' }, { word: 'deny', title: 'Send away' }];
  }
  const isMuted = devices.some((device) => device.status === 'muted-via-focus');
  const isAdmin = member.roles.includes('admin');
  const isListener = member.roles.includes('listener');
  /** @type {{ word: Word, title: string }[]} */
  const list = [
    isMuted ? { word: 'unmute', title: 'Unmute' } : { word: 'mute', title: 'Mute' },
    isAdmin ? { word: 'member', title: 'Take moderation away' } : { word: 'moderator', title: 'Make moderator' },
    isListener ? { word: 'speaker', title: 'Let speak' } : { word: 'listener', title: 'Make listener' },
    { word: 'kick', title: 'Remove' },
  ];
  if (member.handUp) {
    list.unshift({ word: 'hand-down', title: 'Lower hand' });
  }
  return list;
}

/**
 * What a moderator may do with the room.
 * @param {{ isLocked: boolean, hasLobby: boolean }} room
 * @param {number} waiting how many wait to be let in
 * @returns {{ word: Word, title: string }[]}
 */
export function roomActions({ isLocked, hasLobby }, waiting) {
  /** @type {{ word: Word, title: string }[]} */
  const list = [isLocked ? { word: 'unlock', title: 'Unlock' } : { word: 'lock', title: 'Lock' },
    hasLobby ? { word: 'no-lobby', title: 'Lobby off' } : { word: 'lobby', title: 'Lobby on' }];
  if (waiting > 0) {
    list.push({ word: 'admit-all', title: `Let all ${waiting} in` });
  }
  return list;
}
