// SPDX-License-Identifier: GPL-3.0-or-later
// Joins the screens: join, meeting, over.
import { Meeting } from './model/meeting.js';
import { Phone } from './sip/phone.js';
import { byId } from './ui/element.js';
import { JoinScreen } from './ui/join.js';
import { showRoom } from './ui/room.js';

/** @param {'join' | 'meeting' | 'over'} name */
function show(name) {
  for (const id of ['join', 'meeting', 'over']) {
    byId(id).hidden = id !== name;
  }
}

/** URI of a room: a name, or a whole address. @param {string} room @param {string} domain */
function uriOf(room, domain) {
  if (/^sips?:/.test(room)) {
    return room;
  }
  return room.includes('@') ? `sip:${room}` : `sip:room-${room}@${domain}`;
}

async function main() {
  const server = await (await fetch('/api/server')).json();
  const screen = new JoinScreen();
  show('join');
  const entered = screen.entered(); // who is quick need not wait for the camera
  await screen.open();
  const entry = await entered;
  const stream = screen.takeStream();
  const button = byId('join-button', HTMLButtonElement);
  button.disabled = true;
  location.hash = encodeURIComponent(entry.room);
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const phone = new Phone({
    server: `${scheme}://${location.host}${server.websocket}`,
    domain: server.domain, user: entry.user, password: entry.password, name: entry.name,
  });
  const meeting = new Meeting(phone, uriOf(entry.room, server.domain), stream);
  /** @type {() => void} */
  let close = () => {};
  meeting.addEventListener('state', () => {
    if (meeting.state === 'in') {
      show('meeting');
      close = showRoom(meeting);
    } else if (meeting.state === 'over') {
      const wasIn = !byId('meeting').hidden;
      close();
      phone.stop();
      stream.getTracks().forEach((track) => track.stop());
      byId('over-reason').textContent = wasIn ? meeting.reason : `The meeting could not be joined: ${meeting.reason}`;
      show('over');
    }
  });
  byId('again').addEventListener('click', () => location.reload());
  addEventListener('pagehide', () => meeting.leave());
  meeting.join();
}

void main();
