// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roomActions } from '../src/model/commands.js';
import { encryptionOf, isModerator, pausedOf, sendsPictures, stringsOf, isWaiting, nameOf, Roster } from '../src/model/roster.js';
import { Talkers } from '../src/model/talkers.js';
import { documentOf } from './documents.mjs';

const BOB = `<user entity="sip:bob@x" state="full"><display-text>Bob</display-text><roles><entry>participant</entry><entry>speaker</entry></roles>
  <endpoint entity="sip:bob@x;gr=1" state="full"><status>connected</status>
   <media id="2"><type>video</type><label>vB1</label><src-id>1002</src-id><status>sendrecv</status></media>
   <media id="4"><type>video</type><label>tB1</label><src-id>1003</src-id><status>sendonly</status>
    <linphone-cie:stream-data><linphone-cie:stream-content>thumbnail</linphone-cie:stream-content></linphone-cie:stream-data></media>
   <call-info><sip><call-id>call-b</call-id></sip></call-info>
   <endpoint-state xmlns="urn:confer:conference-info" encryption="dtls AEAD_AES_128_GCM" sas="t3xw" sas-verified="true" paused="bandwidth"/></endpoint>
  <user-state xmlns="urn:confer:conference-info" verified="true" hand-up="2026-01-01T00:00:00Z"/></user>`;

function full() {
  const roster = new Roster();
  const described = '<conference-description><subject>Tea</subject></conference-description><conference-state><locked>true</locked></conference-state>';
  assert.equal(roster.apply(documentOf('state="full" version="3"', `${described}<users>${BOB}</users>`)), 'changed');
  return roster;
}

test('a full document is read', () => {
  const roster = full();
  const bob = roster.members.get('sip:bob@x');
  assert.equal(roster.subject, 'Tea');
  assert.equal(roster.isLocked, true);
  assert.equal(nameOf(bob), 'Bob');
  assert.equal(bob.isVerified, true);
  assert.equal(bob.handUp, '2026-01-01T00:00:00Z');
  const device = bob.devices.get('sip:bob@x;gr=1');
  assert.equal(device.callId, 'call-b');
  assert.deepEqual(device.media.get('4'), { id: '4', type: 'video', label: 'tB1', ssrc: 1003, status: 'sendonly', content: 'thumbnail' });
  assert.equal(encryptionOf(bob), 'dtls');
  bob.devices.set('another', { ...device, encryption: 'none' });
  assert.equal(encryptionOf(bob), 'none', 'no better than the weakest');
  bob.devices.delete('another');
  assert.deepEqual(stringsOf(bob), [{ sas: 't3xw', isSasVerified: true }]);
  assert.equal(pausedOf(bob), 'bandwidth');
  bob.devices.set('another', { ...device, paused: 'codec', sas: '' });
  assert.equal(pausedOf(bob), 'bandwidth', 'it may pass');
  device.paused = '';
  assert.equal(pausedOf(bob), 'codec');
  assert.equal(stringsOf(bob).length, 1);
  device.status = 'disconnecting';
  assert.deepEqual(stringsOf(bob), []);
  device.status = 'connected';
  bob.devices.delete('another');
  assert.equal(pausedOf(bob), '');
  assert.equal(isWaiting(bob), false);
  assert.equal(roster.memberOfSsrc(1002), bob);
  assert.equal(roster.memberOfSsrc(0), undefined);
});

test('partial documents change what they name and nothing else', () => {
  const roster = full();
  const change = `<users><user entity="sip:bob@x" state="partial"><roles><entry>admin</entry></roles>
    <endpoint entity="sip:bob@x;gr=1" state="partial"><status>on-hold</status></endpoint></user></users>`;
  assert.equal(roster.apply(documentOf('state="partial" version="4"', change)), 'changed');
  const bob = roster.members.get('sip:bob@x');
  assert.equal(isModerator(bob), true);
  assert.equal(bob.name, 'Bob');
  assert.equal(bob.handUp, '2026-01-01T00:00:00Z');
  assert.equal(bob.devices.get('sip:bob@x;gr=1').status, 'on-hold');
  assert.equal(bob.devices.get('sip:bob@x;gr=1').media.size, 2);
});

test('who is deleted is gone, devices and users', () => {
  const roster = full();
  roster.apply(documentOf('state="partial" version="4"', '<users><user entity="sip:bob@x" state="partial"><endpoint entity="sip:bob@x;gr=1" state="deleted"/></user></users>'));
  assert.equal(roster.members.get('sip:bob@x').devices.size, 0);
  roster.apply(documentOf('state="partial" version="5"', '<users><user entity="sip:bob@x" state="deleted"/></users>'));
  assert.equal(roster.members.size, 0);
});

test('old documents change nothing, missing ones are noticed', () => {
  const roster = full();
  assert.equal(roster.apply(documentOf('state="partial" version="3"', '<users><user entity="sip:bob@x" state="deleted"/></users>')), 'stale');
  assert.equal(roster.members.size, 1);
  assert.equal(roster.apply(documentOf('state="partial" version="9"', '<users><user entity="sip:eve@x" state="partial"/></users>')), 'gap');
  assert.equal(new Roster().apply(documentOf('state="partial" version="2"', '')), 'gap');
});

test('without levels nobody speaks in a mix that only hisses', () => {
  const roster = full();
  const talkers = new Talkers();
  let timestamp = 1;
  const at = (/** @type {number | undefined} */ mix) => talkers.of([{ source: 1002, timestamp: timestamp++ }], roster, 5000 + timestamp, mix).size;
  assert.equal(at(0.002), 0);
  assert.equal(at(0.05), 1);
  assert.equal(at(0.004), 1, 'between two words');
  assert.equal(at(0.001), 0);
  assert.equal(at(undefined), 1, 'it is not known how loud it is');
});

test('locked, and with a lobby', () => {
  const roster = full();
  const state = (/** @type {string} */ inner) => documentOf('state="partial" version="7"', `<conference-state>${inner}</conference-state>`);
  assert.equal(roster.hasLobby, false);
  roster.apply(state('<locked>true</locked><room-state xmlns="urn:confer:conference-info" lobby="true"/>'));
  assert.deepEqual([roster.isLocked, roster.hasLobby], [true, true]);
  assert.deepEqual(roomActions(roster, 2).map(({ word }) => word), ['unlock', 'no-lobby', 'admit-all']);
  roster.apply(documentOf('state="partial" version="8"', '<conference-state><locked>false</locked><room-state xmlns="urn:confer:conference-info" lobby="false"/></conference-state>'));
  assert.deepEqual(roomActions(roster, 0).map(({ word }) => word), ['lock', 'lobby']);
});

test('who speaks is who was named a moment ago, and is loud if that is told', () => {
  const roster = full();
  const talkers = new Talkers();
  const at = (/** @type {number} */ now, /** @type {number} */ timestamp, /** @type {number | undefined} */ audioLevel = undefined) =>
    [...talkers.of([{ source: 1002, timestamp, audioLevel }], roster, now)];
  assert.deepEqual(at(5000, 70000), ['sip:bob@x']);
  assert.deepEqual(at(5600, 70000), ['sip:bob@x'], 'named 600 ms ago');
  assert.deepEqual(at(5800, 70000), [], 'named no more');
  assert.deepEqual(at(6000, 70250, 0.1), ['sip:bob@x']);
  assert.deepEqual(at(6200, 70500, 0.0001), [], 'silent');
  assert.deepEqual(at(6210, 70510, 0.005), [], 'not loud enough to begin with');
  assert.deepEqual(at(6220, 70520, 0.02), ['sip:bob@x']);
  assert.deepEqual(at(6230, 70530, 0.005), ['sip:bob@x'], 'loud enough to go on');
  assert.deepEqual(at(6240, 70540, 0.002), []);
  assert.deepEqual([...talkers.of([], roster, 6300)], []);
  assert.deepEqual([...talkers.of([{ source: 7, timestamp: 1 }], roster, 6400)], [], 'nobody of that number');
  const twice = full();
  twice.apply(documentOf('state="partial" version="4"', `<users>${BOB.replace('sip:bob@x"', 'sip:eve@x"')}</users>`));
  assert.deepEqual([...talkers.of([{ source: 1002, timestamp: 2 }], twice, 6500)], [], 'whose voice that is can not be told');
});

test('who sends pictures does so by a line of video of a device that is in', () => {
  const video = (status, state = 'connected', type = 'video') => {
    const roster = new Roster();
    roster.apply(documentOf('state="full" version="1"', `<users><user entity="sip:eve@x" state="full"><endpoint entity="sip:eve@x" state="full"><status>${state}</status>
      <media id="1"><type>audio</type><status>sendrecv</status></media><media id="2"><type>${type}</type><status>${status}</status></media></endpoint></user></users>`));
    return sendsPictures(roster.members.get('sip:eve@x'));
  };
  assert.deepEqual([video('sendrecv'), video('sendonly'), video('recvonly'), video('inactive')], [true, true, false, false]);
  assert.deepEqual([video('sendrecv', 'disconnected'), video('sendrecv', 'connected', 'text')], [false, false]);
});
