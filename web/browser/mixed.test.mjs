// SPDX-License-Identifier: GPL-3.0-or-later
// Two browsers, a confer call and a real Linphone in one room: everybody's picture is the right one, everybody is heard by all others.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Person, toneIn, writeTone } from './meeting.mjs';
import { Site, until } from '../testing/site.mjs';

const HZ = { alice: 440, bob: 730, carol: 1130, dave: 1710 };
/** @type {Site} */
let site;
/** @type {Person} */
let alice;
/** @type {Person} */
let bob;
/** @type {import('../testing/site.mjs').Program} */
let carol;
/** @type {import('../testing/site.mjs').Program | undefined} */
let dave;

/** @param {string} user @param {number} seconds @param {number} [rate] */
function tone(user, seconds, rate) {
  const path = join(site.folder, `${user}.wav`);
  writeTone(path, HZ[user], seconds, rate);
  return path;
}

/** The tones that somebody but @listener makes. @param {string} listener */
function othersOf(listener) {
  return Object.entries(HZ).filter(([user]) => user !== listener && (user !== 'dave' || dave)).map(([, hz]) => hz);
}

before(async () => {
  site = await Site.open();
  alice = await Person.join(site, 'alice', 'red', 'mixed', { tone: tone('alice', 4, 48000) });
  bob = await Person.join(site, 'bob', 'blue', 'mixed', { tone: tone('bob', 4, 48000) });
  carol = site.phone('carol', 'sip:room-mixed@localhost', '--name', 'Carol', '--audio', `tone:${HZ.carol}`, '--video', 'card:3', '--video-codecs', 'VP8', '--layout', 'active',
    '--record', join(site.folder, 'carol'));
  dave = site.linphone('dave', 'green', tone('dave', 150));
  if (dave) {
    await dave.wait('registration', (e) => e.detail === 'LinphoneRegistrationOk');
    dave.say('call sip:room-mixed@localhost');
    await dave.wait('call', (e) => e.event === 'call' && e.state === 'StreamsRunning');
  }
  await carol.wait('call', (e) => e.event === 'connected');
});

after(async () => {
  await dave?.end();
  await carol?.end();
  await alice?.leave();
  await bob?.leave();
  await site?.close();
});

test('each tile of a browser has the right moving picture', async () => {
  await alice.layout('grid');
  await bob.layout('grid');
  await Promise.all([alice.sees('Bob', 'blue'), bob.sees('Alice', 'red'), alice.sees('Carol', 'purple'), bob.sees('Carol', 'purple'),
    ...(dave ? [alice.sees('dave', 'green'), bob.sees('dave', 'green')] : [])]);
  await alice.shoot('mixed');
});

test('each browser hears all others and not itself', async () => {
  await alice.hears(othersOf('alice'), Object.values(HZ));
  await bob.hears(othersOf('bob'), Object.values(HZ));
});

test('who speaks is marked, in a grid too', async () => {
  const talks = (person, user) => person.page.waitForSelector(`.tile.talks[data-uri="sip:${user}@localhost"]`);
  await Promise.all([talks(alice, 'bob'), talks(alice, 'carol'), talks(bob, 'alice'), talks(bob, 'carol'), ...(dave ? [talks(alice, 'dave'), talks(bob, 'dave')] : [])]);
});

test('Linphone hears all others and not itself, and sees somebody', { skip: process.env.CONFER_NO_LINPHONE === '1' }, async (t) => {
  if (!dave) {
    t.skip('liblinphone is not installed');
    return;
  }
  let levels = {};
  await until('all tones', () => {
    const stats = dave.events.filter((e) => e.event === 'stats' && e.clock).at(-1);
    const recording = stats && readFileSync(join(site.folder, 'linphone-dave', 'heard.wav'));
    levels = stats ? Object.fromEntries(Object.entries(HZ).map(([user, hz]) => [user, Math.round(toneIn(recording, stats.clock, hz))])) : {};
    return stats && Object.entries(levels).every(([user, level]) => (user === 'dave' ? level < -46 : level > -40));
  }).catch((error) => { throw new Error(`${error.message}: ${JSON.stringify(levels)}`); });
  const seen = await dave.wait('a picture', (e) => e.event === 'picture' && ['red', 'blue'].includes(e.colour));
  assert.ok(seen.frames > 0);
});

test('the phone has heard everybody, and seen pictures of several', async () => {
  await carol.wait('pictures', (e) => e.event === 'stats' && e.lines.filter((line) => line.kind === 'video' && (line.decoded ?? 0) > 5).length >= 2);
  // Where the machine has more to do sound has gaps, and comes when it can: the recording, which goes on, is listened to until all were heard.
  const levels = Object.fromEntries(Object.keys(HZ).map((user) => [user, -120]));
  await until('all tones', () => {
    const heard = readFileSync(join(site.folder, 'carol', 'heard.wav'));
    for (const [user, hz] of heard.length > 44 ? Object.entries(HZ) : []) {
      levels[user] = Math.max(levels[user], Math.round(toneIn(heard, heard.readUInt32LE(24), hz)));
    }
    return Object.entries(levels).every(([user, level]) => user === 'carol' || (user === 'dave' && !dave) || level > -40);
  }).catch((error) => { throw new Error(`${error.message}: ${JSON.stringify(levels)}`); });
  assert.ok(levels.carol < -46 && (dave || levels.dave < -46), JSON.stringify(levels));
  carol.say('hang-up');
  await carol.wait('end', (e) => e.event === 'ended');
  carol.say('quit');
  await carol.ended;
});

test('nothing went wrong in the pages', () => {
  assert.deepEqual([alice.errors, bob.errors], [[], []]);
});
