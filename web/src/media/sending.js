// SPDX-License-Identifier: GPL-3.0-or-later
// How own sound and pictures are sent: three encodings of the camera by rid (RFC 8853), for a server that takes them; one that does not
// gets the first of the list, which is made whole then. A screen is sent sharp: full size, few pictures.

const SCREEN_FPS = 8;

const FULL_BPS = 1500000;

/** Coarse to fine: Chromium gives its uplink to those first that are listed first, and a poor one must carry what all can get.
 * @type {RTCRtpEncodingParameters[]} */
const ENCODINGS = [
  { rid: 'l', scaleResolutionDownBy: 4, maxBitrate: 150000 },
  { rid: 'm', scaleResolutionDownBy: 2, maxBitrate: 450000 },
  { rid: 'h', maxBitrate: FULL_BPS },
];

/** Sound first, then pictures, whether we have any or not. @param {RTCPeerConnection} connection @param {MediaStream} stream */
export function addTracks(connection, stream) {
  const sound = stream.getAudioTracks()[0];
  const picture = stream.getVideoTracks()[0];
  preferRedundancy(connection.addTransceiver(sound ?? 'audio', { direction: sound ? 'sendrecv' : 'recvonly', streams: [stream] }));
  connection.addTransceiver(picture?.enabled ? picture : 'video', { direction: 'sendrecv', streams: [stream], sendEncodings: ENCODINGS });
}

/** The last change of the parameters of each sender. @type {WeakMap<RTCRtpSender, Promise<void>>} */
const changes = new WeakMap();

/**
 * Change how something is sent once all earlier changes are made: parameters that are read while others are on their way are the old
 * ones (WebRTC section 5.2, getParameters), and would take those back. What a browser can't do it does not: they are wishes.
 * @param {RTCRtpSender} sender
 * @param {(parameters: RTCRtpSendParameters) => boolean} edit false: it is right as it is
 * @returns {Promise<void>}
 */
function change(sender, edit) {
  const made = (changes.get(sender) ?? Promise.resolve()).then(async () => {
    const parameters = sender.getParameters();
    if (edit(parameters)) {
      await sender.setParameters(parameters).catch(() => undefined);
    }
  });
  changes.set(sender, made);
  return made;
}

/** The server takes one encoding only: not a small one. @param {RTCRtpSender} sender */
export function makeWhole(sender) {
  return change(sender, ({ encodings }) => {
    const [only, ...others] = encodings ?? [];
    const isSmall = only?.scaleResolutionDownBy === ENCODINGS[0].scaleResolutionDownBy && others.length === 0;
    if (isSmall) {
      only.scaleResolutionDownBy = 1;
      only.maxBitrate = FULL_BPS;
    }
    return isSmall;
  });
}

/** What is lost of sound comes again with the next packet (RFC 2198), if the browser can do that; it sends what it offers first. @param {RTCRtpTransceiver} line */
function preferRedundancy(line) {
  const codecs = RTCRtpReceiver.getCapabilities?.('audio')?.codecs ?? [];
  const isRedundant = (/** @type {{ mimeType: string }} */ codec) => codec.mimeType.toLowerCase() === 'audio/red';
  if (codecs.some(isRedundant)) {
    line.setCodecPreferences?.([...codecs.filter(isRedundant), ...codecs.filter((codec) => !isRedundant(codec))]);
  }
}

/** Send @track as a screen or a camera. @param {RTCRtpSender} sender @param {MediaStreamTrack | null} track @param {boolean} isScreen */
export async function sendPicture(sender, track, isScreen) {
  await sender.replaceTrack(track);
  await shapePicture(sender, isScreen);
}

/**
 * Encodings for a screen or a camera. To be said again after each answer: Chromium takes one that lists an encoding for a wish that it be
 * sent. @param {RTCRtpSender} sender @param {boolean} isScreen
 */
export function shapePicture(sender, isScreen) {
  return change(sender, (parameters) => {
    parameters.encodings.forEach((encoding, index) => {
      encoding.active = !isScreen || index === parameters.encodings.length - 1;
      if (isScreen) {
        encoding.maxFramerate = SCREEN_FPS;
      } else {
        delete encoding.maxFramerate;
      }
    });
    parameters.degradationPreference = isScreen ? 'maintain-resolution' : 'balanced';
    return true;
  });
}
