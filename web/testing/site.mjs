// SPDX-License-Identifier: GPL-3.0-or-later
// A real server on ports of its own, and what tests ask of it.
import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const BUILD = process.env.CONFER_BUILD ?? join(root, 'build');
/** How long anything may take. */
const WAIT_MSEC = 20000 * Number(process.env.CONFER_PATIENCE ?? 1);
const POLL_MSEC = 100;

/** An even port of loopback that is free, and the next ones too as far as can be told. @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
      probe.close(() => resolve(port & ~3));
    });
  });
}

/** A program that prints JSON lines: events that are waited for. */
export class Program {
  /** @param {string} name @param {string} file @param {string[]} args @param {Record<string, string>} [env] more of the environment */
  constructor(name, file, args, env = {}) {
    this.name = name;
    /** @type {any[]} */
    this.events = [];
    /** @type {(() => void)[]} */
    this.waiters = [];
    this.process = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', process.env.CONFER_TRACE ? 'inherit' : 'ignore'] });
    this.ended = new Promise((resolve) => this.process.once('exit', resolve));
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      this.events.push(line.startsWith('{') ? JSON.parse(line) : { event: 'text', text: line });
      this.waiters.splice(0).forEach((wake) => wake());
    });
    void this.ended.then(() => this.waiters.splice(0).forEach((wake) => wake()));
  }

  /** The first event from @from on that matches. @param {string} what @param {(event: any) => boolean} matches */
  async wait(what, matches, from = 0) {
    const end = Date.now() + WAIT_MSEC;
    for (let at = from; ; at++) {
      while (at >= this.events.length) {
        if (Date.now() > end || this.process.exitCode !== null) {
          throw new Error(`${this.name}: no ${what}; last: ${JSON.stringify(this.events.slice(-3))}`);
        }
        await new Promise((resolve) => { this.waiters.push(() => resolve(undefined)); setTimeout(resolve, POLL_MSEC); });
      }
      if (matches(this.events[at])) {
        return this.events[at];
      }
    }
  }

  /** @param {string} line */
  say(line) {
    this.process.stdin.write(`${line}\n`);
  }

  async end() {
    this.process.kill('SIGTERM');
    await this.ended;
  }
}

/** A server that is ready, with its folder. */
export class Site {
  /** @param {string} [settings] lines of a configuration file */
  static async open(settings = '') {
    const site = new Site();
    site.folder = mkdtempSync(join(tmpdir(), 'confer-web-'));
    site.port = await freePort();
    writeFileSync(join(site.folder, 'confer.conf'), settings);
    site.server = new Program('conferd', join(BUILD, 'conferd'),
      ['--dev', '--config', join(site.folder, 'confer.conf'), '--listen', `127.0.0.1:${site.port}`, '--web', `127.0.0.1:${site.port + 2}`, '--state', site.folder]);
    await site.server.wait('ready', (event) => event.text?.startsWith('ready'));
    site.url = `https://localhost:${site.port + 2}/`;
    site.plainUrl = `http://localhost:${site.port + 3}/`;
    return site;
  }

  /** What the confer command says: objects of its lines. @param {string[]} words */
  async control(...words) {
    const { stdout } = await promisify(execFile)(join(BUILD, 'confer'), ['--state', this.folder, ...words]);
    return stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  }

  /** @param {string} room */
  async room(room) {
    return (await this.control('rooms')).find((each) => each.room === room);
  }

  /** Ask for a room until it @matches. @param {string} room @param {string} what @param {(room: any) => boolean} matches */
  async waitRoom(room, what, matches) {
    const end = Date.now() + WAIT_MSEC;
    let last;
    while (Date.now() < end) {
      last = await this.room(room);
      if (matches(last)) {
        return last;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MSEC));
    }
    throw new Error(`${room} is not ${what}: ${JSON.stringify(last)}`);
  }

  /** A phone: confer call with these switches. @param {string} user @param {string[]} args */
  phone(user, ...args) {
    return new Program(user, join(BUILD, 'confer'), ['call', ...args, '--user', `sip:${user}@localhost`, '--password', user, '--server',
      `127.0.0.1:${this.port}`, '--transport', 'tcp']);
  }

  /**
   * A real Linphone that films @colour and plays a file, if it was built. @param {string} user @param {string} colour @param {string} tone
   * @returns {Program | undefined}
   */
  linphone(user, colour, tone) {
    const file = join(BUILD, 'tests/interop/linphone/linphone_client');
    if (!existsSync(file)) {
      return undefined;
    }
    const folder = join(this.folder, `linphone-${user}`);
    mkdirSync(folder);
    return new Program(`linphone ${user}`, file, [folder, user, 'localhost', `sip:127.0.0.1:${this.port};transport=tcp`, `play=${tone}`, `colour=${colour}`],
      { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder });
  }

  async close() {
    await this.server.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Resolve with what @read gives as soon as that is not undefined or false. @template T @param {string} what @param {() => T | undefined | false | Promise<T | undefined | false>} read @returns {Promise<T>} */
export async function until(what, read) {
  const end = Date.now() + WAIT_MSEC;
  while (Date.now() < end) {
    const value = await read();
    if (value !== undefined && value !== false) {
      return value;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${what}: not within ${WAIT_MSEC} ms`);
}
