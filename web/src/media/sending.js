// SPDX-License-Identifier: GPL-3.0-or-later
// How own sound and pictures are sent: up to three encodings of the camera by rid (RFC 8853), for a server that takes them; one that does not
// gets the first of the list, which is made whole then. A screen is sent sharp: full size, few pictures.

const SCREEN_FPS = 8;

/** What is enough for a whole picture from a camera whose pictures are worth three, two and one encoding. */
const FULL_BPS = [300000, 800000, 1500000];

/** Of pictures half and a quarter as wide. */
const HALF_BPS = 450000;
const QUARTER_BPS = 150000;

/** Pictures of fewer pixels than these are sent in one encoding, or two, of three that there could be: Chromium leaves the finest out else. */
const WORTH_TWO = 480 * 270;
const WORTH_THREE = 960 * 540;

/** Coarse to fine: Chromium gives its uplink to those first that are listed first, and a poor one must carry what all can get. */
const RIDS = ['l', 'm', 'h'];

/** How many encodings a camera is worth; one of which nothing is known all. @param {MediaStreamTrack | null | undefined} track */
function worth(track) {
  const { width, height } = track?.getSettings?.() ?? {};
  const pixels = width && height ? width * height : Infinity;
  return pixels < WORTH_TWO ? 1 : pixels < WORTH_THREE ? 2 : 3;
}

/**
 * A camera in @encodings, coarse to fine, each twice as wide as the one before. The first ones are those that are sent, the last of them
 * whole. @param {RTCRtpEncodingParameters[]} encodings @param {MediaStreamTrack | null | undefined} track
 */
function shapeCamera(encodings, track) {
  const full = FULL_BPS[worth(track) - 1];
  const sent = Math.min(worth(track), encodings.length);
  encodings.forEach((encoding, index) => {
    const halvings = Math.max(0, sent - 1 - index);
    encoding.active = index < sent;
    encoding.scaleResolutionDownBy = 2 ** halvings;
    encoding.maxBitrate = [full, HALF_BPS, QUARTER_BPS][halvings];
    delete encoding.maxFramerate;
  });
}

/** The finest only, whole. @param {RTCRtpEncodingParameters[]} encodings */
function shapeScreen(encodings) {
  encodings.forEach((encoding, index) => {
    encoding.active = index === encodings.length - 1;
    encoding.maxFramerate = SCREEN_FPS;
  });
  Object.assign(encodings[encodings.length - 1] ?? {}, { scaleResolutionDownBy: 1, maxBitrate: FULL_BPS[2] });
}

/** Sound first, then pictures, whether we have any or not. @param {RTCPeerConnection} connection @param {MediaStream} stream */
export function addTracks(connection, stream) {
  const sound = stream.getAudioTracks()[0];
  const picture = stream.getVideoTracks()[0];
  preferRedundancy(connection.addTransceiver(sound ?? 'audio', { direction: sound ? 'sendrecv' : 'recvonly', streams: [stream] }));
  const camera = picture?.enabled ? picture : null;
  /** @type {RTCRtpEncodingParameters[]} */
  const sendEncodings = RIDS.map((rid) => ({ rid }));
  shapeCamera(sendEncodings, camera);
  connection.addTransceiver(camera ?? 'video', { direction: 'sendrecv', streams: [stream], sendEncodings });
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
    const isSmall = (only?.scaleResolutionDownBy ?? 1) > 1 && others.length === 0;
    if (isSmall) {
      shapeCamera(encodings, sender.track);
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
    if (isScreen) {
      shapeScreen(parameters.encodings);
    } else {
      shapeCamera(parameters.encodings, sender.track);
    }
    parameters.degradationPreference = isScreen ? 'maintain-resolution' : 'balanced';
    return true;
  });
}
