// SPDX-License-Identifier: GPL-3.0-or-later
// A real Firefox without a display, asked by Marionette, which is what it speaks itself: JSON over TCP, each message with its length before
// it. A page of it does what tests ask of one of Playwright's, as far as they ask.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './site.mjs';

const POLL_MSEC = 250;
/** What a test wants to be otherwise than people do. */
const PREFERENCES = {
  'marionette.port': 0, // one that is free; the profile tells which
  'media.cubeb.force_mock_context': true, // a machine without a sound card plays nothing else
  'media.navigator.permission.disabled': true,
  'media.navigator.streams.fake': true,
  'media.peerconnection.ice.loopback': true,
  'permissions.default.camera': 1, // who has no such permission has no local address but one
  'permissions.default.microphone': 1,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.page': 0,
  'browser.startup.homepage': 'about:blank',
  'startup.homepage_welcome_url': 'about:blank',
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.aboutwelcome.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.normandy.enabled': false,
  'messaging-system.rsexperimentloader.enabled': false,
  'services.settings.server': 'data:,#none',
};

/** The connection: one question, one answer, by number. */
class Wire {
  /** @param {number} port */
  constructor(port) {
    this.waiting = new Map();
    this.count = 0;
    this.kept = Buffer.alloc(0);
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (octets) => this.#take(octets));
    this.socket.on('error', () => this.socket.destroy());
    this.socket.on('close', () => {
      this.waiting.forEach(({ reject }) => reject(new Error('Firefox is gone')));
      this.waiting.clear();
    });
  }

  /** @param {Buffer} octets */
  #take(octets) {
    this.kept = Buffer.concat([this.kept, octets]);
    for (let colon = this.kept.indexOf(':'); colon > 0; colon = this.kept.indexOf(':')) {
      const end = colon + 1 + Number(this.kept.subarray(0, colon));
      if (this.kept.length < end) {
        return;
      }
      const message = JSON.parse(this.kept.subarray(colon + 1, end).toString());
      this.kept = this.kept.subarray(end);
      if (Array.isArray(message)) { // the first one only says hello
        const [, id, error, result] = message;
        const waiter = this.waiting.get(id);
        this.waiting.delete(id);
        if (error) {
          waiter?.reject(new Error(`${error.error}: ${error.message}`));
        } else {
          waiter?.resolve(result);
        }
      }
    }
  }

  /** @param {string} command @param {object} [parameters] @returns {Promise<any>} */
  ask(command, parameters = {}) {
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) {
        reject(new Error('Firefox is gone'));
        return;
      }
      const id = ++this.count;
      const text = JSON.stringify([0, id, command, parameters]);
      this.waiting.set(id, { resolve, reject });
      this.socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
  }
}

/** A page of Firefox. Selectors are those of CSS, nothing more. */
class FirefoxPage {
  /** @param {Wire} wire */
  constructor(wire) {
    this.wire = wire;
  }

  /** @param {string} url */
  async goto(url) {
    await this.wire.ask('WebDriver:Navigate', { url });
  }

  /** @param {(wanted: any) => any} what runs in the page @param {unknown} [wanted] */
  async evaluate(what, wanted) {
    return (await this.wire.ask('WebDriver:ExecuteScript', { script: `return (${what})(arguments[0])`, args: [wanted ?? null] })).value;
  }

  /** @param {(wanted: any) => any} what @param {unknown} [wanted] */
  async waitForFunction(what, wanted) {
    await until(`Firefox: ${String(what).slice(0, 60)} (${JSON.stringify(wanted)})`, async () => {
      if (await this.evaluate(what, wanted)) {
        return true;
      }
      await new Promise((resolve) => { setTimeout(resolve, POLL_MSEC); });
      return false;
    });
  }

  /** @param {string} selector */
  waitForSelector(selector) {
    return this.waitForFunction((wanted) => document.querySelector(wanted) !== null, selector);
  }

  /** @param {string} selector @returns {Promise<string>} */
  async #find(selector) {
    const { value } = await this.wire.ask('WebDriver:FindElement', { using: 'css selector', value: selector });
    return Object.values(value)[0];
  }

  /** Click as people do: what can't be clicked is an error. @param {string} selector */
  async click(selector) {
    await this.wire.ask('WebDriver:ElementClick', { id: await this.#find(selector) });
  }

  /** @param {string} selector @param {string} text */
  async fill(selector, text) {
    const id = await this.#find(selector);
    await this.wire.ask('WebDriver:ElementClear', { id });
    await this.wire.ask('WebDriver:ElementSendKeys', { id, text });
  }

  /** @param {string} selector */
  async check(selector) {
    await this.evaluate((wanted) => document.querySelector(wanted).click(), selector);
  }

  /** @param {string} selector */
  locator(selector) {
    return { count: () => this.evaluate((wanted) => document.querySelectorAll(wanted).length, selector) };
  }

  /** @param {{ path: string }} where */
  async screenshot({ path }) {
    const { value } = await this.wire.ask('WebDriver:TakeScreenshot', { full: false });
    writeFileSync(path, Buffer.from(value, 'base64'));
  }
}

/** Start a Firefox with one page. @param {string} file the program */
export async function startFirefox(file) {
  const profile = mkdtempSync(join(tmpdir(), 'confer-firefox-'));
  writeFileSync(join(profile, 'user.js'), Object.entries(PREFERENCES)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''));
  const program = spawn(file, ['--headless', '--no-remote', '--marionette', '--profile', profile],
    { env: { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' }, stdio: process.env.CONFER_TRACE ? 'inherit' : 'ignore' });
  const ended = new Promise((resolve) => { program.once('exit', resolve); });
  process.once('exit', () => program.kill('SIGKILL')); // a test that breaks off leaves nothing behind
  const close = async () => {
    program.kill('SIGTERM');
    const late = setTimeout(() => program.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(late);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const port = await until('a port of Firefox', () => {
      try {
        return Number(readFileSync(join(profile, 'MarionetteActivePort'), 'utf8')) || undefined;
      } catch {
        return undefined;
      }
    });
    const wire = new Wire(port);
    await wire.ask('WebDriver:NewSession', { acceptInsecureCerts: true });
    // The first tab is the browser's own, which shows what it wants, when it wants.
    const { handle } = await wire.ask('WebDriver:NewWindow', { type: 'tab', focus: true });
    await wire.ask('WebDriver:SwitchToWindow', { handle, focus: true });
    await wire.ask('WebDriver:SetWindowRect', { width: 1280, height: 760 });
    return { page: new FirefoxPage(wire), browser: { close } };
  } catch (error) {
    await close();
    throw error;
  }
}
