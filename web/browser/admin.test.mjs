// SPDX-License-Identifier: GPL-3.0-or-later
// The page for administrators: who may see it, what it shows, what it does, and that names of others are never markup (attacks T43).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage } from './meeting.mjs';
import { Site, until } from '../testing/site.mjs';

const EVIL = '<img src=x onerror=alert(1)>';
/** @type {Site} */
let site;
/** @type {Awaited<ReturnType<typeof openPage>>} */
let opened;
/** @type {import('playwright-core').Page} */
let page;
/** @type {import('../testing/site.mjs').Program[]} */
let phones;

/** A guest of a link, without a page. @param {string} url */
async function joinAsGuest(url) {
  const { user, token } = await (await fetch(`${site.plainUrl}api/join`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ link: url.split('#')[1] }),
  })).json();
  return { user, ask: () => fetch(`${site.plainUrl}api/ice-servers`, { headers: { Authorization: `Bearer ${token}` } }) };
}

/** @param {string} user @param {string} [password] */
async function logIn(user, password = user) {
  await page.fill('#user', user);
  await page.fill('#password', password);
  await page.click('#login-form button');
}

before(async () => {
  site = await Site.open();
  await site.control('user', 'role', 'alice', 'admin');
  phones = [
    site.phone('bob', 'sip:room-tea@localhost', '--audio', 'voice:1', '--video', 'card:1', '--name', EVIL, '--subject', EVIL),
    site.phone('carol', 'sip:room-tea@localhost', '--audio', 'voice:2', '--video', 'none', '--name', 'Carol'),
  ];
  await Promise.all(phones.map((phone) => phone.wait('call', (e) => e.event === 'connected')));
  opened = await openPage(`${site.url}admin`);
  page = opened.page;
});

after(async () => {
  await opened?.browser.close();
  await Promise.all((phones ?? []).map((phone) => phone.end()));
  await site?.close();
});

test('strangers, wrong passwords and other accounts stay outside', async () => {
  await page.waitForURL('**/admin.html');
  await logIn('alice', 'wrong');
  await page.waitForSelector('#login-error:has-text("not right")');
  await logIn('bob');
  await page.waitForSelector('#login-error:has-text("may not")');
  assert.equal(await page.isVisible('#admin'), false);
});

test('rooms and calls are shown, with curves; names are no markup', async () => {
  await logIn('alice');
  await page.waitForSelector('#admin:not([hidden])');
  await page.waitForSelector('#rooms tr[data-room="room-tea"]');
  await page.waitForSelector(`#legs tr:has-text("${EVIL}")`);
  assert.equal(await page.locator('#legs tr').count(), 2);
  assert.equal(await page.locator('img').count(), 0);
  await page.waitForFunction(() => document.querySelectorAll('#legs .spark polyline.in').length === 2
    && document.querySelector('#legs .spark polyline.in').getAttribute('points').split(' ').length > 1);
  await page.waitForFunction(() => /kbit|Mbit/.test(document.querySelector('#cards').textContent));
  await opened.shoot('admin');
});

test('a room can be locked from here', async () => {
  await page.click('#rooms tr[data-room="room-tea"] button:text-is("Lock")');
  await site.waitRoom('room-tea', 'locked', (room) => room?.locked === true);
  await page.waitForSelector('#rooms tr[data-room="room-tea"] .tag:text-is("locked")');
});

test('a room can be ended from here', async () => {
  page.once('dialog', (dialog) => void dialog.accept());
  await page.click('#rooms tr[data-room="room-tea"] button:text-is("End")');
  await Promise.all(phones.map((phone) => phone.wait('end', (e) => e.event === 'ended')));
  await page.waitForSelector('#legs tr:has-text("Nobody is in a call")');
});

test('a guest is seen, and removed for good from here', async () => {
  const [link] = await site.control('link', 'tea', '--role', 'speaker', '--name', EVIL);
  const guest = await joinAsGuest(link.url);
  const row = `#sessions tr:has-text("${guest.user}")`;
  await page.waitForSelector(`${row} td:text-is("guest, speaker")`);
  await page.waitForSelector('#sessions tr td:text-is("account, this page")');
  assert.equal(await page.locator('img').count(), 0);
  await opened.shoot('admin-sessions');
  page.once('dialog', (dialog) => void dialog.accept());
  await page.click(`${row} button:text-is("Remove")`);
  await page.waitForSelector(row, { state: 'detached' });
  assert.equal((await guest.ask()).status, 401);
});

test('the session outlives a reload, not a log-out', async () => {
  await page.reload();
  await page.waitForSelector('#admin:not([hidden])');
  const sessions = (await site.control('sessions')).length;
  await page.click('#log-out');
  await until('its end', async () => (await site.control('sessions')).length === sessions - 1);
  await page.reload();
  await page.waitForSelector('#login:not([hidden])');
  assert.equal(await page.isVisible('#admin'), false);
});

test('the server is drained from here', async () => {
  await logIn('alice');
  await page.click('#drain');
  await page.click('#drain-yes');
  await site.server.ended; // nobody is in a call
  assert.deepEqual(opened.errors, []);
});
