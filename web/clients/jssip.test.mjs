// SPDX-License-Identifier: GPL-3.0-or-later
// JsSIP, unmodified, against a real server over WS and WSS.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { behaveAs, BROWSERS, checkAnswer, offerOf } from './platform.mjs';
import { Site, until } from '../testing/site.mjs';
const { default: JsSIP } = await import('jssip');

const INFO = 'application/conference-info+xml';
/** @type {Site} */
let site;

before(async () => { site = await Site.open(); });
after(async () => { await site.close(); });

/** The next event of an emitter. @param {any} emitter @param {string} name @param {string[]} [bad] events that mean failure @returns {Promise<any>} */
function event(emitter, name, ...bad) {
  return new Promise((resolve, reject) => {
    emitter.once(name, resolve);
    bad.forEach((each) => emitter.once(each, (/** @type {any} */ e) => reject(new Error(`${each}: ${e?.cause ?? e?.response?.status_code ?? ''}`))));
  });
}

/** @param {'ws' | 'wss'} scheme @param {string} user */
async function registered(scheme, user) {
  const url = `${(scheme === 'ws' ? site.plainUrl : site.url).replace(/^http/, 'ws')}sip`;
  const ua = new JsSIP.UA({ sockets: [new JsSIP.WebSocketInterface(url)], uri: `sip:${user}@localhost`, password: user, session_timers: false });
  const done = event(ua, 'registered', 'registrationFailed', 'disconnected');
  ua.start();
  await done;
  return ua;
}

/** @param {any} ua @param {string} room */
async function inRoom(ua, room) {
  const session = ua.call(`sip:room-${room}@localhost`, { mediaStream: { getTracks: () => [] } });
  const confirmed = event(session, 'confirmed', 'failed');
  const { response } = await event(session, 'accepted', 'failed');
  await confirmed;
  const focus = response.parseHeader('contact');
  return { session, focus: focus.uri.toString(), contact: response.getHeader('contact') };
}

/** Follow a roster; what was told so far. @param {any} ua @param {string} focus */
function follow(ua, focus) {
  const subscriber = ua.subscribe(focus, 'conference', INFO, { expires: 600, contentType: INFO });
  /** @type {string[]} */
  const documents = [];
  subscriber.on('notify', (/** @type {boolean} */ _final, /** @type {any} */ _request, /** @type {string} */ body) => documents.push(body));
  subscriber.subscribe();
  return { subscriber, documents };
}

for (const scheme of /** @type {const} */ (['ws', 'wss'])) {
  test(`registers over ${scheme}, and not with a wrong password`, async () => {
    const ua = await registered(scheme, 'alice');
    assert.ok((await site.control('users')).some((user) => user.user === 'alice' && user.devices.length > 0));
    const gone = event(ua, 'unregistered');
    ua.unregister({ all: true });
    await gone;
    ua.stop();
    const url = `${(scheme === 'ws' ? site.plainUrl : site.url).replace(/^http/, 'ws')}sip`;
    const eve = new JsSIP.UA({ sockets: [new JsSIP.WebSocketInterface(url)], uri: 'sip:bob@localhost', password: 'wrong' });
    const refused = event(eve, 'registrationFailed', 'registered');
    eve.start();
    assert.equal((await refused).cause, JsSIP.C.causes.AUTHENTICATION_ERROR);
    eve.stop();
  });
}

for (const [index, browser] of BROWSERS.entries()) {
  const scheme = index % 2 === 0 ? 'wss' : 'ws';
  test(`a room takes the offer of ${browser}, over ${scheme}`, async () => {
    behaveAs(browser);
    const ua = await registered(scheme, 'alice');
    const { session, contact } = await inRoom(ua, `js-${browser}`);
    assert.match(contact, /;isfocus/);
    checkAnswer(offerOf(browser), session.connection.remoteDescription.sdp, assert.ok);
    // An offer in the same dialog is answered too.
    await new Promise((resolve) => assert.ok(session.renegotiate({}, resolve)));
    checkAnswer(offerOf(browser), session.connection.remoteDescription.sdp, assert.ok);
    const ended = event(session, 'ended');
    session.terminate();
    await ended;
    await site.waitRoom(`room-js-${browser}`, 'empty', (room) => !room || room.participants.length === 0);
    ua.stop();
  });
}

test('follows the roster, brings somebody in and out by REFER, writes and reads, raises a hand, leaves', async () => {
  behaveAs(BROWSERS[0]);
  const alice = await registered('wss', 'alice');
  const bob = await registered('ws', 'bob');
  const called = site.phone('carol', '--answer', '--audio', 'voice:3', '--video', 'none');
  await called.wait('registration', (e) => e.event === 'registered');
  const { session, focus } = await inRoom(alice, 'js');
  const other = await inRoom(bob, 'js');
  const { documents, subscriber } = follow(alice, focus);
  await until('the roster names both', () => documents.some((text) => text.includes('sip:alice@localhost') && text.includes('sip:bob@localhost')));
  assert.match(documents[0], /state="full"/);

  const refer = session.refer('sip:carol@localhost');
  const { request } = await event(refer, 'accepted', 'failed', 'requestFailed');
  assert.match(request.body, /^SIP\/2.0 200/);
  await called.wait('call', (e) => e.event === 'connected');
  await until('the roster names carol', () => documents.some((text) => text.includes('sip:carol@localhost')));
  const out = session.refer('sip:carol@localhost;method=BYE');
  await event(out, 'accepted', 'failed', 'requestFailed');
  await called.wait('end', (e) => e.event === 'ended');

  const message = event(bob, 'newMessage');
  const sent = alice.sendMessage(focus, 'Guten Tag \u{1f375}', { contentType: 'text/plain' });
  await event(sent, 'succeeded', 'failed');
  const { originator, request: read } = await message;
  assert.equal(originator, 'remote');
  assert.ok(read.body.includes('Guten Tag \u{1f375}'));

  other.session.sendInfo('application/vnd.confer.command', 'hand-up');
  await until('the hand is seen', () => documents.some((text) => /hand-up="2/.test(text)));

  // Whom a moderator removes is told by BYE.
  const removed = event(other.session, 'ended');
  session.sendInfo('application/vnd.confer.command', 'kick sip:bob@localhost');
  assert.equal((await removed).originator, 'remote');

  const terminated = event(subscriber, 'terminated');
  const ended = event(session, 'ended');
  subscriber.terminate();
  session.terminate();
  await ended;
  await terminated;
  await called.end();
  [alice, bob].forEach((ua) => ua.stop());
});
