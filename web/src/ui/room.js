// SPDX-License-Identifier: GPL-3.0-or-later
// The page during a meeting: pictures, controls, keys; people, chat and figures beside.
import { canShareScreen, LevelMeter, openScreen, openWhatThereIs, useSpeaker } from '../media/devices.js';
import { Quality } from '../media/quality.js';
import { wordsForLink } from '../model/link.js';
import { encryptionOf, isIn, nameOf } from '../model/roster.js';
import { fillAll, remember, remembered } from './devices.js';
import { byId, notice, press, setIcon, setText } from './element.js';
import { Panels, renderQuality } from './panels.js';
import { bindMenus, markTalkers, renderPeople } from './people.js';
import { Stage } from './tiles.js';

const REFRESH_MSEC = 1000;
const TALK_MSEC = 200;
/** Of the mix: as long as the time between two looks at it. */
const MIX_SAMPLES = 8192;
const IDS = { microphone: 'set-microphone', camera: 'set-camera', loudspeaker: 'set-loudspeaker', loudspeakerBox: 'set-speaker-field' };

/** @typedef {import('../model/meeting.js').Meeting} Meeting @typedef {{ signal: AbortSignal }} On */

/**
 * Show @meeting until it is over.
 * @param {Meeting} meeting
 * @param {() => Promise<string>} makeInvitation address of the page for others
 */
export function showRoom(meeting, makeInvitation) {
  const stop = new AbortController();
  const on = { signal: stop.signal };
  const stage = new Stage(byId('stage'));
  const panels = new Panels(on);
  const quality = new Quality();
  const ear = new Ear();
  const render = () => stage.render(meeting);
  const renderAll = () => { render(); renderHeader(meeting); renderControls(meeting); renderPeople(meeting); };
  const timers = [
    setInterval(() => { render(); void look(meeting, quality, stage); }, REFRESH_MSEC),
    setInterval(() => { const uris = meeting.talkers(ear.loudness()); stage.showTalkers(uris); markTalkers(uris); }, TALK_MSEC),
  ];
  /** @param {string} type @param {(detail: any) => void} what */
  const listen = (type, what) => meeting.addEventListener(type, (e) => what(/** @type {CustomEvent} */ (e).detail), on);
  listen('pictures', () => { render(); playSound(meeting, ear); });
  listen('roster', renderAll);
  listen('devices', renderAll);
  listen('recovery', () => renderBanner(meeting));
  listen('notice', notice);
  listen('came', (member) => notice(`${nameOf(member)} is here`));
  listen('went', (member) => notice(`${nameOf(member)} has left`));
  listen('message', (message) => {
    if (panels.addMessage(message)) {
      notice(`${message.from}: ${message.text.slice(0, 120)}`);
    }
  });
  bindControls(meeting, on);
  bindSettings(meeting, on);
  bindKeys(panels, on);
  bindMenus(on);
  byId('room-tools').addEventListener('invite', () => void copyInvitation(makeInvitation, on), on);
  playSound(meeting, ear);
  renderAll();
  renderBanner(meeting);
  return () => {
    stop.abort();
    timers.forEach((timer) => clearInterval(timer));
    stage.close();
    ear.close();
    document.querySelectorAll('dialog').forEach((dialog) => dialog.close());
  };
}

/** @param {Meeting} meeting */
function renderHeader(meeting) {
  const count = [...meeting.roster.members.values()].filter((member) => !meeting.waiting.includes(member)).length;
  setText(byId('subject'), meeting.title);
  document.title = `${meeting.title} \u00b7 confer`;
  setText(byId('badge'), `${count} ${count === 1 ? 'person' : 'people'}${meeting.roster.isLocked ? ' \u00b7 locked' : ''}${meeting.roster.hasLobby ? ' \u00b7 lobby' : ''}`);
  byId('people-count').hidden = count < 2;
  setText(byId('people-count'), String(count));
}

/** @param {Meeting} meeting */
function renderControls(meeting) {
  const isHeard = meeting.isMicOn && !meeting.isMutedByOthers;
  press(byId('mic'), isHeard);
  setIcon(byId('mic'), isHeard ? 'mic' : 'mic-off');
  setText(/** @type {HTMLElement} */ (byId('mic').querySelector('span')), meeting.isMutedByOthers ? 'Muted' : 'Microphone');
  byId('mic', HTMLButtonElement).disabled = meeting.stream.getAudioTracks().length === 0;
  press(byId('cam'), meeting.isCameraOn);
  setIcon(byId('cam'), meeting.isCameraOn ? 'cam' : 'cam-off');
  byId('cam', HTMLButtonElement).disabled = meeting.stream.getVideoTracks().length === 0;
  press(byId('screen'), meeting.screen !== null);
  byId('screen').hidden = !canShareScreen();
  press(byId('hand'), meeting.hasHand);
  for (const each of document.querySelectorAll('[data-mode]')) {
    press(/** @type {HTMLElement} */ (each), /** @type {HTMLElement} */ (each).dataset.mode === meeting.mode);
  }
}

/** @param {Meeting} meeting */
function renderBanner(meeting) {
  const banner = byId('banner');
  banner.hidden = !meeting.recovery.isBroken;
  setText(banner, meeting.recovery.isReached ? 'The connection is weak. Coming back\u2026' : 'The connection is lost. Trying to come back\u2026');
}

/** How loud is what is played. */
class Ear {
  /** @type {LevelMeter | undefined} */
  #meter;

  /** @param {MediaStream} stream */
  hear(stream) {
    this.#meter?.close();
    this.#meter = new LevelMeter(stream, MIX_SAMPLES);
  }

  /** 0 to 1; undefined while nothing is heard, or the browser does not say. */
  loudness() {
    return this.#meter?.context.state === 'running' ? this.#meter.loudness() : undefined;
  }

  close() {
    this.#meter?.close();
  }
}

/** @param {Meeting} meeting @param {Ear} ear */
function playSound(meeting, ear) {
  const sound = byId('sound', HTMLAudioElement);
  const track = meeting.phone.connection?.getReceivers().find((receiver) => receiver.track.kind === 'audio')?.track;
  const playing = /** @type {MediaStream | null} */ (sound.srcObject)?.getAudioTracks()[0];
  if (track && playing !== track) {
    sound.srcObject = new MediaStream([track]);
    ear.hear(sound.srcObject);
    void useSpeaker(sound, remembered().loudspeaker);
    sound.play().catch(() => notice('Press any key to hear the others.'));
  }
}

/** @param {Meeting} meeting @param {Quality} quality @param {Stage} stage */
async function look(meeting, quality, stage) {
  const connection = meeting.phone.connection;
  if (!connection) {
    return;
  }
  const picture = await quality.look(connection);
  stage.showQuality(picture.rows);
  renderQuality(picture, (row) => {
    if (row.kind === 'audio') {
      return row.isIn ? 'Sound of all' : 'Your sound';
    }
    const shown = stage.shown.find((tile) => tile.track?.id === row.track);
    return row.isIn ? shown?.name || 'Picture' : meeting.screen ? 'Your screen' : 'Your camera';
  }, ![...meeting.roster.members.values()].some((member) => isIn(member) && encryptionOf(member) === 'none'));
}

/** @param {Meeting} meeting @param {On} on */
function bindControls(meeting, on) {
  byId('mic').addEventListener('click', () => void meeting.setMicrophone(!(meeting.isMicOn && !meeting.isMutedByOthers)), on);
  byId('cam').addEventListener('click', () => void meeting.setCamera(!meeting.isCameraOn), on);
  byId('hand').addEventListener('click', () => void meeting.toggleHand(), on);
  byId('screen').addEventListener('click', () => void toggleScreen(meeting), on);
  byId('leave').addEventListener('click', () => {
    const others = [...meeting.roster.members.keys()].length > 1;
    if (meeting.isModerator && others) {
      byId('leave-dialog', HTMLDialogElement).showModal();
    } else {
      meeting.leave();
    }
  }, on);
  byId('leave-only').addEventListener('click', () => meeting.leave(), on);
  byId('leave-end').addEventListener('click', () => void meeting.command('end').then((status) => { if (status < 300) { meeting.leave(); } }), on);
  for (const each of document.querySelectorAll('[data-mode]')) {
    each.addEventListener('click', () => {
      meeting.setMode(/** @type {import('../model/layout.js').Mode} */ (/** @type {HTMLElement} */ (each).dataset.mode));
      renderControls(meeting);
    }, on);
  }
  byId('say-form').addEventListener('submit', (event) => {
    const input = byId('say', HTMLInputElement);
    event.preventDefault();
    if (input.value.trim()) {
      void meeting.say(input.value.trim());
      input.value = '';
    }
  }, on);
  addEventListener('online', () => meeting.onNetworkChange(), on);
  addEventListener('offline', () => meeting.phone.probe(), on);
  /** @type {any} */ (navigator).connection?.addEventListener?.('change', () => meeting.onNetworkChange(), on);
}

/** @param {Meeting} meeting */
async function toggleScreen(meeting) {
  if (meeting.screen) {
    await meeting.shareScreen(null);
    return;
  }
  try {
    await meeting.shareScreen(await openScreen());
  } catch {
    press(byId('screen'), false); // the user has thought better of it
  }
}

/** @param {Meeting} meeting @param {On} on */
function bindSettings(meeting, on) {
  const dialog = byId('settings', HTMLDialogElement);
  byId('settings-button').addEventListener('click', () => {
    const current = (/** @type {MediaStreamTrack | undefined} */ track) => track?.getSettings().deviceId ?? '';
    const chosen = { microphone: current(meeting.stream.getAudioTracks()[0]), camera: current(meeting.stream.getVideoTracks()[0]), loudspeaker: remembered().loudspeaker };
    void fillAll(IDS, chosen).then(() => dialog.showModal());
  }, on);
  dialog.addEventListener('change', (event) => {
    const value = (/** @type {string} */ id) => byId(id, HTMLSelectElement).value;
    const chosen = { microphone: value(IDS.microphone), camera: value(IDS.camera), loudspeaker: value(IDS.loudspeaker) };
    remember(chosen);
    if (/** @type {HTMLElement} */ (event.target).id === IDS.loudspeaker) {
      void useSpeaker(byId('sound', HTMLAudioElement), chosen.loudspeaker);
    } else {
      void openWhatThereIs(chosen).then(({ stream }) => meeting.changeDevices(stream));
    }
  }, on);
}

/** @param {Panels} panels @param {On} on */
function bindKeys(panels, on) {
  const click = (/** @type {string} */ id) => () => { if (!byId(id).hidden) { byId(id).click(); } };
  const mode = (/** @type {string} */ name) => () => /** @type {HTMLElement | null} */ (document.querySelector(`[data-mode="${name}"]`))?.click();
  /** @type {Record<string, () => void>} */
  const keys = {
    m: click('mic'), v: click('cam'), s: click('screen'), h: click('hand'), p: () => panels.toggle('people'), c: () => panels.toggle('chat'),
    q: () => panels.toggle('quality'), 1: mode('speaker'), 2: mode('grid'), 3: mode('audio'),
  };
  document.addEventListener('keydown', (event) => {
    const isWriting = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement || event.target instanceof HTMLTextAreaElement;
    const isCombined = event.ctrlKey || event.metaKey || event.altKey;
    const act = keys[event.key.toLowerCase()];
    if (act && !isWriting && !isCombined && !event.repeat && !document.querySelector('dialog[open]')) {
      event.preventDefault();
      act();
    }
  }, on);
}

/** @param {() => Promise<string>} makeInvitation @param {On} on */
async function copyInvitation(makeInvitation, { signal }) {
  const url = await makeInvitation();
  const isCopied = await navigator.clipboard?.writeText(url).then(() => true, () => false);
  if (signal.aborted) {
    return; // the meeting is over
  }
  if (isCopied) {
    notice('The link is copied.');
  } else { // where the page may not do that, people can
    showInvitation(url);
  }
}

/** @param {string} url */
function showInvitation(url) {
  const input = byId('invite-link', HTMLInputElement);
  setText(byId('invite-words'), wordsForLink(url));
  input.value = url;
  byId('invite-dialog', HTMLDialogElement).showModal();
  input.focus(); // or it is the button that closes
  input.select();
}
