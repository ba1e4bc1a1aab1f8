// SPDX-License-Identifier: GPL-3.0-or-later
// How pictures are sent, with a sender that keeps to the letter of WebRTC section 5.2: parameters that are being set are not read yet.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addTracks, sendPicture, shapePicture } from '../src/media/sending.js';

/** A sender whose parameters take effect a while after they were set. */
class Sender {
  /** @param {object[]} encodings */
  constructor(encodings) {
    this.now = { encodings, degradationPreference: 'balanced' };
    this.last = undefined;
    this.count = 0;
  }

  getParameters() {
    this.last ??= { ...structuredClone(this.now), transactionId: String(++this.count) };
    return structuredClone(this.last);
  }

  async setParameters(parameters) {
    if (parameters.transactionId !== this.last?.transactionId) {
      throw new DOMException('not read before', 'InvalidModificationError');
    }
    await new Promise((resolve) => { setTimeout(resolve, 5); });
    this.now = parameters;
    this.last = undefined;
  }

  async replaceTrack(track) {
    this.track = track;
  }
}

const SMALL = () => [{ rid: 'l', active: true, scaleResolutionDownBy: 4, maxBitrate: 150000 }];

test('a screen that is shown again in a call that is made again is whole and sharp', async () => {
  const sender = new Sender(SMALL());
  await Promise.all([shapePicture(sender, false), sendPicture(sender, { kind: 'video' }, true)]); // both when the answer comes
  const [only] = sender.now.encodings;
  assert.deepEqual([only.scaleResolutionDownBy, only.maxBitrate, only.maxFramerate], [1, 1500000, 8]);
  assert.equal(sender.now.degradationPreference, 'maintain-resolution');
});

test('a screen that is taken back at once leaves the camera as it was', async () => {
  const sender = new Sender([{ rid: 'l', active: true, scaleResolutionDownBy: 4 }, { rid: 'm', active: true, scaleResolutionDownBy: 2 }, { rid: 'h', active: true }]);
  await Promise.all([shapePicture(sender, true), shapePicture(sender, false)]);
  assert.deepEqual(sender.now.encodings.map(({ active, maxFramerate }) => [active, maxFramerate]), [[true, undefined], [true, undefined], [true, undefined]]);
  assert.equal(sender.now.degradationPreference, 'balanced');
});

test('of several encodings a screen is sent in the finest only', async () => {
  const sender = new Sender([{ rid: 'l', active: true, scaleResolutionDownBy: 4 }, { rid: 'h', active: true }]);
  await shapePicture(sender, true);
  assert.deepEqual(sender.now.encodings.map(({ active, scaleResolutionDownBy }) => [active, scaleResolutionDownBy]), [[false, 4], [true, 1]]);
});

test('a browser that refuses is asked again', async () => {
  const sender = new Sender(SMALL());
  const set = sender.setParameters;
  sender.setParameters = async () => { sender.last = undefined; throw new DOMException('no', 'OperationError'); };
  await shapePicture(sender, true);
  sender.setParameters = set;
  await shapePicture(sender, true);
  assert.equal(sender.now.encodings[0].maxFramerate, 8);
});

test('a change that fails is none of the next ones', async () => {
  const sender = new Sender(SMALL());
  const get = sender.getParameters;
  sender.getParameters = () => { throw new DOMException('closed', 'InvalidStateError'); };
  await shapePicture(sender, false);
  sender.getParameters = get;
  await shapePicture(sender, true);
  assert.equal(sender.now.encodings[0].maxFramerate, 8);
  delete sender.now.encodings;
  await shapePicture(sender, false);
  assert.equal(sender.now.degradationPreference, 'balanced', 'as browsers have it that send nothing');
});

test('a camera of which the server takes one encoding is sent whole, once the answer has come', async () => {
  const offered = [];
  const sender = new Sender([]);
  const connection = { addTransceiver: (what, how) => { offered.push([what, how]); return { sender }; } };
  globalThis.RTCRtpReceiver = /** @type {any} */ ({});
  const camera = { kind: 'video', enabled: true, getSettings: () => ({ width: 1280, height: 720 }) };
  assert.equal(addTracks(connection, { getAudioTracks: () => [], getVideoTracks: () => [camera] }), sender);
  const { sendEncodings } = offered[1][1];
  assert.deepEqual(sendEncodings.map((e) => [e.rid, e.scaleResolutionDownBy]), [['l', 4], ['m', 2], ['h', 1]]);
  Object.assign(sender, { track: camera, now: { encodings: sendEncodings.slice(0, 1) } });
  await shapePicture(sender, false);
  assert.deepEqual(sender.now.encodings.map((e) => [e.active, e.scaleResolutionDownBy, e.maxBitrate]), [[true, 1, 1500000]]);
});

test('pictures almost as large as a row of the table of libwebrtc are sent as those of that row', async () => {
  for (const [width, height, expected] of [[960, 540, 3], [912, 513, 3], [864, 540, 2], [848, 480, 2], [480, 270, 2], [456, 256, 2], [424, 240, 1], [1, 1, 1]]) {
    const sender = new Sender([{ rid: 'l' }, { rid: 'm' }, { rid: 'h' }]);
    await sendPicture(sender, { kind: 'video', getSettings: () => ({ width, height }) }, false);
    assert.equal(sender.now.encodings.filter((e) => e.active).length, expected, `${width} x ${height}`);
  }
});

test('a camera is sent whole in the finest encoding that a browser sends of pictures of its size', async () => {
  for (const [width, height, expected] of [
    [1280, 720, [[true, 4, 150000], [true, 2, 450000], [true, 1, 1500000]]],
    [640, 480, [[true, 2, 450000], [true, 1, 800000], [false, 1, 800000]]],
    [320, 180, [[true, 1, 300000], [false, 1, 300000], [false, 1, 300000]]],
  ]) {
    const sender = new Sender([{ rid: 'l', active: true, scaleResolutionDownBy: 4 }, { rid: 'm', active: true, scaleResolutionDownBy: 2 }, { rid: 'h', active: true }]);
    await sendPicture(sender, { kind: 'video', getSettings: () => ({ width, height }) }, false);
    assert.deepEqual(sender.now.encodings.map((e) => [e.active, e.scaleResolutionDownBy, e.maxBitrate]), expected);
  }
});

test('a camera after a screen is sent as before', async () => {
  const sender = new Sender([{ rid: 'l', active: true }, { rid: 'm', active: true }, { rid: 'h', active: true }]);
  const camera = { kind: 'video', getSettings: () => ({ width: 640, height: 360 }) };
  await sendPicture(sender, camera, false);
  const before = sender.now.encodings;
  await sendPicture(sender, { kind: 'video' }, true);
  assert.deepEqual(sender.now.encodings.map((e) => e.active), [false, false, true]);
  await sendPicture(sender, camera, false);
  assert.deepEqual(sender.now.encodings, before);
});
