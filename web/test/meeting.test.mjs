// SPDX-License-Identifier: GPL-3.0-or-later
// A meeting without a page and without a network: what is asked of the phone, and when.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Meeting } from '../src/model/meeting.js';
import { documentOf } from './documents.mjs';

/** A line of a connection that is none. */
function line(kind, mid) {
  return { mid, direction: 'sendrecv', receiver: { track: { kind, id: mid }, getContributingSources: () => [], getSynchronizationSources: () => [] }, sender: { track: null } };
}

/** A phone that writes down what it is asked. */
class FakePhone extends EventTarget {
  asked = [];
  calls = [];
  status = 200;
  isBusy = false;
  identity = { name: 'Alice' };
  attributes = () => new Map();
  start() { this.asked.push('start'); }
  stop() { this.asked.push('stop'); }
  probe() { this.asked.push('probe'); }
  refresh() { this.asked.push('refresh'); }
  hangUp() { this.asked.push('hang-up'); }
  press(keys) { this.asked.push(`press ${keys}`); }
  call(target) {
    const lines = [line('audio', '0'), line('video', '1')];
    this.connection = {
      getTransceivers: () => lines,
      getReceivers: () => lines.map((each) => each.receiver),
      addTransceiver: () => { lines.push(line('video', String(lines.length))); return lines.at(-1); },
    };
    this.asked.push(`call ${target}`);
  }
  renegotiate(done, how = {}) {
    this.asked.push(how.restartsIce ? 'restart-ice' : 'offer');
    this.done = done;
    return !this.isBusy;
  }
  async command(words) { this.asked.push(words); return this.status; }
  async say(text) { this.asked.push(`say ${text}`); return this.status < 300; }
  async sendPicture(_sender, track, isScreen) { this.asked.push(`${isScreen ? 'screen' : 'camera'} ${track?.id ?? 'none'}`); }
  tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
  took(what) { const is = this.asked.includes(what); this.asked = []; return is; }
}

/** No response told it. */
const NONE = { status: 0, text: '', retryAfter: 0 };

function track(kind) {
  return Object.assign(new EventTarget(), { kind, id: kind, enabled: true, stopped: false, stop() { this.stopped = true; } });
}

/** @param {string} status of our own device @param {string} [others] @param {string} [call] */
function roster(status, others = '', call = 'call-1', version = 1, waits = '') {
  return documentOf(`state="full" version="${version}"`, `<users><user entity="sip:alice@x" state="full"><display-text>Alice</display-text>
    <endpoint entity="sip:alice@x" state="full"><status>${status}</status><call-info><sip><call-id>${call}</call-id></sip></call-info></endpoint>
    <user-state xmlns="urn:confer:conference-info" verified="true"${waits && ` waits="${waits}"`}/></user>${others}</users>`);
}

const BOB = `<user entity="sip:bob@x" state="full"><endpoint entity="sip:bob@x;gr=1" state="full"><status>connected</status>
  <media id="2"><type>video</type><label>vB</label><status>sendrecv</status></media></endpoint></user>`;

function begin() {
  const phone = new FakePhone();
  const tracks = [track('audio'), track('video')];
  const stream = { getAudioTracks: () => tracks.filter((t) => t.kind === 'audio'), getVideoTracks: () => tracks.filter((t) => t.kind === 'video'), getTracks: () => tracks };
  const clock = { time: 1000, waits: [], now() { return this.time; }, later(msec, what) { this.waits.push({ msec, what }); } };
  const meeting = new Meeting(/** @type {any} */ (phone), 'sip:room-tea@x', /** @type {any} */ (stream), clock);
  const told = [];
  for (const type of ['state', 'notice', 'came', 'went', 'message', 'recovery']) {
    meeting.addEventListener(type, (e) => told.push([type, type === 'state' ? meeting.state : e.detail]));
  }
  return { phone, meeting, clock, told, tracks };
}

function inside(others = '') {
  const all = begin();
  all.meeting.join();
  all.phone.tell('ready');
  all.phone.tell('accepted', 'call-1');
  all.phone.tell('roster', roster('connected', others));
  all.phone.asked = [];
  return all;
}

test('calls once it is known to the server, and is in when the roster says so', () => {
  const { phone, meeting, told } = begin();
  meeting.join();
  assert.deepEqual(phone.asked, ['start']);
  phone.tell('ready');
  assert.deepEqual(phone.asked, ['start', 'call sip:room-tea@x']);
  phone.tell('accepted', 'call-1');
  assert.equal(meeting.state, 'calling');
  phone.tell('roster', roster('connected'));
  assert.deepEqual(told.filter(([type]) => type === 'state').map(([, state]) => state), ['connecting', 'calling', 'in']);
});

test('who waits in the lobby knows it, can enter a PIN, and is told when let in or sent away', () => {
  for (const isLetIn of [true, false]) {
    const { phone, meeting } = begin();
    meeting.join();
    phone.tell('ready');
    phone.tell('accepted', 'call-1');
    phone.tell('roster', roster('on-hold', '', 'call-1', 1, 'pin'));
    assert.equal(meeting.state, 'waiting');
    assert.equal(meeting.waitsFor, 'pin');
    meeting.enterPin('4711');
    assert.ok(phone.took('press 4711#'));
    if (isLetIn) {
      phone.tell('roster', roster('connected', '', 'call-1', 2));
    } else {
      phone.tell('ended', { reason: '', isLost: false, failure: '', answer: NONE });
    }
    assert.equal(meeting.state, isLetIn ? 'in' : 'over');
  }
});

test('without a roster it goes on after a while', () => {
  const { phone, meeting, clock } = begin();
  meeting.join();
  phone.tell('ready');
  phone.tell('accepted', 'call-1');
  clock.waits[0].what();
  assert.equal(meeting.state, 'in');
});

test('pictures are asked for anew when people come, one offer at a time', () => {
  const { phone, meeting } = inside();
  meeting.setMode('grid');
  assert.ok(phone.took('offer'));
  phone.isBusy = true;
  phone.tell('roster', roster('connected', BOB, 'call-1', 2));
  phone.asked = [];
  phone.isBusy = false;
  phone.done(); // the offer before is answered: the next one may go
  assert.ok(phone.took('offer'));
  assert.deepEqual([...phone.attributes()], [['2', ['label:vB']], ['1', ['content:main']]]);
  phone.done();
  assert.deepEqual(phone.asked, []);
});

test('who comes and goes is told, but not who was there before', () => {
  const { phone, told } = inside(BOB);
  assert.equal(told.some(([type]) => type === 'came'), false);
  phone.tell('roster', roster('connected', '', 'call-1', 2));
  phone.tell('roster', roster('connected', BOB, 'call-1', 3));
  assert.deepEqual(told.filter(([type]) => type === 'came' || type === 'went').map(([type, who]) => [type, who.uri]), [['went', 'sip:bob@x'], ['came', 'sip:bob@x']]);
});

test('others see that the microphone is off; what a moderator muted stays so', async () => {
  const { phone, meeting, told, tracks } = inside();
  await meeting.setMicrophone(false);
  assert.ok(phone.took('mute'));
  assert.equal(tracks[0].enabled, false);
  phone.status = 403;
  await meeting.setMicrophone(true);
  assert.equal(tracks[0].enabled, false);
  assert.deepEqual(told.at(-1), ['notice', 'A moderator has muted you.']);
});

test('the speaker is whose packet came last, in whatever order browsers list them', () => {
  const eve = BOB.replaceAll('bob', 'eve');
  const named = (text, ssrc) => text.replace('<status>sendrecv</status>', `<status>sendrecv</status><src-id>${ssrc}</src-id>`);
  const { phone, meeting } = inside(named(BOB, 7) + named(eve, 8));
  const sources = [{ source: 7, timestamp: 100 }, { source: 8, timestamp: 200 }];
  phone.connection.getTransceivers()[1].receiver.getContributingSources = () => sources;
  assert.equal(meeting.speaker().member?.uri, 'sip:eve@x');
  sources.reverse();
  assert.equal(meeting.speaker().member?.uri, 'sip:eve@x');
  sources.forEach((each) => { each.timestamp = 300 - each.timestamp; });
  assert.equal(meeting.speaker().member?.uri, 'sip:bob@x');
});

test('a screen takes the place of the camera and gives it back', async () => {
  const { phone, meeting } = inside();
  const screen = track('video');
  screen.id = 'screen';
  await meeting.shareScreen(/** @type {any} */ (screen));
  assert.deepEqual(phone.asked, ['screen screen', 'offer']);
  assert.deepEqual(phone.attributes().get('1'), ['content:slides']);
  phone.asked = [];
  screen.dispatchEvent(new Event('ended')); // by the browser's own button
  await Promise.resolve();
  assert.ok(phone.took('camera video'));
});

test('ICE begins anew when the server is reached again', () => {
  const { phone, meeting } = inside();
  phone.tell('lost');
  assert.equal(meeting.recovery.isBroken, true);
  phone.tell('ready');
  assert.ok(phone.took('restart-ice'));
  assert.equal(meeting.state, 'in');
  assert.equal(meeting.recovery.isBroken, false);
});

test('broken media begins anew, unless it comes back by itself', () => {
  for (const comesBack of [true, false]) {
    const { phone, clock } = inside();
    phone.tell('ice', 'disconnected');
    assert.ok(phone.took('probe'));
    if (comesBack) {
      phone.tell('ice', 'connected');
    }
    clock.waits.at(-1).what();
    assert.equal(phone.took('restart-ice'), !comesBack);
  }
});

test('a lost call is made again, and what was so is so again', async () => {
  const { phone, meeting, clock } = inside();
  await meeting.setMicrophone(false);
  phone.tell('lost');
  phone.tell('ended', { reason: '', isLost: true, failure: '', answer: NONE });
  assert.equal(meeting.state, 'in');
  phone.asked = [];
  phone.tell('ready');
  clock.waits.at(-1).what();
  assert.deepEqual(phone.asked, ['call sip:room-tea@x']);
  phone.tell('accepted', 'call-2');
  await Promise.resolve();
  assert.ok(phone.asked.includes('mute'));
  phone.tell('roster', roster('connected', '', 'call-2'));
  assert.equal(meeting.me?.uri, 'sip:alice@x');
});

test('after five minutes it gives up; who was removed is not called again', () => {
  const late = inside();
  late.phone.tell('lost');
  late.clock.time += 6 * 60 * 1000;
  late.phone.tell('ended', { reason: '', isLost: true, failure: '', answer: NONE });
  assert.equal(late.meeting.state, 'over');
  const removed = inside();
  removed.phone.tell('ended', { reason: 'Removed by a moderator', isLost: false, failure: '', answer: NONE });
  assert.equal(removed.meeting.state, 'over');
  assert.match(removed.meeting.reason, /has removed you/);
  assert.ok(!removed.phone.asked.some((what) => what.startsWith('call')));
});

test('leaving hangs up', () => {
  const { phone, meeting } = inside();
  meeting.leave();
  assert.deepEqual(phone.asked, ['hang-up', 'stop']);
  assert.equal(meeting.state, 'over');
});

test('what can not be said or done is told', async () => {
  const { phone, meeting, told } = inside();
  phone.status = 403;
  await meeting.command('lock');
  await meeting.say('hello');
  assert.deepEqual(told.filter(([type]) => type === 'notice').map(([, text]) => text), ['You may not do that here.', 'Your message was not delivered.']);
});

test('who is refused is told what to do', () => {
  const refused = begin();
  refused.meeting.join();
  refused.phone.tell('refused', { status: 403, text: 'Forbidden', retryAfter: 60 });
  assert.deepEqual([refused.meeting.state, refused.meeting.reason], ['over', 'Too many tries. Please try again in a minute.']);
  const full = begin();
  full.meeting.join();
  full.phone.tell('ready');
  full.phone.tell('ended', { reason: '', isLost: false, failure: '', answer: { status: 486, text: 'Conference is full', retryAfter: 0 } });
  assert.equal(full.meeting.reason, 'This meeting is full. Try again when somebody has left.');
});

test('what failed in the browser is no failure of the server, nor the doing of a moderator', () => {
  for (const [failure, expected] of [['here', /could not be set up/], ['unreached', /server is not reached/]]) {
    const calling = begin();
    calling.meeting.join();
    calling.phone.tell('ready');
    calling.phone.tell('ended', { reason: '', isLost: false, failure, answer: NONE });
    assert.deepEqual([calling.meeting.state, expected.test(calling.meeting.reason)], ['over', true], failure);
  }
  const waiting = begin();
  waiting.meeting.join();
  waiting.phone.tell('ready');
  waiting.phone.tell('accepted', 'call-1');
  waiting.phone.tell('roster', roster('on-hold', '', 'call-1', 1, 'lobby'));
  waiting.phone.tell('ended', { reason: '', isLost: false, failure: 'here', answer: NONE });
  assert.match(waiting.meeting.reason, /could not be set up/);
});
