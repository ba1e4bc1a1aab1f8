// SPDX-License-Identifier: GPL-3.0-or-later
// Cameras, microphones and the level of sound.

/** @param {{ camera?: string, microphone?: string, withCamera: boolean }} wanted device ids; none: whatever the browser takes */
function openDevices(wanted) {
  /** @type {MediaTrackConstraints} */
  const sound = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  /** @type {MediaTrackConstraints} */
  const picture = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25, max: 30 } };
  if (wanted.microphone) {
    sound.deviceId = { ideal: wanted.microphone };
  }
  if (wanted.camera) {
    picture.deviceId = { ideal: wanted.camera };
  }
  return navigator.mediaDevices.getUserMedia({ audio: sound, video: wanted.withCamera ? picture : false });
}

/**
 * As much of what is wanted as there is; what is missing is told.
 * @param {{ camera?: string, microphone?: string }} wanted
 * @returns {Promise<{ stream: MediaStream, missing: 'none' | 'camera' | 'microphone' | 'all', isRefused: boolean }>}
 */
export async function openWhatThereIs(wanted) {
  if (!navigator.mediaDevices) {
    return { stream: new MediaStream(), missing: 'all', isRefused: false };
  }
  try {
    return { stream: await openDevices({ ...wanted, withCamera: true }), missing: 'none', isRefused: false };
  } catch (error) {
    const isRefused = /** @type {Error} */ (error).name === 'NotAllowedError';
    try {
      return { stream: await openDevices({ ...wanted, withCamera: false }), missing: 'camera', isRefused };
    } catch {
      const stream = await navigator.mediaDevices.getUserMedia({ video: true }).catch(() => new MediaStream());
      return { stream, missing: stream.getTracks().length > 0 ? 'microphone' : 'all', isRefused };
    }
  }
}

/** @param {MediaDeviceKind} kind */
export async function listDevices(kind) {
  const all = await navigator.mediaDevices?.enumerateDevices() ?? [];
  return all.filter((device) => device.kind === kind && device.deviceId !== '');
}

/** Can sound be sent to a loudspeaker of choice? */
export function canChooseSpeaker() {
  return 'setSinkId' in HTMLMediaElement.prototype;
}

/** @param {HTMLMediaElement} element @param {string} device */
export async function useSpeaker(element, device) {
  await /** @type {any} */ (element).setSinkId?.(device).catch(() => undefined);
}

/** Can this browser share a screen? Those of phones can't. */
export function canShareScreen() {
  return Boolean(navigator.mediaDevices && 'getDisplayMedia' in navigator.mediaDevices);
}

/** A screen or window to be shown: sharp, few pictures. @returns {Promise<MediaStreamTrack>} */
export async function openScreen() {
  const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 8 } }, audio: false });
  const track = stream.getVideoTracks()[0];
  track.contentHint = 'text';
  return track;
}

/** How loud a stream is, 0 to 1, asked for as often as wanted. */
export class LevelMeter {
  /** @param {MediaStream} stream @param {number} [samples] a power of two that are looked at */
  constructor(stream, samples = 512) {
    this.context = new AudioContext();
    this.analyser = this.context.createAnalyser();
    this.analyser.fftSize = samples;
    this.samples = new Float32Array(this.analyser.fftSize);
    if (stream.getAudioTracks().length > 0) {
      this.context.createMediaStreamSource(stream).connect(this.analyser);
    }
  }

  /** For eyes: speech fills most of it. */
  level() {
    return Math.min(1, this.loudness() * 4);
  }

  /** The root of the mean square of the last samples. */
  loudness() {
    this.analyser.getFloatTimeDomainData(this.samples);
    const power = this.samples.reduce((sum, sample) => sum + sample * sample, 0) / this.samples.length;
    return Math.sqrt(power);
  }

  close() {
    void this.context.close();
  }
}
