// SPDX-License-Identifier: GPL-3.0-or-later
// Real browsers with cameras that can be told apart: each shows a colour of its own with a bar that moves.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const BROWSER = process.env.CONFER_CHROMIUM ?? '/usr/bin/chromium';
const WAIT_MSEC = 30000 * Number(process.env.CONFER_PATIENCE ?? 1);

/** YUV of a colour; the camera's picture. */
export const COLOURS = { red: [82, 90, 240], green: [145, 54, 34], blue: [41, 240, 110] };

/** A camera: some seconds of a colour with a white bar that moves. @param {string} path @param {keyof COLOURS} colour */
export function writeCamera(path, colour) {
  const [width, height, frames] = [320, 180, 50];
  const [y, u, v] = COLOURS[colour];
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F25:1 Ip A1:1 C420\n`)];
  for (let i = 0; i < frames; i++) {
    const luma = Buffer.alloc(width * height, y);
    for (let row = 0; row < height; row++) {
      luma.fill(235, row * width + i * 6, row * width + i * 6 + 8);
    }
    const chroma = (width / 2) * (height / 2);
    parts.push(Buffer.from('FRAME\n'), luma, Buffer.alloc(chroma, u), Buffer.alloc(chroma, v));
  }
  writeFileSync(path, Buffer.concat(parts));
}

/**
 * @typedef {{ way?: 'account' | 'link' | 'pin', name?: string, url?: string, pin?: string, waits?: boolean, context?: object, args?: string[] }} How
 */

/** Somebody with a browser of his own. */
export class Person {
  /**
   * Open a browser on the page of a room.
   * @param {import('../testing/site.mjs').Site} site @param {string} user @param {keyof COLOURS} colour @param {string} room @param {How} [how]
   */
  static async open(site, user, colour, room, how = {}) {
    const person = new Person();
    const camera = join(site.folder, `${user}.y4m`);
    writeCamera(camera, colour);
    person.site = site;
    person.user = user;
    person.shown = how.name ?? user[0].toUpperCase() + user.slice(1);
    person.url = how.url ?? `${site.url}m/${room}`;
    person.browser = await chromium.launch({
      executablePath: BROWSER,
      args: ['--no-sandbox', '--disable-gpu', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
        `--use-file-for-fake-video-capture=${camera}`, '--disable-background-networking', '--disable-component-update', '--disable-sync',
        '--allow-loopback-in-peer-connection', '--autoplay-policy=no-user-gesture-required',
        '--auto-select-desktop-capture-source=Entire screen', ...(how.args ?? [])],
    });
    person.context = await person.browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 760 }, ...how.context });
    const page = await person.context.newPage();
    person.page = page;
    /** @type {string[]} what the page complained of */
    person.errors = [];
    page.setDefaultTimeout(WAIT_MSEC);
    page.on('pageerror', (error) => person.errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && /Content Security Policy|Refused to/.test(message.text())) {
        person.errors.push(message.text());
      }
      if (process.env.CONFER_TRACE) {
        console.error(`${user}: ${message.text()}`);
      }
    });
    await page.goto(person.url);
    await page.waitForSelector('#join:not([hidden])');
    return person;
  }

  /** Open a browser and come in. @param {import('../testing/site.mjs').Site} site @param {string} user @param {keyof COLOURS} colour @param {string} room @param {How} [how] */
  static async join(site, user, colour, room, how = {}) {
    const person = await Person.open(site, user, colour, room, how);
    await person.enter(how);
    return person;
  }

  /** Fill the form in and send it. @param {How} [how] */
  async enter(how = {}) {
    const { page } = this;
    await page.fill('#name', this.shown);
    if ((how.way ?? 'account') === 'account') {
      if (await page.locator('#way:not([hidden])').count() > 0) {
        await page.check('#way-account', { force: true });
      }
      await page.fill('#user', this.user);
      await page.fill('#password', this.user);
    } else if (how.way === 'pin') {
      await page.check('#way-pin', { force: true });
      await page.fill('#pin', how.pin ?? '');
    }
    await page.waitForFunction(() => document.querySelector('#preview').videoWidth > 0);
    await page.click('#join-button');
    await page.waitForSelector(how.waits ? '#waiting:not([hidden])' : '#meeting:not([hidden])');
  }

  /** Wait until a tile (by name) shows @colour and its picture moves. @param {string} name @param {keyof COLOURS} colour */
  async sees(name, colour) {
    await this.page.waitForFunction(([who, wanted]) => {
      const tile = [...document.querySelectorAll('.tile')].find((t) => t.querySelector('.name').textContent === who);
      const video = tile?.querySelector('video');
      if (!video || video.hidden || video.videoWidth === 0) {
        return false;
      }
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 36 });
      const paint = canvas.getContext('2d');
      paint.drawImage(video, 0, 0, 64, 36);
      const pixels = paint.getImageData(0, 0, 64, 36).data;
      const sum = [0, 0, 0, 0];
      for (let i = 0; i < pixels.length; i++) {
        sum[i % 4] += i % 4 < 3 ? pixels[i] : 0;
      }
      const index = { red: 0, green: 1, blue: 2 }[wanted];
      const isColour = sum.every((value, i) => i === index || value < sum[index] * 0.75);
      window.confer ??= {};
      const before = window.confer[who];
      const print = pixels.join();
      window.confer[who] = before && before !== print ? 'moves' : before === 'moves' ? 'moves' : print;
      return isColour && window.confer[who] === 'moves';
    }, [name, colour], { polling: 250 });
  }

  /** Forget what was seen: it has to move anew. */
  async looksAgain() {
    await this.page.evaluate(() => { window.confer = {}; });
  }

  /** @param {'speaker' | 'grid' | 'audio'} mode */
  layout(mode) {
    return this.page.click(`[data-mode="${mode}"]`);
  }

  /** @param {'people' | 'chat'} name */
  async openPanel(name) {
    if (await this.page.getAttribute(`#${name}-button`, 'aria-pressed') !== 'true') {
      await this.page.click(`#${name}-button`);
    }
  }

  /** Choose an action for somebody in the list of people. @param {string} name @param {string} action */
  async moderate(name, action) {
    await this.openPanel('people');
    await this.page.click(`#people-list li:has-text("${name}") summary`);
    await this.page.click(`#people-list li:has-text("${name}") .actions button:text-is("${action}")`);
  }

  /** A picture of the page, where CONFER_SHOTS names a folder. @param {string} name */
  async shoot(name) {
    const folder = process.env.CONFER_SHOTS;
    if (folder) {
      mkdirSync(folder, { recursive: true });
      await this.page.screenshot({ path: join(folder, `${name}.png`) });
    }
  }

  async leave() {
    await this.browser.close();
  }
}
