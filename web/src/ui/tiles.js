// SPDX-License-Identifier: GPL-3.0-or-later
// The stage: a tile for each picture, kept from one rendering to the next so that nothing flickers.
import { make } from './element.js';
import { isPresent, nameOf } from '../model/roster.js';

/** @typedef {{ key: string, name: string, track: MediaStreamTrack | undefined, kind: string }} Tile */

export class Stage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Map<string, HTMLElement>} */
    this.tiles = new Map();
  }

  /** @param {import('../model/meeting.js').Meeting} meeting */
  render(meeting) {
    const tiles = tilesOf(meeting);
    this.root.className = `stage ${meeting.mode}`;
    this.root.style.setProperty('--columns', String(Math.max(1, Math.ceil(Math.sqrt(tiles.length)))));
    for (const [key, element] of this.tiles) {
      if (!tiles.some((tile) => tile.key === key)) {
        element.remove();
        this.tiles.delete(key);
      }
    }
    tiles.forEach((tile, index) => {
      const element = this.#element(tile);
      if (this.root.children[index] !== element) {
        this.root.insertBefore(element, this.root.children[index] ?? null);
      }
    });
  }

  /** @param {Tile} tile @returns {HTMLElement} */
  #element(tile) {
    let element = this.tiles.get(tile.key);
    if (!element) {
      element = make('div', 'tile');
      element.append(make('div', 'face'), make('video', ''), make('span', 'name'));
      const video = /** @type {HTMLVideoElement} */ (element.querySelector('video'));
      video.autoplay = video.muted = video.playsInline = true;
      this.tiles.set(tile.key, element);
    }
    element.className = `tile ${tile.kind}`;
    element.dataset.member = tile.key;
    const video = /** @type {HTMLVideoElement} */ (element.querySelector('video'));
    show(video, tile.track);
    /** @type {HTMLElement} */ (element.querySelector('.name')).textContent = tile.name;
    /** @type {HTMLElement} */ (element.querySelector('.face')).textContent = initials(tile.name);
    return element;
  }
}

/** @param {HTMLVideoElement} video @param {MediaStreamTrack | undefined} track */
function show(video, track) {
  const shown = /** @type {MediaStream | null} */ (video.srcObject)?.getVideoTracks()[0];
  if (shown !== track) {
    video.srcObject = track ? new MediaStream([track]) : null;
  }
  video.hidden = !track;
}

/** @param {string} name */
function initials(name) {
  return name.split(/\s+/).slice(0, 2).map((word) => word[0]?.toUpperCase() ?? '').join('');
}

/** @param {import('../model/meeting.js').Meeting} meeting @returns {Tile[]} */
function tilesOf(meeting) {
  const own = { key: 'own', name: 'You', track: meeting.mode === 'audio' ? undefined : ownTrack(meeting), kind: 'own' };
  if (meeting.mode === 'audio') {
    return [own, ...faces(meeting)];
  }
  const pictures = (meeting.lines?.pictures() ?? []).map(({ wish, track }) => (
    { key: wish.label, name: wish.name, track, kind: wish.isSlides ? 'slides' : '' }));
  if (meeting.mode === 'grid') {
    return [...pictures, own];
  }
  const { track, member } = meeting.speaker();
  const isAlone = others(meeting) === 0;
  const large = { key: 'speaker', name: isAlone ? 'Nobody else is here yet' : member ? nameOf(member) : '', track: isAlone ? undefined : track, kind: 'large' };
  return [large, ...pictures, own];
}

/** @param {import('../model/meeting.js').Meeting} meeting */
function ownTrack(meeting) {
  return meeting.mainLine?.sender.track ?? undefined;
}

/** @param {import('../model/meeting.js').Meeting} meeting @returns {Tile[]} */
function faces(meeting) {
  return [...meeting.roster.members.values()]
    .filter((member) => member !== meeting.me && [...member.devices.values()].some(isPresent))
    .map((member) => ({ key: member.uri, name: nameOf(member), track: undefined, kind: '' }));
}

/** @param {import('../model/meeting.js').Meeting} meeting */
function others(meeting) {
  return faces(meeting).length;
}
