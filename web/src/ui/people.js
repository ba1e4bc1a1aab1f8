// SPDX-License-Identifier: GPL-3.0-or-later
// The list of people, who knocks, and what moderators can do.
import { actionsFor, roomActions } from '../model/commands.js';
import { encryptionOf, isModerator, isMuted, isPresent, isWaiting, nameOf, pausedOf, stringsOf } from '../model/roster.js';
import { button, byId, hueOf, icon, initials, make } from './element.js';

/** @type {Record<string, string>} */
const STATES = {
  'dialing-out': 'is being called', alerting: 'rings', 'dialing-in': 'is joining', 'on-hold': 'on hold', disconnecting: 'is leaving',
  pending: 'is being called',
};

/** @type {Record<string, string>} */
const ENCRYPTIONS = { dtls: 'encrypted (DTLS)', sdes: 'encrypted (SDES)', zrtp: 'encrypted (ZRTP)', none: 'not encrypted' };

/** @type {Record<string, string>} */
const PAUSES = { bandwidth: 'lacks pictures: weak link', codec: 'lacks pictures: no format in common' };

/** Redrawn only if something changed, so that a button does not vanish under a finger. */
let drawn = '';

/** @param {import('../model/meeting.js').Meeting} meeting */
export function renderPeople(meeting) {
  const members = [...meeting.roster.members.values()];
  const print = JSON.stringify([members.map((member) => [member.uri, member.name, member.roles, member.handUp, member.waits, member.isVerified,
    [...member.devices.values()].map((device) => [device.status, device.encryption, device.paused, device.sas, device.isSasVerified])]), meeting.isModerator, meeting.me?.uri, meeting.roster.isLocked, meeting.roster.hasLobby]);
  if (print === drawn) {
    return;
  }
  drawn = print;
  const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
  const open = /** @type {HTMLElement | null} */ (document.querySelector('.menu[open]'))?.dataset.key;
  byId('people-list').replaceChildren(...members.sort(byRank).map((member) => personOf(meeting, member)));
  /** @type {HTMLDetailsElement | null} */
  const again = open ? document.querySelector(`[data-key="${CSS.escape(open)}"]`) : null;
  if (again) {
    again.open = true;
  }
  renderTools(meeting);
  renderKnocking(meeting);
  if (focused) {
    focusAgain(focused);
  }
}

/** Who was at a button is at it again; if it is no more, at what is next to it. @param {string} key */
function focusAgain(key) {
  const find = (/** @type {string} */ each) => /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${CSS.escape(each)}"]`));
  const next = key.startsWith('knock') ? byId('knocking').querySelector('button') ?? byId('people-button') : find(key.replace(/^\S+/, 'opener')) ?? byId('people');
  (find(key) ?? next).focus();
}

/** Whose voice is heard. @param {Set<string>} uris */
export function markTalkers(uris) {
  for (const item of byId('people-list').children) {
    item.classList.toggle('talks', uris.has(/** @type {HTMLElement} */ (item).dataset.uri ?? ''));
  }
}

/** Hands first, in the order of raising; then moderators; then by name. @param {import('../model/roster.js').Member} a @param {import('../model/roster.js').Member} b */
function byRank(a, b) {
  if (Boolean(a.handUp) !== Boolean(b.handUp)) {
    return a.handUp ? -1 : 1;
  }
  return a.handUp.localeCompare(b.handUp) || Number(isModerator(b)) - Number(isModerator(a)) || nameOf(a).localeCompare(nameOf(b));
}

/** @param {import('../model/meeting.js').Meeting} meeting @param {import('../model/roster.js').Member} member */
function personOf(meeting, member) {
  const item = make('li', '');
  item.dataset.uri = member.uri;
  const face = make('span', 'avatar', initials(nameOf(member)));
  face.dataset.hue = String(hueOf(member.uri || nameOf(member)));
  const who = make('div', 'who');
  who.append(make('strong', '', nameOf(member) + (member === meeting.me ? ' (you)' : '')), make('span', 'dim', describe(member)));
  if (meeting.isModerator || member === meeting.me) {
    who.append(...stringsOf(member).map(stringOf));
  }
  const marks = make('div', 'marks');
  if (member.handUp) {
    const hand = make('span', 'is-raised');
    hand.setAttribute('role', 'img');
    hand.setAttribute('aria-label', 'hand raised');
    hand.append(icon('hand'));
    marks.append(hand);
  }
  if (isMuted(member)) {
    const muted = make('span', 'is-muted');
    muted.setAttribute('role', 'img');
    muted.setAttribute('aria-label', 'muted');
    muted.append(icon('mic-off'));
    marks.append(muted);
  }
  item.append(face, who, marks);
  if (meeting.isModerator && member !== meeting.me) {
    item.append(actionsOf(meeting, member));
  }
  return item;
}

/** ZRTP's short string of a call, to be compared with what the other end reads out. @param {{ sas: string, isSasVerified: boolean }} string */
function stringOf({ sas, isSasVerified }) {
  const line = make('span', `sas${isSasVerified ? ' verified' : ''}`, 'ZRTP string ');
  line.append(make('code', '', sas), make('span', '', isSasVerified ? 'compared, now or in an earlier call' : 'not compared yet'));
  if (isSasVerified) {
    line.prepend(icon('check'));
  } else {
    line.append(make('span', 'sas-help', 'The phone of this person has to show the same. If it does not, somebody listens in.'));
  }
  return line;
}

/** @param {import('../model/meeting.js').Meeting} meeting @param {import('../model/roster.js').Member} member */
function actionsOf(meeting, member) {
  const menu = make('details', 'menu');
  menu.dataset.key = `menu ${member.uri}`;
  const opener = make('summary', 'bare');
  opener.dataset.key = `opener ${member.uri}`;
  opener.setAttribute('aria-label', `Actions for ${nameOf(member)}`);
  opener.append(icon('more'));
  const actions = make('div', 'actions');
  for (const action of actionsFor(member)) {
    const made = button(action.title, () => { closeMenu(menu); void meeting.command(action.word, member.uri); },
      action.word === 'kick' || action.word === 'deny' ? 'warn' : '');
    made.dataset.key = `${action.word} ${member.uri}`;
    made.setAttribute('aria-label', `${action.title}: ${nameOf(member)}`);
    actions.append(made);
  }
  menu.addEventListener('toggle', () => { if (menu.open) { actions.scrollIntoView({ block: 'nearest' }); } });
  menu.append(opener, actions);
  return menu;
}

/** Who was at it is at what opened it. @param {HTMLDetailsElement} menu */
function closeMenu(menu) {
  menu.open = false;
  menu.querySelector('summary')?.focus();
}

/** A menu is open as long as one is at it, or until Escape, wherever the keys go: not every browser takes them where it was clicked. @param {{ signal: AbortSignal }} on */
export function bindMenus(on) {
  const leave = (/** @type {Event} */ event) => {
    for (const menu of /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll('.menu[open]'))) {
      menu.open = menu.contains(/** @type {Node} */ (event.target));
    }
  };
  document.addEventListener('pointerdown', leave, on);
  document.addEventListener('focusin', leave, on);
  document.addEventListener('keydown', (event) => {
    /** @type {HTMLDetailsElement | null} */
    const menu = event.key === 'Escape' ? document.querySelector('.menu[open]') : null;
    if (menu) {
      event.stopPropagation(); // only this is closed
      closeMenu(menu);
    }
  }, { ...on, capture: true });
}

/** @param {import('../model/roster.js').Member} member */
function describe(member) {
  const devices = [...member.devices.values()];
  const words = isWaiting(member) ? [member.waits === 'pin' ? 'enters the PIN' : 'waits to be let in'] : devices.some(isPresent) ? [] : devices.map((device) => STATES[device.status] ?? '').filter(Boolean);
  if (isModerator(member)) {
    words.unshift('moderator');
  } else if (member.roles.includes('listener')) {
    words.unshift('listener');
  }
  const isGuest = member.uri.includes('~');
  const encryption = isWaiting(member) ? '' : encryptionOf(member);
  if (encryption) {
    words.push(ENCRYPTIONS[encryption] ?? encryption);
  }
  words.push(PAUSES[pausedOf(member)] ?? '');
  words.push(isGuest ? 'guest' : member.uri.replace(/^sips?:/, ''), member.isVerified || isGuest ? '' : 'identity not proved');
  return words.filter(Boolean).join(' \u00b7 ');
}

/** @param {import('../model/meeting.js').Meeting} meeting */
function renderTools(meeting) {
  const tools = byId('room-tools');
  const invite = button('Copy the link', () => tools.dispatchEvent(new CustomEvent('invite')), '');
  invite.dataset.key = 'invite';
  invite.prepend(icon('link'));
  const words = meeting.isModerator ? roomActions(meeting.roster, meeting.waiting.length) : [];
  tools.replaceChildren(invite, ...words.map(({ word, title }) => {
    const made = button(title, () => void meeting.command(word));
    made.dataset.key = `room ${word.replace(/^(un|no-)/, '')}`; // the same place after it was pressed
    return made;
  }));
}

/** Who wants to come in is shown over the pictures. @param {import('../model/meeting.js').Meeting} meeting */
function renderKnocking(meeting) {
  const box = byId('knocking');
  const waiting = meeting.isModerator ? [...meeting.roster.members.values()].filter(isWaiting) : [];
  box.hidden = waiting.length === 0;
  box.replaceChildren(...waiting.slice(0, 3).map((member) => {
    const row = make('div', 'knock');
    const words = make('p', '');
    words.title = nameOf(member); // long ones are cut
    words.append(make('b', '', nameOf(member)), ' wants to come in');
    const admit = button('Let in', () => void meeting.command('admit', member.uri), 'primary');
    admit.dataset.key = `knock-admit ${member.uri}`;
    const deny = button('Send away', () => void meeting.command('deny', member.uri), '');
    deny.dataset.key = `knock-deny ${member.uri}`;
    row.append(words, admit, deny);
    return row;
  }));
  if (waiting.length > 3) {
    box.append(button(`Let all ${waiting.length} in`, () => void meeting.command('admit-all'), ''));
  }
}
