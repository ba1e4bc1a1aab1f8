// SPDX-License-Identifier: GPL-3.0-or-later
// The page during a meeting: controls, panels, keys.
import { openScreen } from '../media/devices.js';
import { Quality } from '../media/quality.js';
import { byId, make, press } from './element.js';
import { renderPeople } from './people.js';
import { Stage } from './tiles.js';

const TABS = ['people', 'chat', 'quality'];
const REFRESH_MSEC = 1000;

/**
 * Show @meeting until it is over.
 * @param {import('../model/meeting.js').Meeting} meeting
 */
export function showRoom(meeting) {
  const stage = new Stage(byId('stage'));
  const quality = new Quality();
  const stop = new AbortController();
  const on = { signal: stop.signal };
  const render = () => stage.render(meeting);
  const timer = setInterval(() => { render(); void renderQuality(meeting, quality); }, REFRESH_MSEC);

  meeting.addEventListener('pictures', () => { render(); playSound(meeting); }, on);
  meeting.addEventListener('roster', () => { render(); renderHeader(meeting); renderPeople(meeting); }, on);
  meeting.addEventListener('connection', (e) => {
    byId('badge').textContent = /** @type {CustomEvent<boolean>} */ (e).detail ? '' : 'Connection lost, trying again…';
  }, on);
  meeting.addEventListener('message', (e) => renderMessage(/** @type {CustomEvent} */ (e).detail), on);
  bindControls(meeting, on);
  bindPanels(on);
  selectTab('people');
  render();
  renderHeader(meeting);
  return () => { stop.abort(); clearInterval(timer); };
}

/** @param {import('../model/meeting.js').Meeting} meeting */
function renderHeader(meeting) {
  const count = meeting.roster.members.size;
  byId('subject').textContent = meeting.roster.subject || meeting.target.replace(/^sips?:(room-)?/, '').replace(/@.*/, '');
  byId('badge').textContent = `${count} ${count === 1 ? 'person' : 'people'}${meeting.roster.isLocked ? ' · locked' : ''}`;
  press(byId('hand'), meeting.hasHand);
}

/** @param {import('../model/meeting.js').Meeting} meeting */
function playSound(meeting) {
  const sound = byId('sound', HTMLAudioElement);
  const track = meeting.phone.connection?.getReceivers().find((receiver) => receiver.track.kind === 'audio')?.track;
  const playing = /** @type {MediaStream | null} */ (sound.srcObject)?.getAudioTracks()[0];
  if (track && playing !== track) {
    sound.srcObject = new MediaStream([track]);
  }
}

/** @param {import('../model/meeting.js').Meeting} meeting @param {{ signal: AbortSignal }} on */
function bindControls(meeting, on) {
  const mic = () => {
    for (const track of meeting.stream.getAudioTracks()) {
      track.enabled = !track.enabled;
      press(byId('mic'), track.enabled);
    }
  };
  const cam = () => {
    for (const track of meeting.stream.getVideoTracks()) {
      track.enabled = !track.enabled;
      press(byId('cam'), track.enabled);
      if (!meeting.isSharing) {
        void meeting.setPicture(track.enabled ? track : null, false);
      }
    }
  };
  const hand = () => meeting.toggleHand();
  byId('mic').addEventListener('click', mic, on);
  byId('cam').addEventListener('click', cam, on);
  byId('hand').addEventListener('click', hand, on);
  byId('screen').addEventListener('click', () => void shareScreen(meeting), on);
  byId('leave').addEventListener('click', () => meeting.leave(), on);
  for (const button of document.querySelectorAll('[data-mode]')) {
    button.addEventListener('click', () => setMode(meeting, /** @type {HTMLElement} */ (button)), on);
  }
  byId('say-form').addEventListener('submit', (event) => {
    const input = byId('say', HTMLInputElement);
    event.preventDefault();
    if (input.value.trim()) {
      meeting.say(input.value.trim());
      input.value = '';
    }
  }, on);
  /** @type {Record<string, () => void>} */
  const keys = { m: mic, v: cam, h: hand, p: () => byId('panel').click() };
  document.addEventListener('keydown', (event) => {
    const isWriting = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (!isWriting && !event.ctrlKey && !event.metaKey && !event.altKey) {
      keys[event.key]?.();
    }
  }, on);
}

/** @param {import('../model/meeting.js').Meeting} meeting @param {HTMLElement} button */
function setMode(meeting, button) {
  for (const other of document.querySelectorAll('[data-mode]')) {
    press(/** @type {HTMLElement} */ (other), other === button);
  }
  meeting.setMode(/** @type {import('../model/layout.js').Mode} */ (button.dataset.mode));
}

/** @param {import('../model/meeting.js').Meeting} meeting */
async function shareScreen(meeting) {
  const camera = meeting.stream.getVideoTracks()[0];
  const back = () => {
    press(byId('screen'), false);
    return meeting.setPicture(camera?.enabled ? camera : null, false);
  };
  if (meeting.isSharing) {
    meeting.mainLine?.sender.track?.stop();
    return back();
  }
  try {
    const track = (await openScreen()).getVideoTracks()[0];
    track.contentHint = 'text';
    track.addEventListener('ended', () => void back());
    press(byId('screen'), true);
    await meeting.setPicture(track, true);
  } catch {
    press(byId('screen'), false); // refused by the user: nothing is shared
  }
}

/** @param {{ signal: AbortSignal }} on */
function bindPanels(on) {
  byId('panel').addEventListener('click', () => {
    const side = byId('side');
    side.hidden = !side.hidden;
    press(byId('panel'), !side.hidden);
  }, on);
  for (const name of TABS) {
    byId(`tab-${name}`).addEventListener('click', () => selectTab(name), on);
  }
}

/** @param {string} name */
function selectTab(name) {
  for (const other of TABS) {
    byId(`tab-${other}`).setAttribute('aria-selected', String(other === name));
    byId(other).hidden = other !== name;
  }
}

/** @param {{ from: string, text: string, isOwn: boolean }} message */
function renderMessage(message) {
  const item = make('li', message.isOwn ? 'own' : '');
  item.append(make('b', '', message.from), make('span', '', message.text));
  byId('messages').append(item);
  item.scrollIntoView({ block: 'nearest' });
}

/** @param {import('../model/meeting.js').Meeting} meeting @param {Quality} quality */
async function renderQuality(meeting, quality) {
  const connection = meeting.phone.connection;
  if (!connection || byId('quality').hidden) {
    return;
  }
  const rows = (await quality.rows(connection)).map((row) => {
    const line = document.createElement('tr');
    line.append(...[row.name, row.kbps, row.lost, row.frames, row.size].map((cell) => make('td', '', String(cell))));
    return line;
  });
  byId('quality-rows').replaceChildren(...rows);
}
