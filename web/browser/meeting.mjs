// SPDX-License-Identifier: GPL-3.0-or-later
// Real browsers with cameras that can be told apart: each shows a colour of its own with a bar that moves.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { look, shoot } from './looks.mjs';

const BROWSER = process.env.CONFER_CHROMIUM ?? '/usr/bin/chromium';
const WAIT_MSEC = 30000 * Number(process.env.CONFER_PATIENCE ?? 1);

/** YUV of a colour; the camera's picture. */
const COLOURS = { red: [82, 90, 240], green: [145, 54, 34], blue: [41, 240, 110] };

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

/** A steady tone as a WAV file, a second that can be repeated. @param {string} path @param {number} hz @param {number} seconds @param {number} [rate] */
export function writeTone(path, hz, seconds, rate = 16000) {
  const samples = Buffer.alloc(rate * seconds * 2);
  for (let i = 0; i < rate * seconds; i++) {
    samples.writeInt16LE(Math.round(6000 * Math.sin((2 * Math.PI * hz * i) / rate)), i * 2);
  }
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  writeFileSync(path, Buffer.concat([head, samples]));
}

/** How loud a tone is at the end of a recording of one channel of 16 bits, in dB of full scale (Goertzel). @param {Buffer} recording @param {number} rate @param {number} hz */
export function toneIn(recording, rate, hz) {
  const count = Math.floor(rate / 2);
  if (recording.length < count * 2 + 44) {
    return -120;
  }
  const from = (recording.length & ~1) - count * 2;
  const turn = (2 * Math.PI * hz) / rate;
  let [before, last] = [0, 0];
  for (let i = 0; i < count; i++) {
    const sample = (recording.readInt16LE(from + i * 2) / 32768) * (1 - Math.cos((2 * Math.PI * i) / count));
    [before, last] = [last, sample + 2 * Math.cos(turn) * last - before];
  }
  const power = last * last + before * before - 2 * Math.cos(turn) * last * before;
  return 10 * Math.log10(Math.max(1e-12, (4 * power) / (count * count)));
}

/**
 * @typedef {{ tone?: string, way?: 'account' | 'link' | 'pin', name?: string, url?: string, pin?: string, waits?: boolean, context?: object, args?: string[] }} How
 */

/**
 * A browser with a page; what that complains of is kept.
 * @param {string} url @param {{ context?: object, args?: string[] }} [how]
 */
export async function openPage(url, how = {}) {
  const browser = await chromium.launch({
    executablePath: BROWSER,
    args: ['--no-sandbox', '--disable-gpu', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--allow-loopback-in-peer-connection', '--autoplay-policy=no-user-gesture-required', ...(how.args ?? [])],
  });
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 760 }, ...how.context });
  // A steady tone is noise to the browser's ears.
  await context.addInitScript(() => {
    const ask = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
    if (ask) {
      navigator.mediaDevices.getUserMedia = (wanted) => ask({
        ...wanted, audio: wanted.audio && { ...wanted.audio, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
    }
  });
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  context.setDefaultTimeout(WAIT_MSEC);
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Refused to/.test(message.text())) {
      errors.push(message.text());
    }
    if (process.env.CONFER_TRACE) {
      console.error(message.text());
    }
  });
  await page.goto(url);
  return { browser, context, page, errors, shoot: (/** @type {string} */ name) => look(page, name, errors) };
}

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
    const opened = await openPage(person.url, {
      context: how.context,
      args: [`--use-file-for-fake-video-capture=${camera}`, ...(how.tone ? [`--use-file-for-fake-audio-capture=${how.tone}`] : [])],
    });
    Object.assign(person, opened);
    await person.page.waitForSelector('#join:not([hidden])');
    return person;
  }

  /**
   * Somebody whose browser was opened already. @param {import('../testing/site.mjs').Site} site @param {string} user @param {string} shown
   * @param {{ page: any, browser: { close: () => Promise<void> } }} opened
   */
  static with(site, user, shown, opened) {
    return Object.assign(new Person(), { site, user, shown, ...opened, shoot: (/** @type {string} */ name) => shoot(opened.page, name) });
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

  /** Wait until a tile (by name) shows a colour and its picture moves. @param {string} name @param {keyof COLOURS | 'purple'} colour */
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
      const is = {
        red: (r, g, b) => r > 140 && g < 90 && b < 90, green: (r, g, b) => g > 90 && r < g * 0.6 && b < g * 0.6,
        blue: (r, g, b) => b > 140 && r < 90 && g < 90, purple: (r, g, b) => r > 90 && b > 80 && g < 80 && Math.abs(r - b) < 70,
      }[wanted];
      let count = 0;
      for (let i = 0; i < pixels.length; i += 4) {
        count += is(pixels[i], pixels[i + 1], pixels[i + 2]) ? 1 : 0;
      }
      const isColour = count > 0.25 * 64 * 36; // a card of confer call has half of it
      window.confer ??= {};
      const before = window.confer[who];
      const print = pixels.join();
      window.confer[who] = before && before !== print ? 'moves' : before === 'moves' ? 'moves' : print;
      return isColour && window.confer[who] === 'moves';
    }, [name, colour], { polling: 250 });
  }

  /**
   * Wait until just these tones are in what is played, and no other of @all. @param {number[]} tones in Hz @param {number[]} all
   */
  async hears(tones, all) {
    await this.page.waitForFunction(([wanted, every]) => {
      const sound = document.querySelector('#sound');
      if (!sound.srcObject) {
        return false;
      }
      if (window.ear?.stream !== sound.srcObject) {
        const context = new AudioContext();
        const analyser = context.createAnalyser();
        analyser.fftSize = 8192;
        context.createMediaStreamSource(sound.srcObject).connect(analyser);
        window.ear = { stream: sound.srcObject, analyser, rate: context.sampleRate };
      }
      const { analyser, rate } = window.ear;
      const levels = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(levels);
      const at = (hz) => Math.max(...levels.slice(Math.round((hz * 8192) / rate) - 2, Math.round((hz * 8192) / rate) + 3));
      window.levels = every.map((hz) => [hz, Math.round(at(hz))]);
      return every.every((hz) => (wanted.includes(hz) ? at(hz) > -55 : at(hz) < -65));
    }, [tones, all], { polling: 200 }).catch(async (error) => {
      throw new Error(`${this.user} hears ${JSON.stringify(await this.page.evaluate(() => window.levels))}: ${error}`);
    });
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

  async leave() {
    await this.browser.close();
  }
}
