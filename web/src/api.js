// SPDX-License-Identifier: GPL-3.0-or-later
// What the page asks of the server by HTTP (docs/web-api.md).

/** A refusal: status, code of docs/web-api.md, text. */
export class Refusal extends Error {
  /** @param {number} status @param {{ type?: string, title?: string, detail?: string }} problem */
  constructor(status, problem) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.status = status;
    this.code = (problem.type ?? '').replace('urn:confer:', '');
  }
}

/**
 * @typedef {{ domain: string, product: string, websocket: string, factory: string, rooms: boolean, links?: boolean, pins?: boolean }} Server
 * @typedef {{ room: string, uri: string, subject: string, user: string, name?: string, role: string, token: string, domain: string, websocket: string, expires: string }} Guest
 */

/**
 * @param {string} path @param {{ method?: string, body?: object, token?: string, headers?: Record<string, string> }} [how]
 * @returns {Promise<any>}
 */
export async function ask(path, { method = 'GET', body, token, headers = {} } = {}) {
  const fields = { ...headers, ...(body ? { 'Content-Type': 'application/json' } : {}), ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  const response = await fetch(path, { method, headers: fields, body: body && JSON.stringify(body), credentials: 'omit', cache: 'no-store' });
  const text = await response.text();
  const said = text && /json/.test(response.headers.get('Content-Type') ?? '') ? JSON.parse(text) : {};
  if (!response.ok) {
    throw Object.assign(new Refusal(response.status, said), { challenge: response.headers.get('WWW-Authenticate') ?? '' });
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

/** Relays for those whose network lets nothing else out; none where the server has none. @param {string} token @returns {Promise<RTCIceServer[]>} */
export function relaysFor(token) {
  return ask('/api/ice-servers', { token }).then((said) => said.ice_servers, () => []);
}

/** A link to @room for others. @param {string} token @param {string} room @returns {Promise<{ url: string }>} */
export function makeLink(token, room) {
  return ask('/api/links', { method: 'POST', token, body: { room } });
}
