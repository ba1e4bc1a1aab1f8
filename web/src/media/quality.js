// SPDX-License-Identifier: GPL-3.0-or-later
// How well pictures and sound come and go, from the statistics of a connection. Pure but for asking for them.

/**
 * @typedef {'good' | 'fair' | 'poor'} Grade
 * @typedef {{ id: string, isIn: boolean, kind: string, mid: string, rid: string, track: string, codec: string, kbps: number, lost: number, jitter: number,
 *   frames: number, size: string, grade: Grade }} Row lost in per cent since the last look, jitter in ms
 * @typedef {{ rows: Row[], roundTrip: number, encryption: string, isEncrypted: boolean, way: string, grade: Grade }} Picture roundTrip in ms
 */

/** Loss in per cent from which it is felt, and from which it hurts. */
const LOSS_FAIR = 2;
const LOSS_POOR = 8;
/** Pictures a second below which movement is not smooth, and not movement. */
const FRAMES_FAIR = 10;
const FRAMES_POOR = 4;
const ROUND_TRIP_FAIR_MSEC = 300;
const ROUND_TRIP_POOR_MSEC = 800;

/** @type {Record<string, string>} */
const WAYS = { host: 'direct', srflx: 'direct, through a NAT', prflx: 'direct', relay: 'relayed (TURN)' };

/** Remembers the last statistics, so that rates can be told. */
export class Quality {
  constructor() {
    /** @type {Map<string, { at: number, octets: number, lost: number, packets: number }>} */
    this.before = new Map();
  }

  /** @param {RTCPeerConnection} connection @returns {Promise<Picture>} */
  async look(connection) {
    return this.read(await connection.getStats());
  }

  /** @param {{ forEach: (what: (stats: any) => void) => void }} report @returns {Picture} */
  read(report) {
    /** @type {Map<string, any>} */
    const all = new Map();
    report.forEach((stats) => all.set(stats.id, stats));
    const list = [...all.values()];
    const rows = list
      .filter((stats) => (stats.type === 'inbound-rtp' || stats.type === 'outbound-rtp') && stats.kind)
      .map((stats) => this.#row(stats, all))
      .filter((row) => row.kbps > 0 || row.isIn);
    const transport = list.find((stats) => stats.type === 'transport');
    const pair = all.get(transport?.selectedCandidatePairId) ?? list.find((stats) => stats.type === 'candidate-pair' && stats.nominated && stats.state === 'succeeded');
    const local = all.get(pair?.localCandidateId);
    const roundTrip = Math.round((pair?.currentRoundTripTime ?? 0) * 1000);
    const cipher = String(transport?.srtpCipher ?? '').replace(/^(SRTP_)?/, '').replaceAll('_', '-');
    const isEncrypted = transport?.dtlsState === 'connected';
    return {
      rows, roundTrip, isEncrypted,
      encryption: isEncrypted ? `DTLS-SRTP${cipher ? `, ${cipher}` : ''}` : 'not yet',
      way: WAYS[local?.candidateType] ? `${WAYS[local.candidateType]}, ${String(local.protocol ?? 'udp').toUpperCase()}` : '',
      grade: worst([gradeOfRoundTrip(roundTrip), ...rows.filter((row) => row.kind === 'audio').map((row) => row.grade)]),
    };
  }

  /** @param {any} stats @param {Map<string, any>} all @returns {Row} */
  #row(stats, all) {
    const isIn = stats.type === 'inbound-rtp';
    const remote = isIn ? undefined : all.get(stats.remoteId);
    const now = {
      at: stats.timestamp,
      octets: stats.bytesReceived ?? stats.bytesSent ?? 0,
      lost: (isIn ? stats.packetsLost : remote?.packetsLost) ?? 0,
      packets: stats.packetsReceived ?? stats.packetsSent ?? 0,
    };
    const before = this.before.get(stats.id) ?? { ...now, at: now.at - 1000 };
    this.before.set(stats.id, now);
    const seconds = Math.max(0.001, (now.at - before.at) / 1000);
    const lost = Math.max(0, now.lost - before.lost);
    const came = Math.max(0, now.packets - before.packets);
    const loss = lost + came > 0 ? (100 * lost) / (isIn ? lost + came : Math.max(came, lost)) : 0;
    const kbps = Math.round(((now.octets - before.octets) * 8) / 1000 / seconds);
    const frames = Math.round(stats.framesPerSecond ?? 0);
    return {
      id: stats.id, isIn, kind: stats.kind, mid: stats.mid ?? '', rid: stats.rid ?? '', track: stats.trackIdentifier ?? '',
      codec: String(all.get(stats.codecId)?.mimeType ?? '').replace(/^\w+\//, ''),
      kbps, lost: Math.round(loss * 10) / 10, jitter: Math.round((stats.jitter ?? remote?.jitter ?? 0) * 1000), frames,
      size: stats.frameWidth ? `${stats.frameWidth}\u00d7${stats.frameHeight}` : '',
      grade: worst([gradeOfLoss(loss), stats.kind === 'video' && isIn && kbps > 0 ? gradeOfFrames(frames) : 'good']),
    };
  }
}

/** @param {number} loss in per cent @returns {Grade} */
function gradeOfLoss(loss) {
  return loss >= LOSS_POOR ? 'poor' : loss >= LOSS_FAIR ? 'fair' : 'good';
}

/** @param {number} frames @returns {Grade} */
function gradeOfFrames(frames) {
  return frames < FRAMES_POOR ? 'poor' : frames < FRAMES_FAIR ? 'fair' : 'good';
}

/** @param {number} msec @returns {Grade} */
function gradeOfRoundTrip(msec) {
  return msec >= ROUND_TRIP_POOR_MSEC ? 'poor' : msec >= ROUND_TRIP_FAIR_MSEC ? 'fair' : 'good';
}

/** @param {Grade[]} grades @returns {Grade} */
function worst(grades) {
  return grades.includes('poor') ? 'poor' : grades.includes('fair') ? 'fair' : 'good';
}
