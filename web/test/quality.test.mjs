// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Quality } from '../src/media/quality.js';

const transport = { id: 'T', type: 'transport', dtlsState: 'connected', srtpCipher: 'AEAD_AES_128_GCM', selectedCandidatePairId: 'P' };
const pair = { id: 'P', type: 'candidate-pair', currentRoundTripTime: 0.042, localCandidateId: 'L' };
const local = { id: 'L', type: 'local-candidate', candidateType: 'relay', protocol: 'tcp' };

function video(at, octets, packets, lost, frames) {
  return { id: 'V', type: 'inbound-rtp', kind: 'video', mid: '2', trackIdentifier: 't', timestamp: at, bytesReceived: octets, packetsReceived: packets, packetsLost: lost, framesPerSecond: frames,
    frameWidth: 640, frameHeight: 360, codecId: 'C', jitter: 0.003 };
}
const codec = { id: 'C', type: 'codec', mimeType: 'video/VP8' };

test('rates and losses are those since the last look', () => {
  const quality = new Quality();
  quality.read([transport, pair, local, codec, video(1000, 1000, 100, 10, 25)]);
  const { rows: [row] } = quality.read([transport, pair, local, codec, video(2000, 126000, 190, 20, 25)]);
  assert.equal(row.kbps, 1000);
  assert.equal(row.lost, 10);
  assert.equal(row.grade, 'poor');
  assert.equal(row.codec, 'VP8');
  assert.equal(row.size, '640\u00d7360');
  assert.equal(row.track, 't');
});

test('few pictures are felt, none at all are not asked for', () => {
  const quality = new Quality();
  quality.read([video(1000, 0, 0, 0, 0)]);
  assert.equal(quality.read([video(2000, 90000, 90, 0, 8)]).rows[0].grade, 'fair');
  assert.equal(quality.read([video(3000, 180000, 180, 0, 2)]).rows[0].grade, 'poor');
  assert.equal(quality.read([video(4000, 180000, 180, 0, 0)]).rows[0].grade, 'good');
});

test('encryption and way are told', () => {
  const seen = new Quality().read([transport, pair, local]);
  assert.equal(seen.encryption, 'DTLS-SRTP, AEAD-AES-128-GCM');
  assert.equal(seen.way, 'relayed (TURN), TCP');
  assert.equal(seen.roundTrip, 42);
  assert.equal(new Quality().read([{ id: 'T', type: 'transport', dtlsState: 'connecting' }]).isEncrypted, false);
});
