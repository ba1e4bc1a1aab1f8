// SPDX-License-Identifier: GPL-3.0-or-later
// Firefox, who came by a link, Chromium and a confer call in one room: everybody's picture is the right one and moves, everybody is heard.
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startFirefox } from '../testing/marionette.mjs';
import { Site } from '../testing/site.mjs';
import { Person, writeTone } from './meeting.mjs';

const FIREFOX = process.env.CONFER_FIREFOX ?? '/usr/bin/firefox-esr';
const HZ = { alice: 440, fox: 940, carol: 1430 };
/** @type {Site} */
let site;
/** @type {Person} */
let alice;
/** @type {Person} */
let fox;
/** @type {import('../testing/site.mjs').Program} */
let carol;

/** Firefox's own camera shows all colours in turn: it films a blue canvas with a bar that moves instead, and plays a tone. */
function filmBlue(hz) {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
  const paint = canvas.getContext('2d');
  let at = 0;
  setInterval(() => {
    paint.fillStyle = '#0000f0';
    paint.fillRect(0, 0, 640, 360);
    paint.fillStyle = '#ffffff';
    paint.fillRect(at++ * 8 % 640, 0, 16, 360);
  }, 40);
  const sound = new AudioContext();
  const to = sound.createMediaStreamDestination();
  const [tone, quieter] = [new OscillatorNode(sound, { frequency: hz }), new GainNode(sound, { gain: 0.2 })];
  tone.connect(quieter).connect(to);
  tone.start();
  navigator.mediaDevices.getUserMedia = async ({ audio, video }) => new MediaStream([...(audio ? to.stream.getAudioTracks() : []),
    ...(video ? canvas.captureStream(25).getVideoTracks() : [])].map((track) => track.clone()));
  document.querySelector('#camera').dispatchEvent(new Event('change')); // the page opens it
}

before(async () => {
  site = await Site.open();
  const [{ url }] = await site.control('link', 'fox', '--role', 'speaker', '--name', 'Fox');
  const tone = join(site.folder, 'alice.wav');
  writeTone(tone, HZ.alice, 4, 48000);
  alice = await Person.join(site, 'alice', 'red', 'fox', { tone });
  carol = site.phone('carol', 'sip:room-fox@localhost', '--name', 'Carol', '--audio', `tone:${HZ.carol}`, '--video', 'card:3', '--video-codecs', 'VP8', '--layout', 'active');
  await carol.wait('call', (e) => e.event === 'connected');
  fox = Person.with(site, 'fox', 'Fox', await startFirefox(FIREFOX));
  await fox.page.goto(url);
  await fox.page.waitForSelector('#join:not([hidden])');
  await fox.page.waitForFunction(() => document.querySelector('#preview').videoWidth > 0);
  await fox.page.evaluate(filmBlue, HZ.fox);
  await fox.page.waitForFunction(() => document.querySelector('#preview').videoWidth === 640);
  await fox.enter({ way: 'link' });
});

after(async () => {
  await fox?.leave();
  await alice?.leave();
  await carol?.end();
  await site?.close();
});

test('Firefox sees everybody, and everybody sees Firefox', async () => {
  await Promise.all([alice.layout('grid'), fox.layout('grid')]);
  await Promise.all([fox.sees('Alice', 'red'), fox.sees('Carol', 'purple'), alice.sees('Fox', 'blue')]);
  await carol.wait('pictures of both', (e) => e.event === 'stats' && e.lines.filter((line) => line.kind === 'video' && (line.decoded ?? 0) > 5).length >= 2);
  await fox.shoot('firefox');
});

test('Firefox hears all others and not itself, and is heard', async () => {
  await fox.hears([HZ.alice, HZ.carol], Object.values(HZ));
  await alice.hears([HZ.fox, HZ.carol], Object.values(HZ));
});

test('who speaks is marked', async () => {
  const { page } = fox;
  await page.waitForSelector('.tile.talks[data-uri="sip:alice@localhost"]');
  await page.waitForSelector('.tile.talks[data-uri="sip:carol@localhost"]');
  await alice.page.waitForSelector('.tile.talks[data-uri*="guest~"]');
});

test('the speaker layout, and back', async () => {
  await fox.layout('speaker');
  await fox.page.waitForFunction(() => document.querySelector('.tile.large video')?.videoWidth > 0);
  await fox.shoot('firefox-speaker');
  await fox.looksAgain();
  await fox.layout('grid');
  await fox.sees('Alice', 'red');
});
