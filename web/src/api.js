// SPDX-License-Identifier: GPL-3.0-or-later
// What the page asks of the server by HTTP (docs/web-api.md).
import { authorize, challengeOf } from './digest.js';

/** A refusal: status, code of docs/web-api.md, text, and for how many seconds to wait (0: not said). */
export class Refusal extends Error {
  /** @param {number} status @param {{ type?: string, title?: string, detail?: string }} problem @param {number} [retryAfter] */
  constructor(status, problem, retryAfter = 0) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.status = status;
    this.code = (problem.type ?? '').replace('urn:confer:', '');
    this.retryAfter = retryAfter;
  }
}

/**
 * @typedef {{ domain: string, product: string, websocket: string, factory: string, rooms: boolean, links?: boolean, pins?: boolean }} Server
 * @typedef {{ room: string, uri: string, subject: string, user: string, name?: string, role: string, token: string, domain: string, websocket: string, expires: string }} Guest
 */

/**
 * @param {string} path @param {{ method?: string, body?: object, token?: string, headers?: Record<string, string>, signal?: AbortSignal, keepalive?: boolean }} [how]
 *   keepalive: also when the page goes
 * @returns {Promise<any>}
 */
export async function ask(path, { method = 'GET', body, token, headers = {}, signal, keepalive = false } = {}) {
  const fields = { ...headers, ...(body ? { 'Content-Type': 'application/json' } : {}), ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  const response = await fetch(path, { method, headers: fields, body: body && JSON.stringify(body), credentials: 'omit', cache: 'no-store', signal, keepalive });
  const text = await response.text();
  const said = text && /json/.test(response.headers.get('Content-Type') ?? '') ? JSON.parse(text) : {};
  if (!response.ok) {
    throw Object.assign(new Refusal(response.status, said, Number(response.headers.get('Retry-After')) || 0), { challenge: response.headers.get('WWW-Authenticate') ?? '' });
  }
  return said;
}

/** @returns {Promise<Server>} */
export function getServer() {
  return ask('/api/server');
}

/** @param {{ link?: string, room?: string, pin?: string, name?: string }} who @returns {Promise<Guest>} */
export function joinAsGuest(who) {
  return ask('/api/join', { method: 'POST', body: who });
}

/**
 * Log in with an account.
 * @param {string} user @param {string} password
 * @returns {Promise<{ user: string, role: string, scopes: string[], token: string }>}
 */
export async function logIn(user, password) {
  const how = { method: 'POST', uri: '/api/session', user, password };
  try {
    return await ask(how.uri, { method: how.method });
  } catch (error) {
    const challenge = challengeOf(/** @type {any} */ (error).challenge ?? '');
    if (!challenge) {
      throw error;
    }
    return ask(how.uri, { method: how.method, headers: { Authorization: await authorize(challenge, how) } });
  }
}

/** The session of @token is over; it ends by itself in some hours if that is not heard. @param {string} token */
export function logOut(token) {
  void ask('/api/session', { method: 'DELETE', token, keepalive: true }).catch(() => undefined);
}

/** All items of a list that comes in pages, up to @most. @param {string} path @param {string} token @param {number} [most] @returns {Promise<any[]>} */
export async function list(path, token, most = 500) {
  const items = [];
  let after = '';
  do {
    const page = await ask(`${path}?limit=100${after && `&after=${encodeURIComponent(after)}`}`, { token });
    items.push(...page.items);
    after = page.next ?? '';
  } while (after && items.length < most);
  return items;
}

/** Relays for a connection; none if there are none or nobody says. @param {string} token @returns {Promise<RTCIceServer[]>} */
export async function getRelays(token) {
  try {
    return (await ask('/api/ice-servers', { token, signal: AbortSignal.timeout(3000) })).ice_servers;
  } catch {
    return [];
  }
}

/** A link to @room for others. @param {string} token @param {string} room @returns {Promise<{ url: string }>} */
export function makeLink(token, room) {
  return ask('/api/links', { method: 'POST', token, body: { room } });
}
