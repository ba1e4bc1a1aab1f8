// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withAttributes, withRidKept } from '../src/model/description.js';
import { actionsFor, command } from '../src/model/commands.js';
import { Lines } from '../src/model/lines.js';

const wish = (label, content = '') => ({ label, content, uri: '', name: label, isSlides: false });

function lines() {
  let made = 0;
  return new Lines(() => ({ direction: 'recvonly', mid: String(made++ + 2), receiver: { track: /** @type {any} */ ({ id: made }) } }));
}

test('a line for each picture; freed ones are used again and none goes away', () => {
  const list = lines();
  assert.equal(list.want([wish('a'), wish('b')]), true);
  assert.equal(list.want([wish('a'), wish('b')]), false);
  assert.equal(list.want([wish('b')]), true);
  assert.equal(list.list[0].transceiver.direction, 'inactive');
  assert.equal(list.want([wish('b'), wish('c')]), true);
  assert.equal(list.list.length, 2);
  assert.deepEqual([...list.attributes()], [['2', ['label:c']], ['3', ['label:b']]]);
  assert.deepEqual(list.pictures().map((picture) => picture.wish.label), ['c', 'b']);
});

test('a line that was refused is not used again', () => {
  const list = lines();
  list.want([wish('a')]);
  list.want([]);
  list.list[0].transceiver.direction = 'stopped';
  assert.equal(list.want([wish('b')]), true);
  assert.deepEqual([...list.attributes()], [['3', ['label:b']]]);
});

test('another quality of the same picture is a change on the same line', () => {
  const list = lines();
  list.want([wish('a')]);
  assert.equal(list.want([wish('a', 'thumbnail')]), true);
  assert.deepEqual([...list.attributes()], [['2', ['label:a', 'content:thumbnail']]]);
});

test('attributes go to the section with their mid', () => {
  const sdp = 'v=0\r\na=group:BUNDLE 0 1\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\nm=video 9 RTP/AVP 96\r\na=mid:1\r\n';
  const map = new Map([['1', ['label:x', 'content:thumbnail']], ['7', ['label:y']]]);
  assert.equal(withAttributes(sdp, map), `${sdp}a=label:x\r\na=content:thumbnail\r\n`);
  assert.equal(withAttributes(sdp, new Map([['0', ['content:main']]])),
    'v=0\r\na=group:BUNDLE 0 1\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=content:main\r\nm=video 9 RTP/AVP 96\r\na=mid:1\r\n');
  assert.equal(withAttributes(sdp, new Map()), sdp);
});

test('rids stay agreed on our side where a server takes one encoding only', () => {
  const rid = 'a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n';
  const offer = `v=0\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\nm=video 9 RTP/AVP 96\r\na=mid:1\r\n${rid}a=rid:h send\r\na=simulcast:send h\r\n`;
  const answer = 'v=0\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\nm=video 9 RTP/AVP 96\r\na=mid:1\r\n';
  assert.equal(withRidKept(answer, offer), answer + rid);
  assert.equal(withRidKept(answer + rid, offer), answer + rid);
  assert.equal(withRidKept(answer, offer.replace(/a=simulcast.*\r\n/, '')), answer);
});

test('what moderators can do depends on who it is', () => {
  const member = (status, roles = [], waits = '') => ({ uri: '', name: '', roles, isVerified: true, handUp: '', waits, devices: new Map([['d', { status }]]) });
  assert.deepEqual(actionsFor(member('on-hold', [], 'lobby')).map(({ word }) => word), ['admit', 'deny']);
  assert.equal(actionsFor(member('muted-via-focus'))[0].word, 'unmute');
  assert.ok(actionsFor(member('connected', ['admin'])).some(({ word }) => word === 'member'));
  assert.equal(actionsFor({ ...member('connected'), handUp: 'now' })[0].word, 'hand-down');
  assert.equal(command('kick', 'sip:bob@x'), 'kick sip:bob@x');
  assert.equal(command('hand-up'), 'hand-up');
});
