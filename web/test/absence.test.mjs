// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Absence } from '../src/model/absence.js';

const CAMERA = { isDrawn: true, isSlides: false };
const NONE = { isDrawn: false, isSlides: false };

test('a picture that never came is explained by what we lack', () => {
  const absence = new Absence();
  assert.match(absence.of('a', 'codec', NONE), /format/);
  assert.match(absence.of('a', 'bandwidth', NONE), /weak/);
  assert.equal(absence.of('a', '', NONE), '', 'it has not come yet');
  assert.equal(absence.of('a', 'codec', CAMERA), '', 'it is another one that is lacking');
});

test('that the picture of one stood still says nothing of who is shown next', () => {
  const absence = new Absence();
  absence.show('speaker', 'sip:bob@x');
  [0, 0, 0].forEach((kbps) => absence.note('speaker', kbps));
  absence.show('speaker', 'sip:bob@x');
  assert.match(absence.of('speaker', 'codec', CAMERA), /format/);
  absence.show('speaker', 'sip:eve@x');
  assert.equal(absence.of('speaker', 'codec', CAMERA), '');
});

test('one that stands still too, but not slides, which may', () => {
  const absence = new Absence();
  const look = (/** @type {number} */ kbps) => { absence.note('a', kbps); return absence.of('a', 'codec', CAMERA); };
  assert.deepEqual([look(300), look(0), look(0)], ['', '', '']);
  assert.match(look(0), /format/);
  assert.equal(absence.of('a', 'codec', { ...CAMERA, isSlides: true }), '');
  assert.match(absence.of('a', 'codec', { ...NONE, isSlides: true }), /format/);
  assert.equal(absence.of('a', '', CAMERA), '');
  assert.equal(look(1), '', 'it moves again');
  absence.note('a', 0); absence.note('a', 0); absence.note('a', 0);
  absence.forget('a');
  assert.equal(absence.of('a', 'codec', CAMERA), '');
});
