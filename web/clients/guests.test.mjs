// SPDX-License-Identifier: GPL-3.0-or-later
// Guests by a meeting link, without an account, with JsSIP and SIP.js as they are: by token (RFC 8898) and by digest.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { behaveAs, BROWSERS, offerOf } from './platform.mjs';
import { Site, until } from '../testing/site.mjs';
const { default: JsSIP } = await import('jssip');
const SIP = await import('sip.js');

/** @type {Site} */
let site;
/** @type {string} */
let link;

before(async () => {
  site = await Site.open();
  const [made] = await site.control('link', 'guests', '--role', 'speaker');
  link = new URL(made.url).hash.slice(1);
});
after(async () => {
  await site.close();
  // JsSIP keeps timers of subscriptions that went with the server, for as long as they would have lasted.
  setTimeout(() => process.exit(), 1000).unref();
});

/** @param {string} name @param {string} [token] */
async function join(name, token = link) {
  const response = await fetch(`${site.plainUrl}api/join`,
    { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ link: token, name }) });
  return { status: response.status, guest: await response.json() };
}

/** @param {'ws' | 'wss'} scheme */
function socketUrl(scheme) {
  return `${(scheme === 'ws' ? site.plainUrl : site.url).replace(/^http/, 'ws')}sip`;
}

/** @param {any} guest @param {'ws' | 'wss'} scheme @param {object} credentials */
async function jssipIn(guest, scheme, credentials) {
  behaveAs(BROWSERS[0]);
  const ua = new JsSIP.UA({ sockets: [new JsSIP.WebSocketInterface(socketUrl(scheme))], uri: guest.user, register: false, session_timers: false, ...credentials });
  await new Promise((resolve) => { ua.once('connected', resolve); ua.start(); });
  return ua;
}

/** @param {any} ua @param {string} uri @returns {Promise<any>} */
function call(ua, uri) {
  const session = ua.call(uri, { mediaStream: { getTracks: () => [] } });
  return new Promise((resolve) => {
    session.once('confirmed', () => resolve({ session }));
    session.once('failed', (/** @type {any} */ e) => resolve({ status: e.message?.status_code, cause: e.cause }));
  });
}

for (const [scheme, kind] of /** @type {const} */ ([['wss', 'token'], ['ws', 'token'], ['wss', 'digest'], ['ws', 'digest']])) {
  test(`JsSIP over ${scheme} by ${kind}: the room, its roster and chat, and no other`, async () => {
    const { guest } = await join(`Ann ${scheme} ${kind}`);
    const credentials = kind === 'token' ? { authorization_jwt: `Bearer ${guest.token}` }
      : { authorization_user: guest.username, password: guest.password, realm: guest.domain };
    const ua = await jssipIn(guest, scheme, credentials);
    const { session } = await call(ua, guest.uri);
    assert.ok(session, 'in');
    const room = await site.waitRoom('room-guests', 'with the guest', (found) => found?.participants.some((/** @type {any} */ p) => p.user === guest.user));
    const shown = room.participants.find((/** @type {any} */ p) => p.user === guest.user);
    assert.equal(shown.name, `Ann ${scheme} ${kind}`);
    assert.equal(shown.verified, false);

    /** @type {string[]} */
    const documents = [];
    const subscriber = ua.subscribe(guest.uri, 'conference', 'application/conference-info+xml', { expires: 600, contentType: 'text/plain' });
    subscriber.on('notify', (/** @type {boolean} */ _final, /** @type {any} */ _request, /** @type {string} */ body) => documents.push(body));
    subscriber.subscribe();
    await until('the roster names the guest', () => documents.some((text) => text.includes(guest.user)));
    const sent = ua.sendMessage(guest.uri, 'Hello', { contentType: 'text/plain' });
    await new Promise((resolve, reject) => { sent.once('succeeded', resolve); sent.once('failed', reject); });

    assert.equal((await call(ua, 'sip:room-other@localhost')).status, 403);
    assert.equal((await call(ua, 'sip:alice@localhost')).session, undefined);
    const ended = new Promise((resolve) => session.once('ended', resolve));
    session.terminate();
    await ended;
    ua.stop();
  });
}

test('JsSIP with a token that was spoiled is refused', async () => {
  const { guest } = await join('Eve');
  const ua = await jssipIn(guest, 'wss', { authorization_jwt: `Bearer ${guest.token.slice(0, -3)}AAA` });
  assert.equal((await call(ua, guest.uri)).status, 401);
  ua.stop();
  assert.equal((await join('Eve', `${link.slice(0, -3)}AAA`)).status, 403);
});

/** Plays a recorded offer instead of a connection. */
class PlayedHandler {
  async getDescription() {
    return { body: offerOf(BROWSERS[1]), contentType: 'application/sdp' };
  }

  hasDescription() {
    return true;
  }

  async setDescription() {}

  close() {}
}

for (const kind of /** @type {const} */ (['token', 'digest'])) {
  test(`SIP.js by ${kind}`, async () => {
    const { guest } = await join(`Ben ${kind}`);
    const agent = new SIP.UserAgent({
      uri: SIP.UserAgent.makeURI(guest.user),
      ...(kind === 'digest' ? { authorizationUsername: guest.username, authorizationPassword: guest.password } : {}),
      logBuiltinEnabled: Boolean(process.env.CONFER_TRACE),
      transportOptions: { server: socketUrl('wss') },
      sessionDescriptionHandlerFactory: () => new PlayedHandler(),
    });
    await agent.start();
    const extraHeaders = kind === 'token' ? [`Authorization: Bearer ${guest.token}`] : [];
    const inviter = new SIP.Inviter(agent, SIP.UserAgent.makeURI(guest.uri), { extraHeaders });
    await new Promise((resolve, reject) => {
      void inviter.invite({ requestDelegate: {
        onAccept: resolve, onReject: (/** @type {any} */ refusal) => reject(new Error(String(refusal.message.statusCode))) } });
    });
    await until('the call is up', () => inviter.state === SIP.SessionState.Established);
    await site.waitRoom('room-guests', 'with the guest', (found) => found?.participants.some((/** @type {any} */ p) => p.user === guest.user));
    await inviter.bye();
    await agent.stop();
  });
}
