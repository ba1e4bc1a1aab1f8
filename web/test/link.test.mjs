// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invitationOf, keyToName, uriOfRoom, wordsForLink } from '../src/model/link.js';

const token = (claims) => `e30.${Buffer.from(typeof claims === 'string' ? claims : JSON.stringify(claims)).toString('base64url')}.c2ln`;

test('a meeting link names room, guest and role', () => {
  const hash = `#${token({ room: 'room-tea', role: 'speaker', name: 'Z\u00f6e', exp: 100 })}`;
  assert.deepEqual(invitationOf({ pathname: '/m/tea', hash }), { room: 'tea', token: hash.slice(1), name: 'Z\u00f6e', role: 'speaker', expires: 100000 });
});

test('a room without a token, by path or as before behind the #', () => {
  assert.equal(invitationOf({ pathname: '/m/big%20tea', hash: '' }).room, 'big tea');
  assert.equal(invitationOf({ pathname: '/', hash: '#tea' }).room, 'tea');
  assert.equal(invitationOf({ pathname: '/', hash: '' }).room, '');
  assert.equal(invitationOf({ pathname: '/m/%', hash: '' }).room, '%');
});

test('what is no token is none', () => {
  for (const hash of ['#a.b.c', `#${token('[')}`, `#${token('null')}`, '#..', `#${token('7')}`]) {
    assert.equal(invitationOf({ pathname: '/m/tea', hash }).token, '');
  }
});

test('claims of the wrong kind are left out', () => {
  const { name, role, expires } = invitationOf({ pathname: '/m/tea', hash: `#${token({ name: 7, role: {}, exp: 'x' })}` });
  assert.deepEqual([name, role, expires], ['', '', 0]);
});

test('rooms have addresses', () => {
  assert.equal(uriOfRoom('tea', 'x'), 'sip:room-tea@x');
  assert.equal(uriOfRoom('room-tea', 'x'), 'sip:room-tea@x');
  assert.equal(uriOfRoom('alice@y', 'x'), 'sip:alice@y');
  assert.equal(uriOfRoom('sips:a@b', 'x'), 'sips:a@b');
  assert.equal(keyToName('room-tea'), 'tea');
});

test('only a link with a token lets people in', () => {
  assert.match(wordsForLink(`https://x/m/tea#${token({ room: 'room-tea' })}`), /may come in/);
  assert.doesNotMatch(wordsForLink('https://x/m/tea'), /may come in/);
  assert.doesNotMatch(wordsForLink('https://x/m/tea#a.b.c'), /may come in/);
});
