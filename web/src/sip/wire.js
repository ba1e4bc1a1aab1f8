// SPDX-License-Identifier: GPL-3.0-or-later
// The WebSocket under JsSIP (its Socket interface), which notices that a network is gone: a browser that changes networks keeps its
// sockets open for minutes. Pings by CR LF CR LF as RFC 5626 section 3.5.1 has them; who does not answer is given up.

const PING_MSEC = 10000;
const PATIENCE_MSEC = 5000;

export class Wire {
  /** @param {string} url ws: or wss: */
  constructor(url) {
    const { protocol, host } = new URL(url);
    this.url = url;
    this.via_transport = protocol.slice(0, -1).toUpperCase();
    this.sip_uri = `sip:${host};transport=ws`;
    /** @type {WebSocket | undefined} */
    this.socket = undefined;
    this.onconnect = () => {};
    /** @type {(isError: boolean, code?: number, reason?: string) => void} */
    this.ondisconnect = () => {};
    /** @type {(data: unknown) => void} */
    this.ondata = () => {};
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.pings = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.patience = undefined;
  }

  connect() {
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) {
      return;
    }
    const socket = new WebSocket(this.url, 'sip');
    this.socket = socket;
    socket.onopen = () => {
      this.pings = setInterval(() => this.ping(), PING_MSEC);
      this.onconnect();
    };
    socket.onclose = ({ wasClean, code, reason }) => {
      this.#forget();
      this.ondisconnect(!wasClean, code, reason);
    };
    socket.onmessage = ({ data }) => {
      clearTimeout(this.patience);
      this.patience = undefined;
      this.ondata(data);
    };
  }

  disconnect() {
    const socket = this.#forget();
    socket?.close();
  }

  /** @param {string} message */
  send(message) {
    if (this.socket?.readyState !== WebSocket.OPEN) {
      return false;
    }
    this.socket.send(message);
    return true;
  }

  /** Find out soon whether the other end is still there. */
  ping() {
    if (this.send('\r\n\r\n') && this.patience === undefined) {
      this.patience = setTimeout(() => {
        const socket = this.#forget();
        socket?.close();
        this.ondisconnect(true, 1006, 'no answer');
      }, PATIENCE_MSEC);
    }
  }

  #forget() {
    const socket = this.socket;
    clearInterval(this.pings);
    clearTimeout(this.patience);
    this.patience = undefined;
    this.socket = undefined;
    if (socket) {
      socket.onopen = socket.onclose = socket.onmessage = null;
    }
    return socket;
  }
}
