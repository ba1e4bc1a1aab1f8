// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf } from '../src/model/failure.js';

test('what the other end says, and our own hanging up, is no failure', () => {
  for (const cause of ['Terminated', 'Rejected', 'Busy', 'Not Found', 'Request Timeout']) {
    assert.equal(failureOf({ originator: 'remote', cause }), '', cause);
  }
  assert.equal(failureOf({ originator: 'local', cause: 'Terminated' }), '');
  assert.equal(failureOf({ originator: 'local', cause: 'Canceled' }), '');
});

test('only a server that answers nothing is not reached', () => {
  for (const [originator, cause, expected] of [
    ['system', 'Connection Error', 'unreached'], ['local', 'Request Timeout', 'unreached'], ['local', 'WebRTC Error', 'here'], ['system', 'Internal Error', 'here'],
    ['local', 'RTP Timeout', 'here'], ['remote', 'Bad Media Description', 'here'],
  ]) {
    assert.equal(failureOf({ originator, cause }), expected, cause);
  }
});
