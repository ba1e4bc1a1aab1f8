// SPDX-License-Identifier: GPL-3.0-or-later
// Two browsers that ask for more than the page does: lines of sound for talkers, Opus with redundancy (RFC 2198), AV1 in layers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person } from './meeting.mjs';
import { Site, until } from '../testing/site.mjs';

/** @type {Site} */
let site;
/** @type {Person[]} */
let people = [];

/** In the page, before it calls: its connections offer two lines of sound more, prefer redundancy and AV1, and send three temporal layers. */
const asksForMore = () => {
  const make = RTCPeerConnection.prototype.addTransceiver;
  const prefer = (/** @type {RTCRtpTransceiver} */ line, /** @type {string} */ kind, /** @type {string} */ type) => {
    const codecs = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
    line.setCodecPreferences([...codecs.filter((c) => c.mimeType === type), ...codecs.filter((c) => c.mimeType !== type)]);
  };
  const seen = new Set();
  RTCPeerConnection.prototype.addTransceiver = function (track, init) {
    const kind = typeof track === 'string' ? track : track.kind;
    const isFirst = !seen.has(kind);
    seen.add(kind);
    const layers = /** @type {RTCRtpEncodingParameters[]} */ ([{ scalabilityMode: 'L1T3' }]);
    const line = make.call(this, track, kind === 'video' && isFirst ? { ...init, sendEncodings: layers } : init);
    if (isFirst && kind === 'video') {
      prefer(line, 'video', 'video/AV1');
    } else if (isFirst) {
      Object.assign(window, { connection: this });
      for (const each of [line, make.call(this, 'audio', { direction: 'recvonly' }), make.call(this, 'audio', { direction: 'recvonly' })]) {
        prefer(each, 'audio', 'audio/red');
      }
    }
    return line;
  };
};

/** Streams of a connection, those that come by line. @param {Person} person */
function streamsOf(person) {
  return person.page.evaluate(async () => {
    const all = await /** @type {any} */ (window).connection.getStats();
    return [...all.values()].filter((s) => s.type === 'inbound-rtp' || s.type === 'outbound-rtp').map((s) => ({
      isIn: s.type === 'inbound-rtp', kind: s.kind, mid: s.mid, codec: all.get(s.codecId)?.mimeType, packets: s.packetsReceived ?? s.packetsSent,
      octets: s.bytesReceived ?? s.bytesSent, frames: s.framesDecoded ?? s.framesEncoded ?? 0, mode: s.scalabilityMode,
    }));
  });
}

before(async () => {
  site = await Site.open('[media]\nvideo = AV1 VP8 H264\n');
  for (const [user, colour] of /** @type {[string, 'red' | 'blue'][]} */ ([['alice', 'red'], ['bob', 'blue']])) {
    const person = await Person.open(site, user, colour, 'forwarded');
    people.push(person);
    await person.page.evaluate(asksForMore);
    await person.enter();
  }
});

after(async () => {
  await Promise.all(people.map((person) => person.leave()));
  await site?.close();
});

test('a talker comes on a line of his own, with the redundancy that he sends', async () => {
  for (const person of people) {
    await until('sound on a line', async () => (await streamsOf(person)).some((s) => s.isIn && s.kind === 'audio' && s.mid !== '0' && s.packets > 100));
    const streams = await streamsOf(person);
    const lines = streams.filter((s) => s.isIn && s.kind === 'audio' && s.mid !== '0' && s.packets > 0);
    assert.equal(lines.length, 1, 'the other one, and not oneself');
  }
  const answer = await people[0].page.evaluate(() => /** @type {any} */ (window).connection.remoteDescription.sdp);
  assert.match(answer, /m=audio \d+ \S+ 63 111 .*\r\n/);
  assert.match(answer, /a=rtpmap:63 red\/48000\/2/);
});

test('AV1 comes in layers with descriptors, and is decoded', async () => {
  for (const person of people) {
    await until('pictures', async () => (await streamsOf(person)).some((s) => s.isIn && s.codec === 'video/AV1' && s.frames > 60));
    const sent = (await streamsOf(person)).find((s) => !s.isIn && s.kind === 'video');
    assert.deepEqual([sent?.codec, sent?.mode], ['video/AV1', 'L1T3']);
  }
  const answer = await people[0].page.evaluate(() => /** @type {any} */ (window).connection.remoteDescription.sdp);
  assert.match(answer, /dependency-descriptor-rtp-header-extension/);
  assert.match(answer, /a=extmap-allow-mixed/);
  assert.deepEqual(people.flatMap((person) => person.errors), []);
});
