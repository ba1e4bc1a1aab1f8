# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium as a Python object: one page without window, asked by the DevTools protocol over pipes. Fake camera and microphone."""
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'e2e'))
from confer_test import PATIENCE_SEC, Failure, log_of  # noqa: E402

PAGE = '<!doctype html><meta charset=utf-8><title>confer</title><video autoplay muted></video><audio autoplay></audio>'
SWITCHES = ('--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe', '--use-fake-device-for-media-stream',
            '--use-fake-ui-for-media-stream', '--allow-loopback-in-peer-connection', '--autoplay-policy=no-user-gesture-required',
            '--disable-background-networking', '--no-first-run', '--disable-dev-shm-usage')

# What a page needs to take part: one connection, offered with all candidates, and its figures.
SCRIPT = '''
async function offer(configuration = {}) {
  window.pc = new RTCPeerConnection({bundlePolicy: 'max-bundle', ...configuration});
  const stream = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 320, height: 240, frameRate: 15}});
  pc.ontrack = e => { document.querySelector(e.track.kind).srcObject = new MediaStream([e.track]); };
  for (const track of stream.getTracks()) {
    pc.addTransceiver(track, {direction: 'sendrecv', streams: [stream]});
  }
  await pc.setLocalDescription(await pc.createOffer());
  if (pc.iceGatheringState != 'complete') {
    await new Promise(done => pc.addEventListener('icegatheringstatechange', () => pc.iceGatheringState == 'complete' && done()));
  }
  return pc.localDescription.sdp;
}
async function answered(sdp) {
  await pc.setRemoteDescription({type: 'answer', sdp});
  return pc.getTransceivers().map(t => t.currentDirection).join();
}
async function figures() {
  const all = {state: pc.connectionState, ice: pc.iceConnectionState};
  const stats = await pc.getStats();
  for (const s of stats.values()) {
    if (s.type == 'candidate-pair' && s.nominated && s.state == 'succeeded') {
      const local = stats.get(s.localCandidateId);
      all.path = {type: local.candidateType, protocol: local.protocol, relay: local.relayProtocol,
                  remote: stats.get(s.remoteCandidateId).candidateType};
    }
    if (s.type == 'transport') Object.assign(all, {dtls: s.dtlsState, srtp: s.srtpCipher, role: s.dtlsRole, cipher: s.dtlsCipher});
    if (s.type == 'inbound-rtp') all[s.kind] = {packets: s.packetsReceived, frames: s.framesDecoded, width: s.frameWidth,
                                                energy: s.totalAudioEnergy, lost: s.packetsLost};
    if (s.type == 'outbound-rtp') all[s.kind + '_out'] = {packets: s.packetsSent, frames: s.framesEncoded};
  }
  return all;
}
'''


class Page(http.server.BaseHTTPRequestHandler):
    """The only page there is."""

    def do_GET(self):  # noqa: N802 - the library's name
        self.send_response(200)
        self.send_header('Content-Type', 'text/html')
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, *ignored):
        pass


class Browser:
    """One page."""

    def __init__(self, url=None, before=(), switches=()):
        """url: of the page, if it is not to be one of our own; before: words in front of the command, such as another network's."""
        self.folder = tempfile.mkdtemp(prefix='confer-chromium-')
        # Cameras are for pages of localhost, not for files.
        self.site = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Page)
        threading.Thread(target=self.site.serve_forever, daemon=True).start()
        to_read, to_write = os.pipe()
        from_read, from_write = os.pipe()
        command = [*before, 'chromium', *SWITCHES, *switches, f'--user-data-dir={self.folder}/profile', 'about:blank']

        def set_pipes():
            # Above 4 first: one of the four may be 3 or 4 itself.
            a, b = os.dup(to_read), os.dup(from_write)
            os.dup2(a, 3)
            os.dup2(b, 4)
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, preexec_fn=set_pipes,
                                        close_fds=False)
        os.close(to_read)
        os.close(from_write)
        self.out = os.fdopen(to_write, 'wb', buffering=0)
        self.input = os.fdopen(from_read, 'rb', buffering=0)
        self.news = threading.Condition()
        self.answers = {}
        self.number = 0
        threading.Thread(target=self._read, daemon=True).start()
        targets = self.ask('Target.getTargets')['targetInfos']
        page_id = next(t['targetId'] for t in targets if t['type'] == 'page')
        self.session = None
        self.session = self.ask('Target.attachToTarget', targetId=page_id, flatten=True)['sessionId']
        url = url or f'http://localhost:{self.site.server_port}/'
        self.ask('Page.navigate', url=url)
        end = time.monotonic() + PATIENCE_SEC
        while not self.run("location.protocol.startsWith('http') && document.readyState == 'complete'"):
            if time.monotonic() > end:
                raise Failure(f'chromium does not load the page: {self.errors()}')
            time.sleep(0.1)
        self.run(SCRIPT + '; true')

    def _read(self):
        rest = b''
        while True:
            octets = self.input.read(65536)
            if not octets:
                break
            *messages, rest = (rest + octets).split(b'\0')
            with self.news:
                for message in map(json.loads, messages):
                    self.answers[message.get('id')] = message
                self.news.notify_all()

    def ask(self, method, patience=PATIENCE_SEC, **params):
        self.number += 1
        number = self.number
        session = getattr(self, 'session', None)
        message = {'id': number, 'method': method, 'params': params, **({'sessionId': session} if session else {})}
        self.out.write(json.dumps(message).encode() + b'\0')
        with self.news:
            if not self.news.wait_for(lambda: number in self.answers, patience):
                raise Failure(f'chromium does not answer {method}: {self.errors()}')
            answer = self.answers.pop(number)
        if 'error' in answer:
            raise Failure(f'chromium: {method}: {answer["error"]}')
        return answer['result']

    def run(self, script):
        """The value of a script; promises are waited for."""
        result = self.ask('Runtime.evaluate', expression=script, awaitPromise=True, returnByValue=True)
        if 'exceptionDetails' in result:
            raise Failure(f'chromium: {result["exceptionDetails"].get("exception", {}).get("description", result)}')
        return result['result'].get('value')

    def errors(self):
        return log_of(self.log)[-2000:]

    def close(self):
        self.process.kill()
        self.process.wait()
        self.site.shutdown()
        shutil.rmtree(self.folder, ignore_errors=True)
