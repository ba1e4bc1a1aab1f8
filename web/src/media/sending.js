// SPDX-License-Identifier: GPL-3.0-or-later
// How own sound and pictures are sent: up to three encodings of the camera by rid (RFC 8853), for a server that takes them; one that does not
// gets the first of the list, which is the whole picture then. A screen is sent sharp: full size, few pictures.

const SCREEN_FPS = 8;

/**
 * What cameras are worth, by the pixels of their pictures: an encoding for each rate in bit/s, of the whole picture, of one half as wide and of
 * one a quarter as wide. As many as libwebrtc sends of pictures of that size (its table kSimulcastFormats: three from 960 x 540, two from
 * 480 x 270), since of more it leaves out the finest.
 */
const CAMERAS = [
  { pixels: 960 * 540, rates: [1500000, 450000, 150000] },
  { pixels: 480 * 270, rates: [800000, 450000] },
  { pixels: 0, rates: [300000] },
];
/** Pictures that have this part of the pixels of a row are taken for its own, as libwebrtc does it (it rounds up by less than 10 %). */
const ROUND_UP = 0.9;

/** Enough for a screen. */
const SCREEN_BPS = 1500000;

/** Coarse to fine: Chromium gives its uplink to those first that are listed first, and a poor one must carry what all can get. */
const RIDS = ['l', 'm', 'h'];

/** Rates of the encodings that a camera is worth; one of which nothing is known, all. @param {MediaStreamTrack | null | undefined} track */
function ratesOf(track) {
  const { width, height } = track?.getSettings?.() ?? {};
  const pixels = width && height ? width * height : Infinity;
  return (CAMERAS.find((row) => pixels > row.pixels * ROUND_UP) ?? CAMERAS[CAMERAS.length - 1]).rates;
}

/**
 * A camera in @encodings, coarse to fine, each twice as wide as the one before. The first ones are those that are sent, the last of them
 * whole: also if a server has left one only. @param {RTCRtpEncodingParameters[]} encodings @param {MediaStreamTrack | null | undefined} track
 */
function shapeCamera(encodings, track) {
  const rates = ratesOf(track);
  const sent = Math.min(rates.length, encodings.length);
  encodings.forEach((encoding, index) => {
    const halvings = Math.max(0, sent - 1 - index);
    encoding.active = index < sent;
    encoding.scaleResolutionDownBy = 2 ** halvings;
    encoding.maxBitrate = rates[halvings];
    delete encoding.maxFramerate;
  });
}

/** The finest only, whole. @param {RTCRtpEncodingParameters[]} encodings */
function shapeScreen(encodings) {
  encodings.forEach((encoding, index) => {
    encoding.active = index === encodings.length - 1;
    encoding.maxFramerate = SCREEN_FPS;
  });
  Object.assign(encodings[encodings.length - 1] ?? {}, { scaleResolutionDownBy: 1, maxBitrate: SCREEN_BPS });
}

/**
 * Sound first, then pictures, whether we have any or not. Returns what sends the pictures.
 * @param {RTCPeerConnection} connection @param {MediaStream} stream @returns {RTCRtpSender}
 */
export function addTracks(connection, stream) {
  const sound = stream.getAudioTracks()[0];
  const picture = stream.getVideoTracks()[0];
  preferRedundancy(connection.addTransceiver(sound ?? 'audio', { direction: sound ? 'sendrecv' : 'recvonly', streams: [stream] }));
  const camera = picture?.enabled ? picture : null;
  /** @type {RTCRtpEncodingParameters[]} */
  const sendEncodings = RIDS.map((rid) => ({ rid }));
  shapeCamera(sendEncodings, camera);
  return connection.addTransceiver(camera ?? 'video', { direction: 'sendrecv', streams: [stream], sendEncodings }).sender;
}

/** The last change of the parameters of each sender. @type {WeakMap<RTCRtpSender, Promise<void>>} */
const changes = new WeakMap();

/**
 * Change how something is sent once all earlier changes are made: parameters that are read while others are on their way are the old
 * ones (WebRTC section 5.2, getParameters), and would take those back. What a browser can't do it does not: they are wishes, and the next
 * change is made all the same.
 * @param {RTCRtpSender} sender
 * @param {(parameters: RTCRtpSendParameters) => void} edit
 * @returns {Promise<void>} never rejected
 */
function change(sender, edit) {
  const made = (changes.get(sender) ?? Promise.resolve()).then(() => {
    const parameters = sender.getParameters();
    edit(parameters);
    return sender.setParameters(parameters);
  }).catch(() => undefined);
  changes.set(sender, made);
  return made;
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
 * Encodings for a screen or a camera. To be said again after each answer: that may leave fewer encodings than were offered, and Chromium takes
 * one that lists an encoding for a wish that it be sent. @param {RTCRtpSender} sender @param {boolean} isScreen
 */
export function shapePicture(sender, isScreen) {
  return change(sender, (parameters) => {
    const encodings = parameters.encodings ?? []; // browsers have none for who sends nothing
    if (isScreen) {
      shapeScreen(encodings);
    } else {
      shapeCamera(encodings, sender.track);
    }
    parameters.degradationPreference = isScreen ? 'maintain-resolution' : 'balanced';
  });
}
