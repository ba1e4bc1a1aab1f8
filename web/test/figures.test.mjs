// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorize, challengeOf } from '../src/digest.js';
import { rateText, spanText, sparkline } from '../src/model/sparkline.js';

globalThis.crypto ??= (await import('node:crypto')).webcrypto;

test('the example of RFC 7616 section 3.9.1', async () => {
  const header = 'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    + 'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    + 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
  const challenge = challengeOf(header);
  assert.equal(challenge?.algorithm, 'SHA-256');
  const line = await authorize(challenge, { method: 'GET', uri: '/dir/index.html', user: 'Mufasa', password: 'Circle of Life', cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' });
  assert.match(line, /response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"/);
  assert.match(line, /opaque="FQhe/);
});

test('without SHA-256 there is no answer', () => {
  assert.equal(challengeOf('Digest realm="x", nonce="y", algorithm=MD5'), undefined);
  assert.equal(challengeOf('Bearer realm="x"'), undefined);
  assert.equal(challengeOf(''), undefined);
});

test('curves go from left to right and stay inside', () => {
  assert.equal(sparkline([0, 5, 10], 100, 20), '0,20 50,10 100,0');
  assert.equal(sparkline([5], 100, 20, 10), '0,10');
  assert.equal(sparkline([-1, 0], 10, 10), '0,10 10,10');
  assert.equal(sparkline([], 10, 10), '');
});

test('figures for people', () => {
  assert.deepEqual([rateText(0), rateText(64000), rateText(1500000), rateText(25e6)], ['0 kbit/s', '64 kbit/s', '1.5 Mbit/s', '25 Mbit/s']);
  assert.deepEqual([spanText(5), spanText(125), spanText(7300), spanText(200000)], ['5 s', '2 min', '2 h 1 min', '2 d 7 h']);
});
