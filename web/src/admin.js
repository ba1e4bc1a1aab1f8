// SPDX-License-Identifier: GPL-3.0-or-later
// The page for administrators: rooms, calls with their history, figures, draining.
import { ask, list, logIn, logOut as endSession, Refusal } from './api.js';
import { rateText, spanText, sparkline } from './model/sparkline.js';
import { button, byId, icon, make, notice, setText } from './ui/element.js';

const REFRESH_MSEC = 2000;
const KEY = 'confer-session';
const SVG = 'http://www.w3.org/2000/svg';
const SPARK = { width: 120, height: 28 };
/** Loss in thousandths that fills the height of its curve at least. */
const LOSS_TOP = 50;

/** @typedef {{ user: string, role: string, scopes: string[], token: string }} Session */

/** @type {Session | undefined} */
let session;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {string} what @param {string} value */
function figure(what, value) {
  const box = make('div', 'figure');
  box.append(make('b', '', value), make('span', '', what));
  return box;
}

/** @param {any} figures */
function renderFigures(figures) {
  byId('cards').replaceChildren(figure('rooms', String(figures.rooms)), figure('members', String(figures.members)), figure('calls', String(figures.legs)),
    figure('registrations', String(figures.registrations)), figure('coming in', rateText(figures.rate_in)), figure('going out', rateText(figures.rate_out)),
    figure('up for', spanText(figures.uptime)));
  byId('drain', HTMLButtonElement).disabled = figures.draining;
  setText(byId('drain'), figures.draining ? 'Draining' : 'Drain\u2026');
}

/** @param {string} text @param {number} columns */
function emptyRow(text, columns) {
  const row = make('tr', 'none');
  const cell = make('td', '', text);
  cell.colSpan = columns;
  row.append(cell);
  return row;
}

/** @param {string} main @param {string} [small] */
function headCell(main, small) {
  const head = make('th', '', main);
  head.scope = 'row';
  head.title = main;
  if (small) {
    head.append(make('small', '', small));
  }
  return head;
}

/** @param {any} room */
function roomRow(room) {
  const row = make('tr', '');
  row.dataset.room = room.room;
  const door = make('td', '');
  for (const [isSet, text] of /** @type {[boolean, string][]} */ ([[room.locked, 'locked'], [room.lobby, 'lobby'], [room.pin, 'PIN']])) {
    if (isSet) {
      door.append(make('span', 'tag', text));
    }
  }
  const actions = make('td', '');
  const buttons = make('div', 'buttons');
  const act = (/** @type {string} */ action) => () => void change(`/api/rooms/${encodeURIComponent(room.room)}/actions`, { action });
  buttons.append(button(room.locked ? 'Unlock' : 'Lock', act(room.locked ? 'unlock' : 'lock')), button('End', () => {
    if (confirm(`End ${room.subject || room.room} for everybody?`)) {
      act('end')();
    }
  }, 'warn'));
  actions.append(buttons);
  row.append(headCell(room.subject || room.room, room.uri), make('td', '', room.kind), make('td', '', String(room.members)), make('td', '', String(room.waiting)), door, actions);
  return row;
}

/** @param {[string, number[]][]} curves class and values @param {number} least @param {string} label */
function spark(curves, least, label) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'spark');
  svg.setAttribute('viewBox', `0 0 ${SPARK.width} ${SPARK.height}`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  const top = Math.max(least, ...curves.flatMap(([, values]) => values));
  for (const [name, values] of curves) {
    const line = document.createElementNS(SVG, 'polyline');
    line.setAttribute('class', name);
    line.setAttribute('points', sparkline(values, SPARK.width, SPARK.height, top));
    svg.append(line);
  }
  return svg;
}

/** How a call is encrypted, with ZRTP's short string if it has one. @param {any} leg */
function encryptionCell(leg) {
  const cell = make('td', '', leg.encryption || 'not yet');
  if (leg.sas) {
    const line = make('small', leg.sas_verified ? 'sas verified' : 'sas', 'string ');
    line.append(make('code', '', leg.sas), make('span', '', leg.sas_verified ? 'compared' : 'not compared yet'));
    if (leg.sas_verified) {
      line.prepend(icon('check'));
    }
    cell.append(line);
  }
  return cell;
}

/** @param {any} leg */
function legRow(leg) {
  const row = make('tr', '');
  row.dataset.user = leg.user;
  const sum = (/** @type {string} */ key) => leg.streams.reduce((/** @type {number} */ all, /** @type {any} */ stream) => all + stream[key], 0);
  const worst = Math.max(0, ...leg.history.lost_in, ...leg.history.lost_out);
  const sound = leg.streams.find((/** @type {any} */ stream) => stream.kind === 'audio' && stream.mos_out_estimate);
  const rates = make('td', '');
  rates.append(spark([['in', leg.history.in], ['out', leg.history.out]], 1000, `in ${rateText(sum('in'))}, out ${rateText(sum('out'))}`));
  const loss = make('td', '');
  loss.append(spark([['loss', leg.history.lost_in.map((/** @type {number} */ lost, /** @type {number} */ i) => Math.max(lost, leg.history.lost_out[i] ?? 0))]], LOSS_TOP,
    `up to ${worst / 10} % lost`));
  row.append(headCell(leg.name || leg.user.replace(/^sips?:/, ''), leg.user), make('td', '', leg.room), encryptionCell(leg),
    make('td', '', rateText(sum('in'))), make('td', '', rateText(sum('out'))), rates, loss, make('td', '', sound ? (sound.mos_out_estimate / 100).toFixed(1) : '\u2013'));
  return row;
}

/** @param {string} time of the interface */
function timeText(time) {
  const at = new Date(time);
  const isToday = at.toDateString() === new Date().toDateString();
  return at.toLocaleString([], isToday ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' });
}

/** @param {any} open */
function sessionRow(open) {
  const row = make('tr', '');
  row.dataset.session = open.id;
  const actions = make('td', '');
  const buttons = make('div', 'buttons');
  if (!open.own) {
    buttons.append(button(open.kind === 'guest' ? 'Remove' : 'Log out', () => {
      if (confirm(open.kind === 'guest' ? `Remove ${open.name || open.user}? The guest can come again by the link only.` : `Log ${open.user} out there?`)) {
        void change(`/api/sessions/${encodeURIComponent(open.id)}`, undefined, 'DELETE');
      }
    }, 'warn'));
  }
  actions.append(buttons);
  const kind = open.kind === 'guest' ? `guest, ${open.role}` : open.own ? 'account, this page' : 'account';
  row.append(headCell(open.name || open.user.replace(/^sips?:/, ''), open.user), make('td', '', kind), make('td', '', open.room ?? ''),
    make('td', '', timeText(open.created)), make('td', '', timeText(open.expires)), actions);
  return row;
}

/** Ask for all there is to see, and again. */
async function refresh() {
  clearTimeout(timer);
  const token = session?.token;
  if (!token) {
    return;
  }
  try {
    const [figures, rooms, legs, sessions] = await Promise.all([ask('/api/statistics', { token }), list('/api/rooms', token), list('/api/legs', token),
      list('/api/sessions', token)]);
    if (session?.token !== token) {
      return;
    }
    renderFigures(figures);
    byId('rooms').replaceChildren(...(rooms.length > 0 ? rooms.map(roomRow) : [emptyRow('No room is open.', 6)]));
    byId('legs').replaceChildren(...(legs.length > 0 ? legs.map(legRow) : [emptyRow('Nobody is in a call.', 8)]));
    byId('sessions').replaceChildren(...sessions.sort((a, b) => b.created.localeCompare(a.created)).map(sessionRow));
    byId('trouble').hidden = true;
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) {
      logOut('Your session has ended.');
      return;
    }
    byId('trouble').hidden = false;
    setText(byId('trouble'), error instanceof Refusal ? error.message : 'The server is not reached.');
  }
  timer = setTimeout(() => void refresh(), REFRESH_MSEC);
}

/** @param {string} path @param {object} [body] @param {string} [method] */
async function change(path, body, method = 'POST') {
  try {
    await ask(path, { method, token: session?.token, body });
  } catch (error) {
    notice(error instanceof Error ? error.message : 'That did not work.');
  }
  await refresh();
}

/** @param {Session} opened */
function enter(opened) {
  if (!opened.scopes.includes('admin')) {
    logOut('This account may not administrate.');
    return;
  }
  session = opened;
  sessionStorage.setItem(KEY, JSON.stringify(opened));
  setText(byId('who'), opened.user.replace(/^sips?:/, ''));
  byId('login').hidden = true;
  byId('admin').hidden = false;
  void refresh();
}

/** @param {string} [why] */
function logOut(why = '') {
  if (session && why === '') {
    endSession(session.token);
  }
  session = undefined;
  clearTimeout(timer);
  sessionStorage.removeItem(KEY);
  byId('admin').hidden = true;
  byId('login').hidden = false;
  setText(byId('login-error'), why);
}

byId('login-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const [user, password] = [byId('user', HTMLInputElement), byId('password', HTMLInputElement)];
  setText(byId('login-error'), '');
  logIn(user.value.trim(), password.value).then(enter, (error) => {
    setText(byId('login-error'), error instanceof Refusal && error.status === 401 ? 'User or password is not right.' : error.message);
  });
  password.value = '';
});
byId('log-out').addEventListener('click', () => logOut());
byId('drain').addEventListener('click', () => byId('drain-dialog', HTMLDialogElement).showModal());
byId('drain-yes').addEventListener('click', () => {
  byId('drain-dialog', HTMLDialogElement).close();
  void change('/api/drain');
});
const kept = sessionStorage.getItem(KEY);
if (kept) {
  enter(JSON.parse(kept));
}
