// SPDX-License-Identifier: GPL-3.0-or-later
// What to do when the network is gone or changes. Pure: events and time in, a step out.
//
// The call outlives a short break: ICE begins anew as soon as the server is reached again (RFC 8445 section 2.4). When the call itself was
// lost the room is called again, for as long as somebody may be expected to wait.

/** How long it is tried to come back. */
const GIVE_UP_MSEC = 5 * 60 * 1000;
/** So often a call that is lost at once is tried again before it waits. */
const WAITS_MSEC = [0, 1000, 2000, 4000, 8000];

/** @typedef {'none' | 'restart-ice' | 'call' | 'give-up'} Step */

export class Recovery {
  constructor() {
    this.isReached = true;
    this.hasCall = true;
    this.isMediaBroken = false;
    this.brokenSince = 0;
    this.tries = 0;
  }

  /** Is something wrong that the user should know of? */
  get isBroken() {
    return !this.isReached || !this.hasCall || this.isMediaBroken;
  }

  /** @param {number} now */
  #note(now) {
    if (this.isBroken) {
      this.brokenSince ||= now;
    } else {
      this.brokenSince = 0;
      this.tries = 0;
    }
  }

  /** The server is not reached any more. @param {number} now */
  onLost(now) {
    this.isReached = false;
    this.#note(now);
  }

  /** The server is reached again. @param {number} now @returns {Step} */
  onReached(now) {
    const wasReached = this.isReached;
    this.isReached = true;
    this.#note(now);
    if (!this.hasCall) {
      return this.#again(now);
    }
    return wasReached ? 'none' : 'restart-ice';
  }

  /** @param {string} state of the connection's ICE @param {number} now @returns {Step} */
  onIce(state, now) {
    const isBroken = state === 'disconnected' || state === 'failed';
    const wasBroken = this.isMediaBroken;
    this.isMediaBroken = isBroken;
    this.#note(now);
    return isBroken && !wasBroken && this.isReached && this.hasCall ? 'restart-ice' : 'none';
  }

  /** The call was lost. @param {number} now @returns {Step} */
  onCallLost(now) {
    this.hasCall = false;
    this.isMediaBroken = false;
    this.#note(now);
    return this.isReached ? this.#again(now) : this.#isTooLate(now) ? 'give-up' : 'none';
  }

  /** The call is up again. @param {number} now */
  onCall(now) {
    this.hasCall = true;
    this.isMediaBroken = false;
    this.#note(now);
  }

  /** @param {number} now */
  #isTooLate(now) {
    return this.brokenSince > 0 && now - this.brokenSince > GIVE_UP_MSEC;
  }

  /** @param {number} now @returns {Step} */
  #again(now) {
    if (this.#isTooLate(now)) {
      return 'give-up';
    }
    this.tries++;
    return 'call';
  }

  /** How long to wait before the next call. */
  get wait() {
    return WAITS_MSEC[Math.min(Math.max(0, this.tries - 1), WAITS_MSEC.length - 1)];
  }
}
