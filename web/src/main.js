// SPDX-License-Identifier: GPL-3.0-or-later
// Joins the screens: join, waiting, meeting, over.
import { getRelays, getServer, joinAsGuest, logIn, logOut, makeLink, Refusal } from './api.js';
import { invitationOf, keyToName, uriOfRoom } from './model/link.js';
import { Meeting } from './model/meeting.js';
import { explain, explainFailure } from './model/refusal.js';
import { Phone } from './sip/phone.js';
import { byId, notice, setText } from './ui/element.js';
import { JoinScreen } from './ui/join.js';
import { showRoom } from './ui/room.js';

/** @typedef {import('./api.js').Guest} Guest @typedef {import('./api.js').Server} Server */
/** @typedef {import('./ui/join.js').Entry} Entry */

/** @param {'join' | 'waiting' | 'meeting' | 'over'} name */
function show(name) {
  for (const id of ['join', 'waiting', 'meeting', 'over']) {
    byId(id).hidden = id !== name;
  }
}

/** Why nobody came in, in words for people. @param {unknown} error @param {boolean} isAdmitted has the server let them in already? */
function explainError(error, isAdmitted) {
  return error instanceof Refusal ? explain({ status: error.status, code: error.code, text: error.message, retryAfter: error.retryAfter }) : explainFailure(isAdmitted);
}

/** A guest stays the same person when the page is loaded again. @param {string} key @returns {Guest | undefined} */
function keptGuest(key) {
  try {
    const guest = JSON.parse(sessionStorage.getItem(key) ?? 'null');
    return guest && Date.parse(guest.expires) > Date.now() ? guest : undefined;
  } catch {
    return undefined;
  }
}

/** @param {Entry} entry @param {import('./model/link.js').Invitation} invitation */
async function becomeGuest(entry, invitation) {
  const room = invitation.room || entry.room;
  const key = `confer-guest ${entry.way} ${room} ${invitation.token} ${entry.name}`;
  const guest = keptGuest(key) ?? await joinAsGuest(entry.way === 'link'
    ? { link: invitation.token, ...(entry.name ? { name: entry.name } : {}) }
    : { room, pin: entry.pin, name: entry.name });
  sessionStorage.setItem(key, JSON.stringify(guest));
  return guest;
}

/** @param {Entry} entry @param {import('./model/link.js').Invitation} invitation @param {Server} server */
async function admissionOf(entry, invitation, server) {
  const socket = (/** @type {string} */ path) => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`;
  if (entry.way === 'account') {
    const room = invitation.room || entry.room;
    // For relays and links only: whether the password is right is told by SIP.
    const token = (await logIn(entry.user, entry.password).catch(() => undefined))?.token ?? '';
    return {
      identity: { server: socket(server.websocket), uri: `sip:${entry.user}@${server.domain}`, name: entry.name, password: entry.password, relays: () => getRelays(token) },
      target: uriOfRoom(room, server.domain), room: keyToName(room), token, mayInvite: token !== '', close: () => { if (token) { logOut(token); } },
    };
  }
  const guest = await becomeGuest(entry, invitation);
  return {
    identity: { server: socket(guest.websocket), uri: guest.user, name: guest.name || entry.name, token: guest.token, relays: () => getRelays(guest.token) },
    target: guest.uri, room: keyToName(guest.room), token: guest.token, mayInvite: guest.role === 'moderator', close: () => {}, // a guest who loads the page again is the same one
  };
}

/**
 * One meeting, from the call to the end. Resolves when somebody is in or waits (''), or is not let in (why).
 * @param {Awaited<ReturnType<typeof admissionOf>>} admission @param {MediaStream} stream @returns {Promise<string>}
 */
function hold(admission, stream) {
  const { identity, target, room, token, mayInvite } = admission;
  const meeting = new Meeting(new Phone(identity), target, stream);
  const stop = new AbortController();
  const on = { signal: stop.signal };
  /** @type {() => void} */
  let close = () => {};
  const makeInvitation = async () => {
    const made = mayInvite ? await makeLink(token, room).catch(() => undefined) : undefined;
    return made?.url ?? `${location.origin}/m/${encodeURIComponent(room)}`;
  };
  meeting.addEventListener('roster', () => showWait(meeting));
  byId('waiting-form').addEventListener('submit', (event) => {
    event.preventDefault();
    meeting.enterPin(byId('waiting-pin', HTMLInputElement).value);
    byId('waiting-pin', HTMLInputElement).value = '';
    notice('The PIN is being checked.');
  }, on);
  byId('waiting-leave').addEventListener('click', () => meeting.leave(), on);
  addEventListener('pagehide', () => meeting.leave(), on);
  return new Promise((resolve) => {
    let isShown = false;
    meeting.addEventListener('state', () => {
      const { state } = meeting;
      if (state === 'in' || state === 'waiting') {
        close();
        close = state === 'in' ? showRoom(meeting, makeInvitation) : () => {};
        show(state === 'in' ? 'meeting' : 'waiting');
        isShown = true;
        resolve('');
      } else if (state === 'over') {
        close();
        stop.abort();
        meeting.phone.stop();
        admission.close();
        meeting.screen?.stop();
        meeting.stream.getTracks().forEach((track) => track.stop());
        if (isShown) {
          showEnd(meeting);
        }
        resolve(meeting.reason || explainFailure(true));
      }
    });
    meeting.join();
  });
}

/** @param {Meeting} meeting */
function showWait(meeting) {
  const needsPin = meeting.waitsFor === 'pin';
  setText(byId('waiting-room'), meeting.title);
  setText(byId('waiting-text'), needsPin ? 'This meeting has a PIN.' : 'Somebody will let you in soon.');
  byId('waiting-form').hidden = !needsPin;
}

/** @param {Meeting} meeting */
function showEnd(meeting) {
  setText(byId('over-title'), meeting.isLeaving ? 'You have left' : meeting.wasIn ? 'The meeting is over for you' : 'You were not let in');
  setText(byId('over-reason'), meeting.isLeaving ? '' : meeting.reason || (meeting.wasIn ? '' : 'A moderator did not let you in. Ask who invited you, or try again.'));
  setText(byId('again'), meeting.wasIn ? 'Join again' : 'Try again');
  show('over');
  byId('again').focus();
}

async function main() {
  if (/^\/admin\/?$/.test(location.pathname)) {
    location.replace('/admin.html');
    return;
  }
  const invitation = invitationOf(location);
  const server = await getServer();
  const screen = new JoinScreen(invitation, server);
  byId('again').addEventListener('click', () => location.reload());
  show('join');
  void screen.open(); // who is quick need not wait for the camera
  for (let isIn = false; !isIn;) {
    const entry = await screen.entered();
    screen.showState(true);
    /** @type {Awaited<ReturnType<typeof admissionOf>> | undefined} */
    let admission;
    try {
      admission = await admissionOf(entry, invitation, server);
      if (!invitation.room) {
        history.replaceState(null, '', `/m/${encodeURIComponent(admission.room)}`);
      }
      await screen.opened;
      const refusal = await hold(admission, screen.takeStream());
      isIn = refusal === '';
      if (!isIn) {
        screen.showState(false, refusal);
        void screen.open();
      }
    } catch (error) {
      admission?.close();
      screen.showState(false, explainError(error, admission !== undefined));
    }
  }
}

main().catch(() => {
  byId('again').addEventListener('click', () => location.reload());
  show('over');
  setText(byId('over-title'), 'The server is not reached');
  setText(byId('over-reason'), 'Check your connection, then try again.');
  setText(byId('again'), 'Try again');
});
