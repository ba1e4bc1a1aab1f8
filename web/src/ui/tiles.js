// SPDX-License-Identifier: GPL-3.0-or-later
// The stage: a tile for each picture, kept from one rendering to the next so that nothing flickers.
import { hueOf, icon, initials, make, setIcon, setText } from './element.js';
import { Absence } from '../model/absence.js';
import { isIn, isMuted, nameOf, sendsPictures } from '../model/roster.js';

/**
 * @typedef {{ key: string, uri: string, name: string, track: MediaStreamTrack | undefined, kind: string, isMuted: boolean, hasHand: boolean, isAsked?: boolean }} Tile
 *   isAsked: a picture was asked for that somebody sends
 * @typedef {import('../media/quality.js').Grade} Grade
 */

const RATIO = 16 / 9;
const GAP = 10;

export class Stage {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Map<string, HTMLElement>} */
    this.tiles = new Map();
    /** @type {Tile[]} */
    this.shown = [];
    this.mode = 'speaker';
    this.absence = new Absence();
    /** Why our own device lacks pictures. */
    this.paused = '';
    this.watch = new ResizeObserver(() => this.#fit());
    this.watch.observe(root);
  }

  close() {
    this.watch.disconnect();
    this.root.replaceChildren();
  }

  /** @param {import('../model/meeting.js').Meeting} meeting */
  render(meeting) {
    const tiles = tilesOf(meeting);
    this.shown = tiles;
    this.mode = meeting.mode;
    this.paused = meeting.ownDevice?.paused ?? '';
    const small = tiles.filter((tile) => !tile.kind.includes('large')).length;
    this.root.className = `stage ${meeting.mode}`;
    this.root.style.setProperty('--count', String(small));
    for (const [key, element] of this.tiles) {
      if (!tiles.some((tile) => tile.key === key)) {
        element.remove();
        this.tiles.delete(key);
        this.absence.forget(key);
      }
    }
    tiles.forEach((tile, index) => {
      const element = this.#element(tile);
      if (this.root.children[index] !== element) {
        this.root.insertBefore(element, this.root.children[index] ?? null);
      }
    });
    this.#fit();
  }

  /** Tiles of a grid are as large as they can be. */
  #fit() {
    const count = this.shown.length;
    const { clientWidth, clientHeight } = this.root;
    if (this.mode === 'speaker' || count === 0 || clientWidth === 0) {
      return;
    }
    let best = { width: 0, columns: 1 };
    for (let columns = 1; columns <= count; columns++) {
      const rows = Math.ceil(count / columns);
      const width = Math.min((clientWidth - GAP * (columns + 1)) / columns, ((clientHeight - GAP * (rows + 1)) / rows) * RATIO);
      if (width > best.width) {
        best = { width, columns };
      }
    }
    this.root.style.setProperty('--tile', `${Math.max(120, Math.floor(best.width))}px`);
  }

  /** @param {Tile} tile @returns {HTMLElement} */
  #element(tile) {
    let element = this.tiles.get(tile.key);
    if (!element) {
      element = makeTile();
      this.tiles.set(tile.key, element);
    }
    element.className = `tile ${tile.kind}${element.classList.contains('talks') ? ' talks' : ''}`;
    element.dataset.member = tile.key;
    element.dataset.uri = tile.uri;
    const video = find(element, 'video');
    show(video, tile.track);
    const why = this.#whyNot(tile, !video.hidden);
    video.hidden ||= why !== '';
    setText(find(element, '.why'), why);
    const said = [tile.name, tile.isMuted ? 'muted' : '', tile.hasHand ? 'hand raised' : '', why];
    element.setAttribute('aria-label', said.filter(Boolean).join(', '));
    setText(find(element, '.name'), tile.name);
    const face = find(element, '.face span');
    setText(face, initials(tile.name));
    face.dataset.hue = String(hueOf(tile.uri || tile.name));
    find(element, '.muted').hidden = !tile.isMuted;
    find(element, '.raised').hidden = !tile.hasHand;
    return element;
  }

  /** Why there is no picture where one was asked for. @param {Tile} tile @param {boolean} isDrawn */
  #whyNot(tile, isDrawn) {
    this.absence.show(tile.key, tile.uri);
    return tile.isAsked ? this.absence.of(tile.key, this.paused, { isDrawn, isSlides: tile.kind.includes('slides') }) : '';
  }

  /** Whose voice is heard. @param {Set<string>} uris */
  showTalkers(uris) {
    for (const element of this.tiles.values()) {
      element.classList.toggle('talks', uris.has(element.dataset.uri ?? ''));
    }
  }

  /** @param {import('../media/quality.js').Row[]} rows */
  showQuality(rows) {
    for (const tile of this.shown) {
      const element = this.tiles.get(tile.key);
      const row = tile.track && rows.find((each) => each.isIn && each.track === tile.track?.id);
      const mark = element && find(element, '.grade');
      if (row) {
        this.absence.note(tile.key, row.kbps);
      }
      if (mark) {
        mark.hidden = !row || row.kbps === 0;
        if (row) {
          mark.dataset.grade = row.grade;
          setIcon(mark, { good: 'bars', fair: 'bars-2', poor: 'bars-1' }[row.grade]);
          mark.title = `${row.size || 'no picture'}, ${row.frames} pictures a second, ${row.kbps} kbit/s, ${row.lost} % lost`;
          mark.setAttribute('aria-label', `connection ${row.grade}`);
        }
      }
    }
  }
}

function makeTile() {
  const element = make('figure', 'tile');
  element.setAttribute('role', 'group');
  const face = make('div', 'face');
  face.append(make('span', ''), make('p', 'why'));
  const video = make('video', '');
  video.autoplay = video.muted = video.playsInline = true;
  video.setAttribute('aria-hidden', 'true');
  const caption = make('figcaption', 'caption');
  const muted = make('span', 'muted');
  muted.append(icon('mic-off'));
  caption.append(muted, make('span', 'name'));
  const raised = make('span', 'raised');
  raised.append(icon('hand'));
  const grade = make('span', 'grade');
  grade.setAttribute('role', 'img');
  grade.setAttribute('aria-label', 'connection');
  grade.hidden = true;
  grade.append(icon('bars'));
  element.append(face, video, caption, raised, grade);
  return element;
}

/** @template {string} S @param {HTMLElement} element @param {S} selector @returns {S extends 'video' ? HTMLVideoElement : HTMLElement} */
function find(element, selector) {
  return /** @type {any} */ (element.querySelector(selector));
}

/** @param {HTMLVideoElement} video @param {MediaStreamTrack | undefined} track */
function show(video, track) {
  const shown = /** @type {MediaStream | null} */ (video.srcObject)?.getVideoTracks()[0];
  if (shown !== track) {
    video.srcObject = track ? new MediaStream([track]) : null;
  }
  // A line that nothing comes by has a muted track: a face is better than black.
  video.hidden = !track || (track.muted && video.videoWidth === 0);
}

/** @param {import('../model/meeting.js').Meeting} meeting @returns {Tile[]} */
function tilesOf(meeting) {
  const me = meeting.me;
  const ownTrack = meeting.mode === 'audio' ? undefined : meeting.mainLine?.sender.track ?? undefined;
  const own = {
    key: 'own', uri: me?.uri ?? '', name: 'You', track: ownTrack, kind: meeting.screen ? 'own slides' : 'own',
    isMuted: !meeting.isMicOn || meeting.isMutedByOthers, hasHand: meeting.hasHand,
  };
  const faces = facesOf(meeting);
  if (meeting.mode === 'audio') {
    return [own, ...faces];
  }
  const pictures = (meeting.lines?.pictures() ?? []).map(({ wish, track }) => {
    const member = meeting.roster.members.get(wish.uri);
    return { key: wish.label, uri: wish.uri, name: wish.name, track, kind: wish.isSlides ? 'slides' : '', isMuted: member ? isMuted(member) : false, hasHand: Boolean(member?.handUp), isAsked: track !== undefined };
  });
  // Who sends no picture has a face.
  const silent = faces.filter((face) => !pictures.some((picture) => picture.uri === face.uri));
  if (meeting.mode === 'grid') {
    return [...pictures, ...silent, own];
  }
  return [largeTile(meeting, faces), ...pictures, ...(faces.length > 1 ? silent : []), own];
}

/** @param {import('../model/meeting.js').Meeting} meeting @param {Tile[]} faces @returns {Tile} */
function largeTile(meeting, faces) {
  const { track, member } = meeting.speaker();
  if (faces.length === 0) {
    return { key: 'speaker', uri: '', name: 'Nobody else is here yet', track: undefined, kind: 'large empty', isMuted: false, hasHand: false };
  }
  const shown = member ?? (faces.length === 1 ? meeting.roster.members.get(faces[0].uri) : undefined);
  const isSlides = shown ? [...shown.devices.values()].some((device) => device.media.get('2')?.content === 'slides') : false;
  return {
    key: 'speaker', uri: shown?.uri ?? '', name: shown ? nameOf(shown) : '', track, kind: isSlides ? 'large slides' : 'large',
    isMuted: shown ? isMuted(shown) : false, hasHand: Boolean(shown?.handUp),
    isAsked: track !== undefined && shown !== undefined && sendsPictures(shown), // the line is there always, for whoever speaks
  };
}

/** @param {import('../model/meeting.js').Meeting} meeting @returns {Tile[]} */
function facesOf(meeting) {
  return [...meeting.roster.members.values()]
    .filter((member) => member !== meeting.me && isIn(member))
    .map((member) => ({ key: member.uri, uri: member.uri, name: nameOf(member), track: undefined, kind: '', isMuted: isMuted(member), hasHand: Boolean(member.handUp) }));
}
