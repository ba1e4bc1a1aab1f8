// SPDX-License-Identifier: GPL-3.0-or-later
// Cameras, microphones and the level of sound.

/** @param {{ camera?: string, microphone?: string, withCamera: boolean }} wanted device ids; none: whatever the browser takes */
export function openDevices(wanted) {
  /** @type {MediaTrackConstraints} */
  const sound = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  /** @type {MediaTrackConstraints} */
  const picture = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 25, max: 30 } };
  if (wanted.microphone) {
    sound.deviceId = { exact: wanted.microphone };
  }
  if (wanted.camera) {
    picture.deviceId = { exact: wanted.camera };
  }
  return navigator.mediaDevices.getUserMedia({ audio: sound, video: wanted.withCamera ? picture : false });
}

/** @param {'audioinput' | 'videoinput'} kind */
export async function listDevices(kind) {
  const all = await navigator.mediaDevices.enumerateDevices();
  return all.filter((device) => device.kind === kind);
}

/** A screen or window to be shown. */
export function openScreen() {
  return navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 8 } }, audio: false });
}

/** How loud a stream is, 0 to 1, asked for as often as wanted. */
export class LevelMeter {
  /** @param {MediaStream} stream */
  constructor(stream) {
    this.context = new AudioContext();
    this.analyser = this.context.createAnalyser();
    this.analyser.fftSize = 512;
    this.samples = new Float32Array(this.analyser.fftSize);
    if (stream.getAudioTracks().length > 0) {
      this.context.createMediaStreamSource(stream).connect(this.analyser);
    }
  }

  level() {
    this.analyser.getFloatTimeDomainData(this.samples);
    const power = this.samples.reduce((sum, sample) => sum + sample * sample, 0) / this.samples.length;
    return Math.min(1, Math.sqrt(power) * 4);
  }

  close() {
    void this.context.close();
  }
}
