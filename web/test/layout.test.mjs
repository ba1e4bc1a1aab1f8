// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mainContent, mainDirection, TILES_MAX, wishes } from '../src/model/layout.js';
import { Roster } from '../src/model/roster.js';

/** @param {string} name @param {object} [media] @param {string} [status] */
function member(name, media, status = 'connected') {
  const streams = media ?? { 2: { label: `v${name}`, status: 'sendrecv' }, 4: { label: `t${name}`, status: 'sendonly' } };
  const device = { entity: name, status, callId: `call-${name}`, media: new Map(Object.entries(streams).map(([id, m]) => [id, { content: '', ...m }])) };
  return [`sip:${name}@x`, { uri: `sip:${name}@x`, name, roles: [], waits: '', devices: new Map([[name, device]]) }];
}

function roster(...members) {
  const made = new Roster();
  made.members = new Map(members);
  return made;
}

const labels = (list) => list.map(({ label, content }) => [label, content]);

test('in a grid everybody is asked for in full', () => {
  assert.deepEqual(labels(wishes(roster(member('a'), member('b')), 'grid', 'call-a')), [['vb', '']]);
});

test('beside the speaker miniatures are asked for', () => {
  assert.deepEqual(labels(wishes(roster(member('a'), member('b'), member('c')), 'speaker', 'call-a')), [['tb', 'thumbnail'], ['tc', 'thumbnail']]);
});

test('who is alone with us is large already', () => {
  assert.deepEqual(wishes(roster(member('a'), member('b')), 'speaker', 'call-a'), []);
  const [uri, waiting] = member('c');
  assert.deepEqual(wishes(roster(member('a'), member('b'), [uri, { ...waiting, waits: 'lobby' }], member('d', undefined, 'alerting')), 'speaker', 'call-a'), []);
});

test('who sends no miniature is asked for its only picture', () => {
  const only = roster(member('b', { 2: { label: 'vb', status: 'sendrecv' } }));
  only.members.set(...member('c'));
  assert.deepEqual(labels(wishes(only, 'speaker', '')), [['vb', 'thumbnail'], ['tc', 'thumbnail']]);
});

test('a shared screen comes in the speaker line, and in full in a grid', () => {
  const sharing = roster(member('b', { 2: { label: 's', status: 'sendonly', content: 'slides' }, 4: { label: 'tb', status: 'sendonly' } }));
  assert.deepEqual(labels(wishes(sharing, 'speaker', '')), [['tb', 'thumbnail']]);
  assert.equal(wishes(sharing, 'grid', '')[0].isSlides, true);
});

test('nobody is asked for who is not there, sends nothing, or where sound is enough', () => {
  assert.deepEqual(wishes(roster(member('b', undefined, 'alerting')), 'grid', ''), []);
  assert.deepEqual(wishes(roster(member('b', { 2: { label: 'vb', status: 'recvonly' } })), 'grid', ''), []);
  assert.deepEqual(wishes(roster(member('b', { 2: { label: '', status: 'sendrecv' } })), 'grid', ''), []);
  assert.deepEqual(wishes(roster(member('b')), 'audio', ''), []);
});

test('there is a limit', () => {
  const many = Array.from({ length: TILES_MAX + 5 }, (_, i) => member(`m${i}`));
  assert.equal(wishes(roster(...many), 'grid', '').length, TILES_MAX);
});

test('the main line says what it is for', () => {
  assert.equal(mainContent('speaker', false), 'speaker');
  assert.equal(mainContent('grid', false), 'main');
  assert.equal(mainContent('grid', true), 'slides');
  assert.deepEqual(['speaker', 'grid', 'audio'].map((mode) => mainDirection(mode, true)), ['sendrecv', 'sendonly', 'sendonly']);
  assert.deepEqual(['speaker', 'grid'].map((mode) => mainDirection(mode, false)), ['recvonly', 'inactive']);
});
