// SPDX-License-Identifier: GPL-3.0-or-later
// How well pictures and sound come in, from the statistics of a connection.

/** @typedef {{ name: string, kbps: number, lost: number, frames: number, size: string }} Row */

/** Remembers the last statistics, so that rates can be told. */
export class Quality {
  constructor() {
    /** @type {Map<string, { at: number, octets: number }>} */
    this.before = new Map();
  }

  /** @param {RTCPeerConnection} connection @returns {Promise<Row[]>} */
  async rows(connection) {
    const report = await connection.getStats();
    /** @type {Row[]} */
    const rows = [];
    report.forEach((/** @type {any} */ stats) => {
      if (stats.type === 'inbound-rtp' || stats.type === 'outbound-rtp') {
        rows.push(this.#row(stats));
      }
    });
    return rows;
  }

  /** @param {any} stats @returns {Row} */
  #row(stats) {
    const octets = stats.bytesReceived ?? stats.bytesSent ?? 0;
    const before = this.before.get(stats.id) ?? { at: stats.timestamp - 1000, octets: 0 };
    this.before.set(stats.id, { at: stats.timestamp, octets });
    const seconds = Math.max(0.001, (stats.timestamp - before.at) / 1000);
    return {
      name: `${stats.kind} ${stats.type === 'inbound-rtp' ? 'in' : 'out'} ${stats.mid ?? ''}`.trim(),
      kbps: Math.round(((octets - before.octets) * 8) / 1000 / seconds),
      lost: stats.packetsLost ?? 0,
      frames: Math.round(stats.framesPerSecond ?? 0),
      size: stats.frameWidth ? `${stats.frameWidth}×${stats.frameHeight}` : '',
    };
  }
}
