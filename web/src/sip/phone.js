// SPDX-License-Identifier: GPL-3.0-or-later
// SIP over WebSocket by JsSIP: register or come as a guest, call a room, follow its roster, send commands and messages. Translates;
// decides nothing.
import JsSIP from 'jssip';
import { withAttributes, withRidKept } from '../model/description.js';
import { COMMAND_TYPE } from '../model/commands.js';
import { failureOf } from '../model/failure.js';
import { readMessage } from '../model/message.js';
import { addTracks, sendPicture, shapePicture } from '../media/sending.js';
import { Wire } from './wire.js';

const INFO_TYPE = 'application/conference-info+xml';
/** Reasons of the server's for the same. */
const NO_MEDIA = ['No media', 'The peer consents to media no more', 'No way for media was found'];
/** How long after one candidate the next one is waited for. */
const LOCAL_MSEC = 200;
const RELAY_MSEC = 3000;
/** Endings after which a new call may do: the way was lost, not the welcome. */
const LOST = [JsSIP.C.causes.CONNECTION_ERROR, JsSIP.C.causes.RTP_TIMEOUT, JsSIP.C.causes.REQUEST_TIMEOUT, JsSIP.C.causes.DIALOG_ERROR,
  JsSIP.C.causes.INTERNAL_ERROR, JsSIP.C.causes.ADDRESS_INCOMPLETE];

/**
 * @typedef {object} Identity
 * @property {string} server URL of the WebSocket
 * @property {string} uri own SIP address
 * @property {string} name display name
 * @property {string} [password] of an account, which registers
 * @property {string} [token] of a guest, who does not
 * @property {() => Promise<RTCIceServer[]>} [relays] asks for relays, with credentials that are good for some minutes
 */

/**
 * Events: 'ready' (connected and known to the server, each time anew), 'refused' (detail: Answer), 'lost' (no connection any more),
 * 'accepted' (detail: call-id), 'ended' (detail: {reason, isLost, failure: Failure, answer: Answer}), 'roster' (detail: Element), 'message' (detail: {from, text}),
 * 'track', 'ice' (detail: state).
 */
export class Phone extends EventTarget {
  /** @param {Identity} identity */
  constructor(identity) {
    super();
    this.identity = identity;
    this.wire = new Wire(identity.server);
    this.ua = new JsSIP.UA({
      sockets: [/** @type {any} */ (this.wire)],
      uri: identity.uri,
      password: identity.password,
      authorization_jwt: identity.token ? `Bearer ${identity.token}` : undefined,
      display_name: identity.name || undefined,
      register: identity.token === undefined,
      register_expires: 300,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 5,
      user_agent: 'confer-web',
    });
    /** @type {any} */
    this.session = null;
    /** @type {any} */
    this.subscriber = null;
    this.focus = '';
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.gathering = undefined;
    /** @type {RTCIceServer[]} */
    this.iceServers = [];
    /** @type {{ sender: RTCRtpSender, isScreen: boolean } | undefined} how pictures are sent */
    this.picture = undefined;
    /** @type {() => Map<string, string[]>} */
    this.attributes = () => new Map();
    this.#listen();
  }

  /** @param {string} type @param {unknown} [detail] */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #listen() {
    const ready = this.identity.token === undefined ? 'registered' : 'connected';
    this.ua.on(ready, () => void this.#onReady());
    this.ua.on('disconnected', () => this.#tell('lost'));
    this.ua.on('registrationFailed', (/** @type {any} */ e) => {
      if (e.response) { // without one the connection was lost, which is told apart
        this.#tell('refused', answerOf(e.response));
      }
    });
    this.ua.on('newMessage', (/** @type {any} */ e) => {
      if (e.originator === 'remote') {
        const type = e.request.getHeader('Content-Type') ?? '';
        const from = e.request.from.display_name || e.request.from.uri.user;
        const message = readMessage(type, e.request.body ?? '', from);
        if (message) {
          this.#tell('message', message);
        }
      }
    });
  }

  /** Known to the server: relays are asked for anew, since their credentials don't last. */
  async #onReady() {
    this.iceServers = await (this.identity.relays?.() ?? []);
    this.session?.connection?.setConfiguration(this.#configuration()); // for ICE that begins anew
    this.#tell('ready');
  }

  /** @returns {RTCConfiguration} */
  #configuration() {
    return { iceServers: this.iceServers, bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' };
  }

  start() {
    this.ua.start();
  }

  stop() {
    this.ua.stop();
  }

  /** Is the server still there? Told by 'lost' soon if not. */
  probe() {
    this.wire.ping();
  }

  /** @param {string} target @param {MediaStream} stream */
  call(target, stream) {
    const session = this.ua.call(target, {
      mediaConstraints: { audio: false, video: false },
      rtcOfferConstraints: {},
      pcConfig: this.#configuration(),
      eventHandlers: {
        peerconnection: (/** @type {any} */ e) => {
          this.picture = { sender: addTracks(e.peerconnection, stream), isScreen: false };
          e.peerconnection.addEventListener('track', () => this.#tell('track'));
          e.peerconnection.addEventListener('iceconnectionstatechange', () => this.#tell('ice', e.peerconnection.iceConnectionState));
        },
        // Those of this machine are there at once; a relay has to be asked, and its candidate may be the only one that leads anywhere.
        icecandidate: (/** @type {any} */ e) => {
          clearTimeout(this.gathering);
          const hasAll = this.iceServers.length === 0 || e.candidate?.type === 'relay';
          this.gathering = setTimeout(e.ready, hasAll ? LOCAL_MSEC : RELAY_MSEC);
        },
      },
    });
    this.session = session;
    session.on('sdp', (/** @type {any} */ e) => {
      if (e.originator === 'local') {
        e.sdp = withAttributes(e.sdp, this.attributes());
      } else if (e.type === 'answer') {
        e.sdp = withRidKept(e.sdp, session.connection.localDescription?.sdp ?? '');
      }
    });
    session.on('accepted', (/** @type {any} */ e) => {
      this.focus = e.response.parseHeader('contact').uri.toString();
      this.#shape();
      this.#tell('accepted', e.response.call_id);
      this.#subscribe();
    });
    session.on('failed', (/** @type {any} */ e) => this.#onEnded(session, e));
    session.on('ended', (/** @type {any} */ e) => this.#onEnded(session, e));
  }

  /** @param {any} session @param {any} e */
  #onEnded(session, e) {
    if (session !== this.session) {
      return;
    }
    this.session = null;
    this.subscriber?.terminate();
    this.subscriber = null;
    const why = /text="([^"]*)"/.exec(e.message?.getHeader?.('Reason') ?? '')?.[1];
    const isLost = LOST.includes(e.cause) || NO_MEDIA.includes(why ?? '');
    const failure = failureOf(e);
    // A response that the browser can't use is a success, as far as it goes.
    this.#tell('ended', { reason: why ?? '', isLost, failure, answer: answerOf(e.originator === 'remote' && !failure ? e.message : undefined) });
  }

  #subscribe() {
    this.subscriber?.terminate();
    /** @type {any} */
    const subscriber = this.ua.subscribe(this.focus, 'conference', INFO_TYPE, { expires: 600, contentType: INFO_TYPE });
    this.subscriber = subscriber;
    subscriber.on('notify', (/** @type {boolean} */ _isFinal, /** @type {any} */ _request, /** @type {string} */ body) => {
      if (body && subscriber === this.subscriber) {
        this.#tell('roster', new DOMParser().parseFromString(body, 'application/xml').documentElement);
      }
    });
    subscriber.subscribe();
  }

  /** Ask for the whole roster. */
  refresh() {
    if (this.session) {
      this.#subscribe();
    }
  }

  /**
   * Offer again what has changed. False: not now, another offer is on its way.
   * @param {() => void} done @param {{ restartsIce?: boolean }} [how]
   */
  renegotiate(done, how = {}) {
    const options = how.restartsIce ? { rtcOfferConstraints: { iceRestart: true } } : {};
    const answered = () => { this.#shape(); done(); };
    return Boolean(this.session?.isEstablished() && this.session.isReadyToReOffer() && this.session.renegotiate(options, answered));
  }

  /** Ask the conference for something; 0 if it did not answer, else the status. @param {string} words @returns {Promise<number>} */
  command(words) {
    return new Promise((resolve) => {
      const answered = (/** @type {any} */ response) => resolve(response.status_code);
      const lost = () => resolve(0);
      if (this.session?.isEstablished()) {
        this.session.sendRequest(JsSIP.C.INFO, {
          extraHeaders: [`Content-Type: ${COMMAND_TYPE}`],
          body: words,
          eventHandlers: { onSuccessResponse: answered, onErrorResponse: answered, onTransportError: lost, onRequestTimeout: lost, onDialogError: lost },
        });
      } else {
        resolve(0);
      }
    });
  }

  /** Press keys, such as those of a PIN. @param {string} keys */
  press(keys) {
    this.session?.sendDTMF(keys, { duration: 100, interToneGap: 50, transportType: JsSIP.C.DTMF_TRANSPORT.INFO });
  }

  /** True if it was taken. @param {string} text @returns {Promise<boolean>} */
  say(text) {
    return new Promise((resolve) => {
      this.ua.sendMessage(this.focus, text, {
        contentType: 'text/plain',
        eventHandlers: { succeeded: () => resolve(true), failed: () => resolve(false) },
      });
    });
  }

  /** @param {RTCRtpSender} sender @param {MediaStreamTrack | null} track @param {boolean} isScreen */
  sendPicture(sender, track, isScreen) {
    this.picture = { sender, isScreen };
    return sendPicture(sender, track, isScreen);
  }

  /** After each answer (shapePicture). */
  #shape() {
    if (this.picture) {
      void shapePicture(this.picture.sender, this.picture.isScreen);
    }
  }

  hangUp() {
    this.session?.terminate();
  }

  /** @returns {RTCPeerConnection | undefined} */
  get connection() {
    return this.session?.connection;
  }
}

/** What a response says: of requests, and of none, nothing. @param {any} response @returns {import('../model/refusal.js').Answer} */
function answerOf(response) {
  const warning = /"([^"]+)"\s*$/.exec(response?.getHeader?.('Warning') ?? '')?.[1];
  return {
    status: response?.status_code ?? 0, text: warning || response?.reason_phrase || '', retryAfter: parseInt(response?.getHeader?.('Retry-After') ?? '', 10) || 0,
  };
}
