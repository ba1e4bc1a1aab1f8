// SPDX-License-Identifier: GPL-3.0-or-later
// Coming in: by a link, by a PIN, through the lobby; being the same person after a reload; showing a screen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person } from './meeting.mjs';
import { Site } from '../testing/site.mjs';

/** @type {Site} */
let site;
/** @type {Person} */
let host;
/** @type {Person} */
let guest;

/** @param {string[]} words */
async function link(...words) {
  return (await site.control('link', 'door', ...words))[0].url;
}

before(async () => {
  site = await Site.open();
  host = await Person.open(site, 'host', 'red', 'door', { url: await link('--role', 'moderator', '--name', 'Hanna') });
  host.shown = 'Hanna';
});

after(async () => {
  await host?.leave();
  await guest?.leave();
  await site?.close();
});

test('two clicks from the link to the meeting: the name is there already', async () => {
  assert.equal(await host.page.inputValue('#name'), 'Hanna');
  assert.equal(await host.page.isVisible('#account-fields'), false);
  assert.equal(await host.page.textContent('#join-title'), 'door');
  await host.shoot('join-by-link');
  await host.page.click('#join-button');
  await host.page.waitForSelector('#meeting:not([hidden])');
  const room = await site.waitRoom('room-door', 'entered', (r) => r?.participants.length === 1);
  assert.equal(room.participants[0].name, 'Hanna');
  await host.openPanel('people');
  await host.page.waitForSelector('#people-list li:has-text("moderator")');
});

test('a guest waits in the lobby, is seen there, and comes in when let in', async () => {
  await host.page.click('#room-tools button:has-text("Lobby on")');
  await site.waitRoom('room-door', 'with a lobby', (r) => r.lobby !== false);
  guest = await Person.open(site, 'guest', 'blue', 'door', { url: await link('--role', 'speaker') });
  guest.shown = 'Gerd';
  await guest.enter({ way: 'link', waits: true });
  await guest.shoot('waiting');
  await host.page.waitForSelector('#knocking:has-text("Gerd wants to come in")');
  await host.shoot('knocking');
  await host.page.click('#knocking button:has-text("Let in")');
  await guest.page.waitForSelector('#meeting:not([hidden])');
  await host.page.waitForSelector('#knocking', { state: 'hidden' });
  await guest.layout('grid');
  await guest.sees('Hanna', 'red');
});

test('who loads the page again is the same person', async () => {
  const before = (await site.room('room-door')).participants.map((p) => p.user).sort();
  await host.page.click('#room-tools button:has-text("Lobby off")');
  await guest.page.reload();
  await guest.page.waitForSelector('#join:not([hidden])');
  await guest.enter({ way: 'link' });
  await guest.layout('grid');
  await guest.sees('Hanna', 'red');
  const room = await site.waitRoom('room-door', 'of two', (r) => r.participants.length === 2);
  assert.deepEqual(room.participants.map((p) => p.user).sort(), before);
});

test('a screen is shown instead of the camera, sharp', async () => {
  // No screen here: what getDisplayMedia would give is a canvas with green paint.
  await guest.page.evaluate(() => {
    navigator.mediaDevices.getDisplayMedia = async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
      const paint = canvas.getContext('2d');
      let at = 0;
      setInterval(() => {
        paint.fillStyle = '#00a000';
        paint.fillRect(0, 0, 1280, 720);
        paint.fillStyle = '#ffffff';
        paint.fillRect(at++ * 20 % 1280, 0, 30, 720);
      }, 200);
      return canvas.captureStream(5);
    };
  });
  await host.layout('grid');
  await guest.page.keyboard.press('s');
  await host.page.waitForSelector('.tile.slides:has-text("Gerd")');
  await host.looksAgain();
  await host.sees('Gerd', 'green');
  await host.page.waitForFunction(() => document.querySelector('.tile.slides video').videoWidth === 1280);
  await host.shoot('screen');
  await guest.page.keyboard.press('s');
  await host.looksAgain();
  await host.sees('Gerd', 'blue');
});

test('who is sent away is told so', async () => {
  await host.moderate('Gerd', 'Remove');
  await guest.page.waitForSelector('#over:not([hidden])');
  await guest.shoot('removed');
});

test('a PIN opens the room, a wrong one does not', async () => {
  await site.control('pin', 'room-door', '4711');
  await guest.page.goto(`${site.url}m/door`);
  await guest.page.waitForSelector('#join:not([hidden])');
  await guest.page.check('#way-pin', { force: true });
  await guest.page.fill('#name', 'Gerd');
  await guest.page.fill('#pin', '1234');
  await guest.page.click('#join-button');
  await guest.page.waitForFunction(() => document.querySelector('#join-error').textContent !== '');
  await guest.shoot('wrong-pin');
  await guest.enter({ way: 'pin', pin: '4711' });
});

test('a link that is no more is told so', async () => {
  const [made] = await site.control('link', 'door', '--role', 'speaker', '--name', 'Late');
  await site.control('unlink', made.link);
  await guest.page.goto('about:blank');
  await guest.page.goto(made.url);
  await guest.page.waitForSelector('#join:not([hidden])');
  await guest.page.click('#join-button');
  await guest.page.waitForSelector('#join-error:has-text("This link was withdrawn")');
});

test('nothing was refused by the policy of the page or went wrong in it', () => {
  assert.deepEqual([host.errors, guest.errors], [[], []]);
});
