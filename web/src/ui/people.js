// SPDX-License-Identifier: GPL-3.0-or-later
// The list of people, and what moderators can do.
import { actionsFor } from '../model/commands.js';
import { isModerator, nameOf } from '../model/roster.js';
import { byId, make } from './element.js';

/** @type {Record<string, string>} */
const STATES = {
  pending: 'waits to be let in', 'dialing-out': 'is being called', alerting: 'rings', 'dialing-in': 'is joining', 'on-hold': 'on hold',
  'muted-via-focus': 'muted', disconnecting: 'is leaving',
};

/** @param {import('../model/meeting.js').Meeting} meeting */
export function renderPeople(meeting) {
  const list = byId('people-list');
  list.replaceChildren(...[...meeting.roster.members.values()].map((member) => personOf(meeting, member)));
  renderTools(meeting);
}

/** @param {import('../model/meeting.js').Meeting} meeting @param {import('../model/roster.js').Member} member */
function personOf(meeting, member) {
  const item = make('li', '');
  const who = make('div', 'who');
  who.append(make('strong', '', nameOf(member) + (member === meeting.me ? ' (you)' : '')));
  if (member.handUp) {
    who.append(make('span', '', '✋'));
  }
  item.append(who, make('span', 'what', describe(member)));
  if (meeting.isModerator && member !== meeting.me) {
    const actions = make('div', 'actions');
    for (const action of actionsFor(member)) {
      const button = make('button', '', action.title);
      button.type = 'button';
      button.addEventListener('click', () => meeting.command(action.word, member.uri));
      actions.append(button);
    }
    item.append(actions);
  }
  return item;
}

/** @param {import('../model/roster.js').Member} member */
function describe(member) {
  const words = [...member.devices.values()].map((device) => STATES[device.status] ?? '').filter(Boolean);
  if (isModerator(member)) {
    words.unshift('moderator');
  }
  words.push(member.uri.replace(/^sips?:/, ''), member.isVerified ? '' : 'identity not proved');
  return words.filter(Boolean).join(' · ');
}

/** @param {import('../model/meeting.js').Meeting} meeting */
function renderTools(meeting) {
  const tools = byId('room-tools');
  tools.replaceChildren();
  if (!meeting.isModerator) {
    return;
  }
  /** @type {[import('../model/commands.js').Word, string][]} */
  const words = [meeting.roster.isLocked ? ['unlock', 'Unlock the room'] : ['lock', 'Lock the room'], ['admit-all', 'Let everybody in'], ['end', 'End for all']];
  for (const [word, title] of words) {
    const button = make('button', '', title);
    button.type = 'button';
    button.addEventListener('click', () => meeting.command(word));
    tools.append(button);
  }
}
