#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium sends two encodings of one camera by rid: who has a link for it decodes the whole picture, who has not a smaller one, at the
same time and each all the time."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
from browser import Browser  # noqa: E402
from confer_test import Server, check, run_cases  # noqa: E402
from phone import Phone  # noqa: E402
from test_browser import ROOM, wait_figures  # noqa: E402
from test_handshakes import Caller  # noqa: E402

# As browser.py's offer(), with encodings: a quarter, whole. Chromium gives to the first of the list first; both fit what it believes its link to
# carry at the beginning.
OFFER = '''
(async () => {
  window.pc = new RTCPeerConnection({bundlePolicy: 'max-bundle'});
  const stream = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 640, height: 480, frameRate: 15}});
  const [sound, picture] = [stream.getAudioTracks()[0], stream.getVideoTracks()[0]];
  pc.addTransceiver(sound, {direction: 'sendrecv', streams: [stream]});
  pc.addTransceiver(picture, {direction: 'sendrecv', streams: [stream], sendEncodings: [
    {rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 60000}, {rid: 'f', maxBitrate: 400000}]});
  await pc.setLocalDescription(await pc.createOffer());
  if (pc.iceGatheringState != 'complete') {
    await new Promise(done => pc.addEventListener('icegatheringstatechange', () => pc.iceGatheringState == 'complete' && done()));
  }
  return pc.localDescription.sdp;
})()
'''


def widths(phone, patience=40):
    """Width of the pictures of the browser that were decoded in each of the last statistics, while more and more are."""
    event = phone.wait('pictures', lambda e: e.get('event') == 'stats' and any(line.get('decoded', 0) > 5 for line in e.get('lines', [])), patience)
    return next(line for line in event['lines'] if line.get('decoded', 0) > 5)


def sees_in(phone, width, patience=60):
    """Wait until it decodes pictures of that width: two statistics in a row, with more of them in the second."""
    end = time.monotonic() + patience
    before = None
    while True:
        line = widths(phone, max(1, end - time.monotonic()))
        if line['width'] == width and before is not None and before['width'] == width and line['decoded'] > before['decoded'] + 3:
            return line
        check(time.monotonic() < end, f'{phone.name} sees {line}, not {width}')
        before = line


def each_gets_the_encoding_that_fits():
    server = Server()
    browser = Browser()
    phones = []
    try:
        offer = browser.run(OFFER)
        check('a=simulcast:send q;f' in offer, offer)
        answer = Caller(server, 'alice').call(ROOM, offer)
        check(answer.startswith('SIP/2.0 200') and 'a=simulcast:recv q;f' in answer, answer)
        browser.run(f'answered({json.dumps(answer.split(chr(13) + chr(10) + chr(13) + chr(10), 1)[1])})')
        wait_figures(browser, 'connection', lambda f: f['state'] == 'connected')
        # b=AS of what they want to get: nothing but it tells the two apart.
        for user, rate in (('bob', '2000'), ('carol', '100')):
            phones.append(Phone(server, user, ROOM, len(phones) + 2, 'tls', ['--encryption', 'dtls', '--video-codecs', 'VP8', '--video-rate', rate,
                                                                            '--size', '160x120', '--fps', '5', '--audio', 'silence'],
                                'connected,encrypted'))
        bob, carol = phones
        sees_in(bob, 640)
        sees_in(carol, 160)
        # And both at once, still.
        check(sees_in(bob, 640, 20)['width'] == 640 and sees_in(carol, 160, 20)['width'] == 160, 'each has its own')
    finally:
        for phone in phones:
            phone.end()
        browser.close()
        server.close()


if __name__ == '__main__':
    run_cases(each_gets_the_encoding_that_fits)
