// SPDX-License-Identifier: GPL-3.0-or-later
// A real server and real browsers with cameras that can be told apart: each shows a colour of its own with a bar that moves.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
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

/** A port of loopback that is free, and the next one too as far as can be told. */
function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port & ~1));
    });
  });
}

/** A server that is ready, with its folder. */
export class Site {
  static async open() {
    const site = new Site();
    site.url = '';
    site.folder = mkdtempSync(join(tmpdir(), 'confer-web-'));
    site.port = await freePort();
    site.process = spawn(join(process.env.CONFER_BUILD ?? join(root, 'build'), 'conferd'),
      ['--dev', '--listen', `127.0.0.1:${site.port}`, '--web', `127.0.0.1:${site.port + 2}`, '--state', site.folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    site.ended = new Promise((resolve) => site.process.once('exit', resolve));
    for await (const line of createInterface({ input: site.process.stdout })) {
      if (line.startsWith('ready')) {
        break;
      }
    }
    site.url = `https://localhost:${site.port + 2}/`;
    return site;
  }

  async close() {
    this.process.kill('SIGTERM');
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Somebody with a browser of his own. */
export class Person {
  /** @param {Site} site @param {string} user @param {keyof COLOURS} colour @param {string} room */
  static async join(site, user, colour, room) {
    const person = new Person();
    const camera = join(site.folder, `${user}.y4m`);
    writeCamera(camera, colour);
    person.browser = await chromium.launch({
      executablePath: BROWSER,
      args: ['--no-sandbox', '--disable-gpu', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
        `--use-file-for-fake-video-capture=${camera}`, '--disable-background-networking', '--disable-component-update', '--disable-sync',
        '--allow-loopback-in-peer-connection',
        '--autoplay-policy=no-user-gesture-required', '--auto-select-desktop-capture-source=Entire screen'],
    });
    const context = await person.browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1180, height: 720 } });
    const page = await context.newPage();
    person.page = page;
    person.user = user;
    page.setDefaultTimeout(WAIT_MSEC);
    page.on('pageerror', (error) => console.error(`${user}: ${error}`));
    if (process.env.CONFER_TRACE) {
      page.on('console', (message) => console.error(`${user}: ${message.text()}`));
    }
    await page.goto(`${site.url}#${room}`);
    await page.fill('#name', user[0].toUpperCase() + user.slice(1));
    await page.fill('#user', user);
    await page.fill('#password', user);
    await page.fill('#room', room);
    await page.waitForFunction(() => document.querySelector('#preview').videoWidth > 0);
    await page.click('#join-button');
    await page.waitForSelector('#meeting:not([hidden])');
    return person;
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

  /** @param {'speaker' | 'grid' | 'audio'} mode */
  layout(mode) {
    return this.page.click(`[data-mode="${mode}"]`);
  }

  async leave() {
    await this.browser.close();
  }
}
