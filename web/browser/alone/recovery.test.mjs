// SPDX-License-Identifier: GPL-3.0-or-later
// The network goes and comes back: in a network namespace whose only link is taken down (testing/alone.mjs).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { Person } from '../meeting.mjs';
import { Site } from '../../testing/site.mjs';

/** Long enough for the call to be given up by somebody. */
const LONG_MSEC = Number(process.env.CONFER_OFFLINE_MSEC ?? 30000);
const SHORT_MSEC = 6000;
/** @type {Site} */
let site;
/** @type {Person} */
let alice;
/** @type {Person} */
let bob;

/** @param {'up' | 'down'} state */
function link(state) {
  execFileSync('ip', ['link', 'set', 'lo', state]);
}

/** @param {number} msec */
async function offline(msec) {
  link('down');
  await Promise.all([alice, bob].map((person) => person.page.waitForSelector('#banner:not([hidden])')));
  await pass(msec);
  link('up');
}

/** Both see each other again, nothing is left of the break, and nobody is there twice. */
async function allIsWell() {
  await Promise.all([alice.looksAgain(), bob.looksAgain()]);
  await Promise.all([alice.sees('Bob', 'blue'), bob.sees('Alice', 'red')]);
  await Promise.all([alice, bob].map((person) => person.page.waitForSelector('#banner', { state: 'hidden' })));
  await site.waitRoom('room-back', 'of two', (room) => room?.participants.length === 2 && room.participants.every((p) => p.devices.length === 1));
  assert.deepEqual([alice.errors, bob.errors], [[], []]);
}

before(async () => {
  assert.ok(process.env.CONFER_ALONE, 'run it by: node testing/alone.mjs browser/alone/recovery.test.mjs');
  site = await Site.open();
  alice = await Person.join(site, 'alice', 'red', 'back');
  bob = await Person.join(site, 'bob', 'blue', 'back');
  await Promise.all([alice.layout('grid'), bob.layout('grid')]);
  await allIsWell();
});

after(async () => {
  await alice?.leave();
  await bob?.leave();
  await site?.close();
});

test('a short break: ICE begins anew, the call goes on', async () => {
  await offline(SHORT_MSEC);
  await alice.shoot('offline');
  await allIsWell();
});

test('a long break: who was in is in again', async () => {
  await offline(LONG_MSEC);
  await allIsWell();
  await alice.openPanel('chat');
  await bob.openPanel('chat');
  await alice.page.fill('#say', 'Here I am again');
  await alice.page.press('#say', 'Enter');
  await bob.page.waitForSelector('#messages li:has-text("Here I am again")');
});
