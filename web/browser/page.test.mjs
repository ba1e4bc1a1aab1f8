// SPDX-License-Identifier: GPL-3.0-or-later
// The page in real browsers: who joins is seen, layouts switch, moderators moderate, people write to each other.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { shoot } from './looks.mjs';
import { Person } from './meeting.mjs';
import '../clients/platform.mjs';
import { Site, until } from '../testing/site.mjs';
const { default: JsSIP } = await import('jssip');

/** @type {Site} */
let site;
/** @type {Person} */
let alice;
/** @type {Person} */
let bob;

before(async () => {
  site = await Site.open();
  [alice, bob] = await Promise.all([Person.join(site, 'alice', 'red', 'web'), Person.open(site, 'bob', 'blue', 'web')]);
  await bob.enter();
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
  await site.control('subject', 'room-web', 'Quarterly review of the northern region, with guests from elsewhere');
  await alice.page.waitForSelector('#subject:has-text("Quarterly review")');
  await alice.shoot('grid');
});

test('who speaks is marked', async () => {
  await alice.page.waitForSelector('.tile.talks:has-text("Bob")');
  await alice.openPanel('people');
  await alice.page.waitForSelector('#people-list .talks:has-text("Bob")');
});

test('the active speaker is shown large, miniatures below', async () => {
  await alice.layout('speaker');
  await alice.page.waitForFunction(() => {
    const video = document.querySelector('.tile.large video');
    return video && !video.hidden && video.videoWidth > 0;
  });
  await alice.shoot('speaker');
});

test('audio only shows faces', async () => {
  await bob.layout('audio');
  await bob.page.waitForSelector('.stage.audio .tile:has-text("Alice")');
  // Nothing else is asked of the server: no picture comes any more.
  await site.waitRoom('room-web', 'without pictures for Bob', (room) => !room.participants.find((p) => p.user === 'sip:bob@localhost').devices[0].streams
    .some((stream) => stream.kind === 'video' && stream.out > 0));
  await bob.shoot('audio');
});

test('pictures come back after audio only', async () => {
  await bob.looksAgain();
  await bob.layout('grid');
  await bob.sees('Alice', 'red');
});

test('encryption and figures are shown', async () => {
  await alice.page.waitForSelector('#encryption:not([hidden])');
  await alice.page.keyboard.press('q');
  await alice.page.waitForSelector('#quality-rows tr:has-text("Your camera")');
  assert.match(await alice.page.textContent('#quality-facts'), /DTLS-SRTP, AEAD-AES-128-GCM/);
  await alice.shoot('connection');
});

test('a raised hand is seen by others', async () => {
  await alice.openPanel('people');
  await bob.page.click('#hand');
  await alice.page.waitForSelector('#people-list li:has-text("Bob") .is-raised');
  await alice.page.waitForSelector('.tile:has-text("Bob") .raised:not([hidden])');
  await alice.shoot('people');
});

test('a menu closes by Escape, or by going elsewhere', async () => {
  const menu = '#people-list li:has-text("Bob") .menu';
  const summary = alice.page.locator(`${menu} summary`);
  await alice.openPanel('people');
  await summary.focus();
  await alice.page.keyboard.press('Enter');
  await alice.page.waitForSelector(`${menu}[open]`);
  await alice.page.keyboard.press('Escape');
  await alice.page.waitForSelector(`${menu}:not([open])`);
  assert.equal(await alice.page.isVisible('#side'), true, 'the list is still there');
  assert.equal(await summary.evaluate((element) => element === document.activeElement), true);
  // Where a click takes no keys along, too.
  await alice.page.locator(menu).evaluate((element) => { /** @type {HTMLElement} */ (document.activeElement).blur(); element.open = true; });
  await alice.page.keyboard.press('Escape');
  await alice.page.waitForSelector(`${menu}:not([open])`);
  assert.equal(await alice.page.isVisible('#side'), true, 'the list is still there');
  await summary.click();
  await alice.page.waitForSelector(`${menu}[open]`);
  await alice.page.click('#badge');
  await alice.page.waitForSelector(`${menu}:not([open])`);
});

test('who is muted is seen, and can be muted by moderators', async () => {
  await bob.page.keyboard.press('m');
  await alice.page.waitForSelector('.tile:has-text("Bob") .muted:not([hidden])');
  await alice.page.waitForSelector('.tile:has-text("Bob"):not(.talks)');
  await bob.page.keyboard.press('m');
  await alice.page.waitForSelector('.tile:has-text("Bob") .muted[hidden]', { state: 'attached' });
  await alice.moderate('Bob', 'Mute');
  await alice.page.waitForSelector('#people-list li:has-text("Bob") .is-muted');
  assert.equal(await alice.page.locator('#people-list li:has-text("Bob") summary').evaluate((element) => element === document.activeElement), true, 'where the menu was');
  await bob.page.waitForSelector('#mic[aria-pressed="false"]');
  await bob.page.click('#mic'); // what a moderator muted only one unmutes
  await bob.page.waitForSelector('.notices:has-text("A moderator has muted you.")');
  await alice.moderate('Bob', 'Unmute');
  await bob.page.click('#mic');
  await alice.page.waitForSelector('.tile:has-text("Bob") .muted[hidden]', { state: 'attached' });
});

test('what is said for a moment hides no picture, name or control', async () => {
  const size = alice.page.viewportSize();
  for (const viewport of [size, { width: 390, height: 760 }, { width: 760, height: 390 }]) {
    await alice.page.setViewportSize(viewport);
    for (const mode of ['speaker', 'grid']) {
      await alice.layout(mode);
      const phone = site.phone('carol', 'sip:room-web@localhost', '--audio', 'silence', '--video', 'none', '--name', 'Carol');
      try {
        await alice.page.waitForSelector('.meeting .notice:has-text("Carol is here")');
        assert.deepEqual(await alice.page.evaluate(hiddenByNotices), [], `${mode} at ${viewport.width}`);
      } finally {
        await phone.end();
      }
      await alice.page.waitForSelector('.meeting .notice:has-text("Carol has left")');
    }
  }
  await alice.page.setViewportSize(size);
});

test('three who knock with long names leave the controls of a small phone where they are', async () => {
  const size = alice.page.viewportSize();
  await alice.openPanel('people');
  await alice.page.click('#room-tools button:has-text("Lobby on")');
  await alice.page.waitForSelector('#badge:has-text("lobby")');
  await alice.page.click('#side-close');
  const phones = ['carol', 'dave', 'erin'].map((user) => site.phone(user, 'sip:room-web@localhost', '--audio', 'silence', '--video', 'none',
    '--name', `${user} ${'Wolfeschlegelsteinhausen '.repeat(3)}`.slice(0, 60).trim()));
  try {
    await alice.page.waitForFunction(() => document.querySelectorAll('.knock').length === 3);
    for (const viewport of [{ width: 320, height: 568 }, { width: 390, height: 760 }, size]) {
      await alice.page.setViewportSize(viewport);
      for (const mode of ['speaker', 'grid']) {
        await alice.layout(mode);
        assert.deepEqual(await alice.page.evaluate(hiddenByNotices), [], `${mode} at ${viewport.width}`);
        assert.deepEqual(await alice.page.evaluate(outOfReach), [], `${mode} at ${viewport.width}`);
      }
    }
    await alice.page.setViewportSize({ width: 320, height: 568 });
    await shoot(alice.page, 'knocking-three');
    await alice.page.locator('.knock button:has-text("Send away")').last().click(); // it is scrolled to
    await alice.page.waitForFunction(() => document.querySelectorAll('.knock').length === 2);
  } finally {
    await Promise.all(phones.map((phone) => phone.end()));
    await alice.page.setViewportSize(size);
  }
  await alice.page.waitForSelector('#knocking', { state: 'hidden' });
  await alice.openPanel('people');
  await alice.page.click('#room-tools button:has-text("Lobby off")');
  await alice.page.waitForSelector('#badge:not(:has-text("lobby"))');
});

/** Controls that a finger does not hit, and a stage that has no room. */
function outOfReach() {
  const missed = [...document.querySelectorAll('.controls button')].filter((button) => {
    const { left, top, width, height } = button.getBoundingClientRect();
    return width > 0 && !button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  });
  return [...missed.map((button) => button.id), ...(document.querySelector('#stage').clientHeight < 80 ? ['stage'] : [])];
}

/** What lies below notices, banner or who knocks, or would if these were larger. */
function hiddenByNotices() {
  /** What is seen of it: those who knock may have to be scrolled. */
  const boxOf = (/** @type {Element} */ element) => {
    const box = element.getBoundingClientRect();
    const frame = element.closest('.alerts')?.getBoundingClientRect() ?? box;
    const [top, bottom] = [Math.max(box.top, frame.top), Math.min(box.bottom, frame.bottom)];
    return new DOMRect(box.left, top, bottom > top ? box.width : 0, Math.max(0, bottom - top));
  };
  const seen = (/** @type {string} */ selector) => [...document.querySelectorAll(selector)].filter((element) => boxOf(element).width > 0);
  const meet = (/** @type {DOMRect} */ a, /** @type {DOMRect} */ b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const outside = (/** @type {DOMRect} */ box) => box.left < -1 || box.right > innerWidth + 1 || box.top < -1 || box.bottom > innerHeight + 1;
  const notices = seen('.notice, #banner, .knock');
  return [
    ...(notices.length === 0 ? ['there is nothing that could hide'] : []),
    ...notices.filter((notice) => outside(boxOf(notice))).map((notice) => `${notice.textContent} is outside`),
    ...notices.flatMap((notice) => seen('#meeting .tile, #meeting .caption, #meeting button, #meeting h1').filter((element) => !notice.contains(element))
      .filter((element) => meet(boxOf(notice), boxOf(element))).map((element) => `${element.className || element.id} below ${notice.textContent}`)),
  ];
}

test('a link that the page may not copy is shown, to be copied by a key', async () => {
  await alice.openPanel('people');
  await alice.page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError')); });
  await alice.page.click('#room-tools button:has-text("Copy the link")');
  await alice.page.waitForSelector('#invite-dialog[open]');
  assert.match(await alice.page.textContent('#invite-words'), /may come in/);
  const chosen = await alice.page.evaluate(() => {
    const input = /** @type {HTMLInputElement} */ (document.activeElement);
    return input.id === 'invite-link' && input.value.slice(input.selectionStart ?? 0, input.selectionEnd ?? 0);
  });
  assert.match(String(chosen), /^https?:\/\/.*\/m\/web#/);
  await alice.page.keyboard.press('Escape');
  await alice.page.waitForSelector('#invite-dialog', { state: 'hidden' });
});

test('what one writes the other reads', async () => {
  await bob.openPanel('chat');
  await alice.openPanel('chat');
  await alice.page.fill('#say', 'Hello <b>Bob</b>');
  await alice.page.press('#say', 'Enter');
  await bob.page.waitForSelector('#messages li:has-text("Hello <b>Bob</b>")');
  assert.equal(await bob.page.locator('#messages b b').count(), 0, 'text is never read as markup');
  await bob.shoot('chat');
});

/** Somebody who writes as Linphone from 5.4 on does: there is no such one that a test could start. Until the end of a test. @param {import('node:test').TestContext} t */
async function linphone(t) {
  const ua = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(`${site.url.replace(/^http/, 'ws')}sip`)], uri: 'sip:dave@localhost', password: 'dave', display_name: 'Dave',
    user_agent: 'LinphoneDesktop/5.4.0 LinphoneSDK/5.4.0', session_timers: false,
  });
  /** @type {any[]} */
  const read = [];
  ua.on('newMessage', (/** @type {any} */ e) => { if (e.originator === 'remote') { read.push(e.request); } });
  const registered = new Promise((resolve, reject) => { ua.once('registered', resolve); ua.once('registrationFailed', reject); });
  t.after(() => ua.stop());
  ua.start();
  await registered;
  const session = ua.call('sip:room-web@localhost', {
    mediaStream: { getTracks: () => [] },
    eventHandlers: {
      sending: (/** @type {any} */ e) => e.request.setHeader('Contact', `${e.request.getHeader('Contact')};+org.linphone.specs="groupchat/1.2,conference/2.0"`),
    },
  });
  const { response } = await new Promise((resolve, reject) => { session.once('accepted', resolve); session.once('failed', reject); });
  const focus = response.parseHeader('contact').uri.toString();
  const write = (/** @type {string} */ type, /** @type {string} */ text) => new Promise((resolve, reject) => {
    const body = `From: "Dave" <sip:dave@localhost>\r\nTo: <${focus}>\r\nDateTime: 2026-01-01T00:00:00Z\r\nNS: imdn <urn:ietf:params:imdn>\r\n`
      + `imdn.Message-ID: m1\r\nimdn.Disposition-Notification: positive-delivery, display\r\n\r\nContent-Type: ${type}\r\n\r\n${text}`;
    ua.sendMessage(focus, body, { contentType: 'message/cpim', eventHandlers: { succeeded: resolve, failed: reject } });
  });
  return { read, write };
}

test('who writes in the envelopes of Linphone is read, and reads', async (t) => {
  const dave = await linphone(t);
  const count = await alice.page.locator('#messages li').count();
  await dave.write('application/im-iscomposing+xml', '<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>active</state></isComposing>');
  await dave.write('text/plain; charset=UTF-8', 'Tee? \u{1f375}');
  for (const person of [alice, bob]) {
    await person.page.waitForSelector('#messages li:has-text("Dave"):has-text("Tee? \u{1f375}")');
  }
  assert.equal(await alice.page.locator('#messages li').count(), count + 1, 'that somebody is writing is no message');
  await alice.openPanel('chat');
  await alice.page.fill('#say', 'Yes, please');
  await alice.page.press('#say', 'Enter');
  const answer = await until('the answer', () => dave.read.find((request) => request.body.includes('Yes, please')));
  assert.equal(answer.getHeader('Content-Type'), 'message/cpim');
  assert.match(answer.body, /^From: Alice <sip:alice@localhost>\r\n/, answer.body);
  assert.match(answer.body, /\r\n\r\nContent-Type: text\/plain[^]*\r\n\r\nYes, please$/);
});

test('a locked room lets nobody in', async () => {
  await alice.openPanel('people');
  await alice.page.click('#room-tools button:has-text("Lock")');
  await alice.page.waitForSelector('#badge:has-text("locked")');
  const phone = site.phone('carol', 'sip:room-web@localhost', '--audio', 'silence', '--video', 'none');
  try {
    const outcome = await phone.wait('refusal', (e) => e.event === 'outcome' || e.event === 'ended');
    assert.notEqual(outcome.status, 200);
  } finally {
    await phone.end();
  }
  await alice.page.click('#room-tools button:has-text("Unlock")');
});

test('a moderator removes somebody', async () => {
  await alice.moderate('Bob', 'Remove');
  await bob.page.waitForSelector('#over-reason:has-text("A moderator has removed you")');
  await alice.page.waitForFunction(() => document.querySelectorAll('#people-list li').length === 1);
  await bob.shoot('over');
});

test('nothing was refused by the policy of the page or went wrong in it', () => {
  assert.deepEqual([alice.errors, bob.errors], [[], []]);
});
