// SPDX-License-Identifier: GPL-3.0-or-later
// SIP over WebSocket by JsSIP: register, call a room, follow its roster, send commands and messages. Translates; decides nothing.
import JsSIP from 'jssip';
import { withAttributes } from '../model/description.js';
import { COMMAND_TYPE } from '../model/commands.js';

/**
 * @typedef {object} Account
 * @property {string} server URL of the WebSocket
 * @property {string} domain
 * @property {string} user
 * @property {string} password
 * @property {string} name display name
 */

/**
 * Events: 'registered', 'refused' (detail: text), 'disconnected', 'connected', 'accepted' (detail: call-id), 'ended' (detail: text),
 * 'roster' (detail: Element), 'message' (detail: {from, text}), 'track'.
 */
export class Phone extends EventTarget {
  /** @param {Account} account */
  constructor(account) {
    super();
    this.account = account;
    const socket = new JsSIP.WebSocketInterface(account.server);
    this.ua = new JsSIP.UA({
      sockets: [socket],
      uri: `sip:${account.user}@${account.domain}`,
      password: account.password,
      display_name: account.name || undefined,
      register: true,
      register_expires: 300,
      session_timers: false,
      user_agent: 'confer-web',
    });
    /** @type {any} */
    this.session = null;
    /** @type {any} */
    this.subscriber = null;
    this.focus = '';
    /** @type {() => Map<string, string[]>} */
    this.attributes = () => new Map();
    this.#listen();
  }

  /** @param {string} type @param {unknown} [detail] */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #listen() {
    this.ua.on('connected', () => this.#tell('connected'));
    this.ua.on('disconnected', () => this.#tell('disconnected'));
    this.ua.on('registered', () => this.#tell('registered'));
    this.ua.on('registrationFailed', (/** @type {any} */ e) => this.#tell('refused', e.response?.reason_phrase || e.cause));
    this.ua.on('newMessage', (/** @type {any} */ e) => {
      if (e.originator === 'remote') {
        const type = e.request.getHeader('Content-Type') ?? '';
        const from = e.request.from.display_name || e.request.from.uri.user;
        this.#tell('message', readMessage(type, e.request.body, from));
      }
    });
  }

  start() {
    this.ua.start();
  }

  stop() {
    this.ua.stop();
  }

  /** @param {string} target @param {MediaStream} stream */
  call(target, stream) {
    const session = this.ua.call(target, {
      mediaStream: stream,
      pcConfig: { iceServers: [], bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' },
      eventHandlers: {},
    });
    this.session = session;
    session.on('sdp', (/** @type {any} */ e) => {
      if (e.originator === 'local') {
        e.sdp = withAttributes(e.sdp, this.attributes());
      }
    });
    session.on('accepted', (/** @type {any} */ e) => {
      this.focus = e.response.parseHeader('contact').uri.toString();
      this.#tell('accepted', e.response.call_id);
      this.#subscribe();
    });
    session.on('failed', (/** @type {any} */ e) => this.#onEnded(e));
    session.on('ended', (/** @type {any} */ e) => this.#onEnded(e));
    session.connection.addEventListener('track', () => this.#tell('track'));
  }

  /** @param {any} e */
  #onEnded(e) {
    this.session = null;
    this.subscriber?.terminate();
    this.subscriber = null;
    this.#tell('ended', e.message?.reason_phrase || e.cause || 'The call has ended');
  }

  #subscribe() {
    /** @type {any} */
    const subscriber = this.ua.subscribe(this.focus, 'conference', 'application/conference-info+xml', {
      expires: 600,
      contentType: 'application/conference-info+xml',
    });
    this.subscriber = subscriber;
    subscriber.on('notify', (/** @type {boolean} */ _isFinal, /** @type {any} */ _request, /** @type {string} */ body) => {
      if (body) {
        const root = new DOMParser().parseFromString(body, 'application/xml').documentElement;
        this.#tell('roster', root);
      }
    });
    subscriber.subscribe();
  }

  /** Ask for the whole roster. */
  refresh() {
    this.subscriber?.terminate();
    this.#subscribe();
  }

  /** Offer again what has changed. False: not now, another offer is on its way. @param {() => void} done */
  renegotiate(done) {
    return this.session?.isEstablished() && this.session.isReadyToReOffer() && this.session.renegotiate({}, done);
  }

  /** @param {string} words */
  command(words) {
    this.session?.sendInfo(COMMAND_TYPE, words);
  }

  /** @param {string} text */
  say(text) {
    this.ua.sendMessage(this.focus, text, { contentType: 'text/plain' });
  }

  hangUp() {
    this.session?.terminate();
  }

  /** @returns {RTCPeerConnection | undefined} */
  get connection() {
    return this.session?.connection;
  }
}

/** A message as it came, out of its CPIM envelope (RFC 3862) if it is in one. @param {string} type @param {string} body @param {string} from */
function readMessage(type, body, from) {
  if (!type.startsWith('message/cpim')) {
    return { from, text: body };
  }
  const [envelope, , ...content] = body.split(/\r?\n\r?\n/);
  const sender = /^From:\s*(?:"?([^"<]*)"?\s*)?<([^>]*)>/im.exec(envelope);
  return { from: sender?.[1]?.trim() || sender?.[2] || from, text: content.join('\n\n') };
}
