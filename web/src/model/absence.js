// SPDX-License-Identifier: GPL-3.0-or-later
// Why a picture that was asked for does not come. The roster says of our own device that it lacks some, and why; which of them those are
// is told by their figures. Pure.

/** After so many looks (one a second) without an octet a camera's picture stands still. */
const LOOKS = 3;

/** @type {Record<string, string>} */
const WORDS = {
  bandwidth: 'No picture: your connection is too weak',
  codec: 'No picture: this browser can\u2019t show its format',
};

export class Absence {
  /** @type {Map<string, number>} looks without an octet, by the key of a tile */
  #still = new Map();
  /** @type {Map<string, string>} whom a tile shows */
  #uris = new Map();

  /** What came for a tile since the last look. @param {string} key @param {number} kbps */
  note(key, kbps) {
    this.#still.set(key, kbps > 0 ? 0 : (this.#still.get(key) ?? 0) + 1);
  }

  /** Who is shown by a tile; looks at somebody else count no more. @param {string} key @param {string} uri */
  show(key, uri) {
    if (this.#uris.get(key) !== uri) {
      this.#still.delete(key);
      this.#uris.set(key, uri);
    }
  }

  /** A tile is no more. @param {string} key */
  forget(key) {
    this.#still.delete(key);
    this.#uris.delete(key);
  }

  /**
   * Words for a tile that has no picture though one was asked for; '' if it has, or if it only has not come yet.
   * @param {string} key
   * @param {string} paused of our own device in the roster
   * @param {{ isDrawn: boolean, isSlides: boolean }} picture has any been drawn? One of slides that does not change needs no octets
   */
  of(key, paused, { isDrawn, isSlides }) {
    const isStill = !isSlides && (this.#still.get(key) ?? 0) >= LOOKS;
    return isDrawn && !isStill ? '' : WORDS[paused] ?? '';
  }
}
