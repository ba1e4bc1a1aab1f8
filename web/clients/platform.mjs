// SPDX-License-Identifier: GPL-3.0-or-later
// What Node.js lacks of a browser for JsSIP and SIP.js, both unmodified: a WebSocket, and a connection whose offer was recorded from a
// browser. No media flows.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';

const here = dirname(fileURLToPath(import.meta.url));
export const BROWSERS = ['chromium-156', 'firefox-153', 'safari-17', 'safari-18'];

/** The offer that a browser made. @param {string} browser */
export function offerOf(browser) {
  return readFileSync(join(here, 'offers', `${browser}.sdp`), 'utf8');
}

let browserNow = BROWSERS[0];

/** Connections that are made from now on offer as @browser did. @param {string} browser */
export function behaveAs(browser) {
  browserNow = browser;
}

/** As much of an RTCPeerConnection as JsSIP uses to call. */
class PlayedConnection extends EventTarget {
  constructor() {
    super();
    this.browser = browserNow;
    this.iceGatheringState = 'complete';
    this.iceConnectionState = 'new';
    this.signalingState = 'stable';
    this.revision = 2;
    /** @type {RTCSessionDescriptionInit | null} */
    this.localDescription = null;
    /** @type {RTCSessionDescriptionInit | null} */
    this.remoteDescription = null;
  }

  async createOffer() {
    const sdp = offerOf(this.browser).replace(/^(o=\S+ \S+) \d+/m, `$1 ${this.revision++}`);
    return { type: 'offer', sdp };
  }

  /** @param {RTCSessionDescriptionInit} description */
  async setLocalDescription(description) {
    this.localDescription = description;
  }

  /** @param {RTCSessionDescriptionInit} description */
  async setRemoteDescription(description) {
    this.remoteDescription = description;
  }

  getSenders() {
    return [];
  }

  getReceivers() {
    return [];
  }

  addTrack() {}

  close() {
    this.signalingState = 'closed';
  }
}

/** The certificate of a development server is its own. */
class TrustingWebSocket extends WebSocket {
  /** @param {string} url @param {string | string[]} protocols */
  constructor(url, protocols) {
    super(url, protocols, { rejectUnauthorized: false, origin: url.replace(/^ws/, 'http').replace(/\/sip$/, '') });
  }
}

Object.assign(globalThis, {
  window: globalThis,
  WebSocket: TrustingWebSocket,
  RTCPeerConnection: PlayedConnection,
  RTCSessionDescription: class { constructor(/** @type {object} */ description) { Object.assign(this, description); } },
});

/**
 * What is asked of an answer to a browser: every line taken, one transport, DTLS, ICE, feedback.
 * @param {string} offer @param {string} answer @param {(condition: boolean, what: string) => void} check
 */
export function checkAnswer(offer, answer, check) {
  const lines = answer.split('\r\n');
  const sections = answer.split(/(?=^m=)/m).slice(1);
  check(sections.length === offer.split(/^m=/m).length - 1, 'each line is answered');
  check(lines.includes('a=group:BUNDLE 0 1'), 'BUNDLE is taken');
  check(/^a=(fingerprint):sha-256 /m.test(answer) && /^a=setup:(active|passive)\r$/m.test(answer), 'DTLS-SRTP is taken');
  check(/^a=ice-ufrag:/m.test(answer) && /^a=candidate:/m.test(answer), 'ICE is taken, with candidates');
  for (const section of sections) {
    // Port 0 with bundle-only is the tagged line's port (RFC 9143 section 6).
    check(!/^m=\w+ 0 /.test(section) || section.includes('a=bundle-only\r\n'), `the line is taken: ${section.split('\r\n')[0]}`);
    check(/^m=\w+ \d+ UDP\/TLS\/RTP\/SAVPF /.test(section), 'the profile is the offered one');
    check(section.includes('a=rtcp-mux\r\n'), 'rtcp-mux is taken');
    const mid = /^a=mid:(\S+)/m.exec(section);
    check(mid !== null, 'mid is there');
    check(section.includes('a=sendrecv\r\n'), 'nothing is held');
    check(section.includes('a=fingerprint:sha-256 '), 'the fingerprint is in every section: Firefox dies without');
  }
  check(/^a=rtpmap:\d+ opus\/48000\/2\r$/m.test(sections[0]), 'Opus is taken');
  check(/^a=rtpmap:\d+ (VP8|H264)\/90000\r$/m.test(sections[1]), 'a video codec is taken');
  check(/^a=rtcp-fb:\d+ nack pli\r$/m.test(sections[1]), 'key frames can be asked for');
  // A payload type means in the answer what it means in the offer.
  for (const map of answer.match(/^a=rtpmap:.*$/gm) ?? []) {
    check(offer.includes(map.trim().replace(/\/1$/, '')), `offered too: ${map}`);
  }
}
