// SPDX-License-Identifier: GPL-3.0-or-later
// The way of somebody new: `make run` prints a link, which opened in two tabs is a meeting of two within a minute. In a network of its own
// (testing/alone.mjs), where the ports of a development server are free.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openPage, Person, writeCamera } from '../meeting.mjs';
import { BUILD, Program, root } from '../../testing/site.mjs';

const MINUTE_MSEC = 60000;
/** @type {string} */
let folder;
/** @type {Program} */
let made;
/** @type {Awaited<ReturnType<typeof openPage>>} */
let opened;

before(() => {
  assert.ok(process.env.CONFER_ALONE, 'run it by: node testing/alone.mjs browser/alone/first.test.mjs');
  folder = mkdtempSync(join(tmpdir(), 'confer-first-'));
  // What make run starts, by its own word, once it has built what is built already.
  const recipe = execFileSync('make', ['-n', '--no-print-directory', '-C', root, 'run', `STATE=${folder}`]).toString().trim().split('\n');
  const [, words] = /** @type {RegExpExecArray} */ (/^build\/conferd (.+)$/.exec(recipe.at(-1) ?? ''));
  made = new Program('conferd', join(BUILD, 'conferd'), words.replaceAll('"', '').split(' '));
});

after(async () => {
  await opened?.browser.close();
  await made?.end();
  rmSync(folder, { recursive: true, force: true });
});

test('the link of make run, opened in two tabs, is a meeting of two within a minute', async (t) => {
  const printed = (/** @type {any} */ event) => /https?:\/\/\S+\/m\/\S+#\S+/.exec(event.text ?? '')?.[0];
  const url = /** @type {string} */ (printed(await made.wait('link', (event) => Boolean(printed(event)))));
  await made.wait('ready', (event) => event.text?.startsWith('ready'));
  const began = Date.now();
  const camera = join(folder, 'camera.y4m');
  writeCamera(camera, 'red');
  opened = await openPage(url, { args: [`--use-file-for-fake-video-capture=${camera}`] });
  const people = [opened.page, await opened.context.newPage()].map((page, index) => Person.with(/** @type {any} */ ({}), '', `Guest ${index + 1}`, { page, browser: opened.browser }));
  await people[1].page.goto(url);
  for (const { page, shown } of people) {
    await page.waitForSelector('#join:not([hidden])');
    await page.fill('#name', shown);
    await page.click('#join-button');
    await page.waitForSelector('#meeting:not([hidden])');
  }
  await Promise.all(people.map((person) => person.layout('grid')));
  await people[0].sees('Guest 2', 'red');
  await people[1].sees('Guest 1', 'red');
  const took = Date.now() - began;
  t.diagnostic(`after ${(took / 1000).toFixed(1)} s`);
  assert.ok(took < MINUTE_MSEC, `after ${took} ms`);
  assert.deepEqual(opened.errors, []);
});
