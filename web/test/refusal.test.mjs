// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { explain, explainEnd, explainFailure } from '../src/model/refusal.js';

const TABLE = readFileSync(new URL('../../src/core/conf/denial_table.h', import.meta.url), 'utf8');

test('each code of a problem has words of its own', () => {
  const codes = ['pin-wrong', 'pin-barred', 'locked-out', 'link-expired', 'link-revoked', 'link-invalid', 'guests-not-allowed', 'no-accounts'];
  const words = codes.map((code) => explain({ status: 403, code, text: 'of the server' }));
  assert.equal(new Set(words).size, codes.length);
  assert.ok(words.every((each) => !each.includes('of the server')));
});

test('each refusal of a conference that a caller can get has words that say what to do', () => {
  // Those of REFER, of making conferences and of the roster are not for who calls a room.
  const others = ['NOT_ADMIN', 'NOT_ORGANISER', 'NOT_MEMBER', 'LIST_TOO_LONG', 'ACCOUNT_FULL', 'IN_USE', 'STATE', 'EXISTS'];
  const rows = [...TABLE.matchAll(/^X\((\w+), "([^"]+)", (?:true|false)\)\s*\/\* (\d+)/gm)];
  assert.ok(rows.length > 15);
  for (const [, name, text, status] of rows.filter(([, name]) => !others.includes(name))) {
    const said = explain({ status: Number(status), text });
    assert.notEqual(said, text, name);
    assert.equal(explain({ status: 499, text }), said, `${name} has words of its own, and not of its status`);
    assert.ok(/\b(ask|check|try|leave|from)\b/i.test(said), `${name}: ${said}`);
  }
});

test('times are said in the time of who reads', () => {
  const said = explain({ status: 403, text: 'Conference can be joined from 2030-05-06T10:00:00Z' });
  assert.match(said, /from .*2030/);
  assert.doesNotMatch(said, /T10:00:00Z/);
  assert.match(explain({ status: 403, text: 'Conference can be joined from tomorrow' }), /from tomorrow/);
});

test('how long to wait is said as the server says it, and once', () => {
  assert.equal(explain({ status: 503, retryAfter: 10 }), 'The server takes nobody in just now. Please try again in 10 seconds.');
  assert.equal(explain({ status: 503 }), 'The server takes nobody in just now. Please try again in a moment.');
  assert.equal(explain({ status: 429, code: 'pin-barred', retryAfter: 60 }), 'Too many wrong PINs. Please try again in a minute.');
  assert.equal(explain({ status: 403, text: 'Forbidden', retryAfter: 60 }), 'Too many tries. Please try again in a minute.');
  assert.equal(explain({ status: 503, retryAfter: 150 }), 'The server takes nobody in just now. Please try again in 3 minutes.');
});

test('what the server found wrong in the form is said', () => {
  const malformed = (text) => explain({ status: 400, code: 'malformed', text });
  assert.match(malformed('A PIN has 4 to 16 digits'), /: A PIN has 4 to 16 digits\. Please change/);
  assert.match(malformed('The name is too long'), /^Your name is too long/);
  assert.match(malformed(''), /load the page again/);
});

test('who is to wait for nobody knows how long is told to wait', () => {
  for (const code of ['', 'pin-barred', 'locked-out']) {
    assert.match(explain({ status: 429, code }), /\. Please try again in a moment\.$/);
  }
  assert.match(explain({ status: 429, retryAfter: 1 }), /^Too many tries\. Please try again in a second\.$/);
});

test('a sentence has one full stop', () => {
  assert.equal(explain({ status: 499, text: 'Odd.' }), 'Odd. Please try again in a moment.');
  assert.match(explain({ status: 403, text: 'Conference can be joined from 10 a.m.' }), /from 10 a\.m\.$/);
});

test('what failed here is not told of the server', () => {
  assert.match(explainFailure(true), /could not be set up/);
  assert.equal(explainFailure(false), explain({ status: 0 }));
});

test('the statuses of calls', () => {
  for (const status of [400, 401, 403, 404, 407, 408, 410, 480, 486, 488, 500, 503, 600, 603, 606]) {
    const said = explain({ status, text: 'Forbidden' });
    assert.ok(!said.includes('Forbidden') && /\b(ask|check|try|load)\b/i.test(said), `${status}: ${said}`);
  }
  assert.match(explain({ status: 0 }), /not reached/);
  assert.equal(explain({ status: 499, text: 'Odd' }), 'Odd. Please try again in a moment.');
});

test('why a call is over', () => {
  assert.match(explainEnd('Removed by a moderator'), /has removed you/);
  assert.match(explainEnd('Conference is over'), /for everybody/);
  assert.match(explainEnd('Keys: no peer'), /could not be encrypted/);
  assert.equal(explainEnd('Something else'), 'Something else');
});
