// SPDX-License-Identifier: GPL-3.0-or-later
// SIP.js, unmodified, against a real server over WS and WSS.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BROWSERS, checkAnswer, offerOf } from './platform.mjs';
import { Site, until } from '../testing/site.mjs';
const SIP = await import('sip.js');

const INFO = 'application/conference-info+xml';
const SDP = 'application/sdp';
/** @type {Site} */
let site;

before(async () => { site = await Site.open(); });
after(async () => { await site.close(); });

/** Plays a recorded offer instead of a connection. */
class PlayedHandler {
  /** @param {string} browser */
  constructor(browser) {
    this.offer = offerOf(browser);
    this.answer = '';
  }

  async getDescription() {
    return { body: this.offer, contentType: SDP };
  }

  /** @param {string} contentType */
  hasDescription(contentType) {
    return contentType === SDP;
  }

  /** @param {string} sdp */
  async setDescription(sdp) {
    this.answer = sdp;
  }

  close() {}
}

/** An agent that is connected and registered. @param {'ws' | 'wss'} scheme @param {string} user @param {string} [browser] */
async function registered(scheme, user, browser = BROWSERS[0], password = user) {
  const server = `${(scheme === 'ws' ? site.plainUrl : site.url).replace(/^http/, 'ws')}sip`;
  const agent = new SIP.UserAgent({
    uri: SIP.UserAgent.makeURI(`sip:${user}@localhost`),
    authorizationUsername: user,
    authorizationPassword: password,
    logLevel: 'error',
    logBuiltinEnabled: Boolean(process.env.CONFER_TRACE),
    transportOptions: { server },
    sessionDescriptionHandlerFactory: () => new PlayedHandler(browser),
  });
  await agent.start();
  const registerer = new SIP.Registerer(agent);
  const status = await new Promise((resolve) => {
    void registerer.register({ requestDelegate: {
      onAccept: () => resolve(200), onReject: (/** @type {any} */ answer) => resolve(answer.message.statusCode) } });
  });
  return { agent, registerer, status };
}

/** @param {any} agent @param {string} room */
async function inRoom(agent, room) {
  const inviter = new SIP.Inviter(agent, SIP.UserAgent.makeURI(`sip:room-${room}@localhost`));
  const answer = await new Promise((resolve, reject) => {
    void inviter.invite({ requestDelegate: {
      onAccept: resolve, onReject: (/** @type {any} */ refusal) => reject(new Error(String(refusal.message.statusCode))) } });
  });
  await until('the call is up', () => inviter.state === SIP.SessionState.Established);
  return { inviter, focus: answer.message.parseHeader('contact').uri };
}

/** Refer somebody within a call; the last sipfrag. @param {any} inviter @param {string} uri */
async function refer(inviter, uri) {
  /** @type {string[]} */
  const fragments = [];
  const target = SIP.UserAgent.makeURI(uri);
  await inviter.refer(target, { onNotify: (/** @type {any} */ note) => { fragments.push(note.request.body); void note.accept(); } });
  return until(`${uri} is referred`, () => fragments.find((text) => /^SIP\/2.0 [2-6]/.test(text)));
}

for (const scheme of /** @type {const} */ (['ws', 'wss'])) {
  test(`registers over ${scheme}, and not with a wrong password`, async () => {
    const { agent, status, registerer } = await registered(scheme, 'alice');
    assert.equal(status, 200);
    await registerer.unregister();
    await agent.stop();
    const eve = await registered(scheme, 'bob', BROWSERS[0], 'wrong');
    assert.equal(eve.status, 401);
    await eve.agent.stop();
  });
}

for (const [index, browser] of BROWSERS.entries()) {
  const scheme = index % 2 === 0 ? 'ws' : 'wss';
  test(`a room takes the offer of ${browser}, over ${scheme}`, async () => {
    const { agent } = await registered(scheme, 'alice', browser);
    const { inviter } = await inRoom(agent, `sj-${browser}`);
    checkAnswer(offerOf(browser), inviter.sessionDescriptionHandler.answer, assert.ok);
    await inviter.bye();
    await site.waitRoom(`room-sj-${browser}`, 'empty', (room) => !room || room.participants.length === 0);
    await agent.stop();
  });
}

test('follows the roster, brings somebody in and out by REFER, writes and reads, is removed, leaves', async () => {
  const alice = (await registered('wss', 'alice')).agent;
  const bob = (await registered('ws', 'bob')).agent;
  const called = site.phone('carol', '--answer', '--audio', 'voice:3', '--video', 'none');
  await called.wait('registration', (e) => e.event === 'registered');
  const { inviter, focus } = await inRoom(alice, 'sj');
  const other = await inRoom(bob, 'sj');

  /** @type {string[]} */
  const documents = [];
  const subscriber = new SIP.Subscriber(alice, focus, 'conference', { expires: 600, extraHeaders: [`Accept: ${INFO}`] });
  subscriber.delegate = { onNotify: (/** @type {any} */ note) => { documents.push(note.request.body); void note.accept(); } };
  await subscriber.subscribe();
  await until('the roster names both', () => documents.some((text) => text.includes('sip:alice@localhost') && text.includes('sip:bob@localhost')));

  assert.match(await refer(inviter, 'sip:carol@localhost'), /^SIP\/2.0 200/);
  await called.wait('call', (e) => e.event === 'connected');
  await until('the roster names carol', () => documents.some((text) => text.includes('sip:carol@localhost')));
  assert.match(await refer(inviter, 'sip:carol@localhost;method=BYE'), /^SIP\/2.0 200/);
  await called.wait('end', (e) => e.event === 'ended');

  /** @type {string[]} */
  const read = [];
  bob.delegate = { onMessage: (/** @type {any} */ message) => { read.push(message.request.body); void message.accept(); } };
  await new SIP.Messager(alice, focus, 'Guten Tag \u{1f375}').message();
  await until('bob reads it', () => read.some((text) => text.includes('Guten Tag \u{1f375}')));

  await inviter.info({ requestOptions: { body: {
    contentDisposition: 'render', contentType: 'application/vnd.confer.command', content: 'kick sip:bob@localhost' } } });
  await until('bob is told', () => other.inviter.state === SIP.SessionState.Terminated);

  await subscriber.unsubscribe();
  await inviter.bye();
  await site.waitRoom('room-sj', 'empty', (room) => !room || room.participants.length === 0);
  await called.end();
  await alice.stop();
  await bob.stop();
});
