// SPDX-License-Identifier: GPL-3.0-or-later
// The page in real browsers: who joins is seen, layouts switch, moderators moderate, people write to each other.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdirSync } from 'node:fs';
import { Person, Site } from './meeting.mjs';

const shots = process.env.CONFER_SHOTS;
/** @type {Site} */
let site;
/** @type {Person} */
let alice;
/** @type {Person} */
let bob;

async function shoot(person, name) {
  if (shots) {
    mkdirSync(shots, { recursive: true });
    await person.page.screenshot({ path: `${shots}/${name}.png` });
  }
}

before(async () => {
  site = await Site.open();
  alice = await Person.join(site, 'alice', 'red', 'web');
  bob = await Person.join(site, 'bob', 'blue', 'web');
});

after(async () => {
  await alice?.leave();
  await bob?.leave();
  await site?.close();
});

test('two people see each other in a grid', async () => {
  await alice.layout('grid');
  await bob.layout('grid');
  await alice.sees('Bob', 'blue');
  await bob.sees('Alice', 'red');
  await shoot(alice, 'grid');
});

test('the active speaker is shown large, miniatures below', async () => {
  await alice.layout('speaker');
  await alice.page.waitForFunction(() => {
    const video = document.querySelector('.tile.large video');
    return video && !video.hidden && video.videoWidth > 0;
  });
  await shoot(alice, 'speaker');
});

test('audio only shows faces', async () => {
  await bob.layout('audio');
  await bob.page.waitForSelector('.stage.audio .tile:has-text("Alice")');
  await shoot(bob, 'audio');
});

test('a raised hand is seen by others', async () => {
  await alice.page.click('#panel');
  await bob.page.click('#hand');
  await alice.page.waitForSelector('#people-list li:has-text("Bob"):has-text("✋")');
  await shoot(alice, 'people');
});

test('what one writes the other reads', async () => {
  await bob.page.click('#panel');
  await bob.page.click('#tab-chat');
  await alice.page.click('#tab-chat');
  await alice.page.fill('#say', 'Hello <b>Bob</b>');
  await alice.page.press('#say', 'Enter');
  await bob.page.waitForSelector('#messages li:has-text("Hello <b>Bob</b>")');
  assert.equal(await bob.page.locator('#messages b b').count(), 0, 'text is never read as markup');
  await shoot(bob, 'chat');
});

test('a moderator removes somebody', async () => {
  await alice.page.click('#tab-people');
  await alice.page.click('#people-list li:has-text("Bob") button:has-text("Remove")');
  await bob.page.waitForSelector('#over:not([hidden])');
  await alice.page.waitForFunction(() => document.querySelectorAll('#people-list li').length === 1);
  await shoot(bob, 'over');
});
