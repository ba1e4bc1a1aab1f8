#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench_peers.py [--highest] [RECEIVERS ...]: confer beside Janus and rtpengine (Debian's packages, if they are there) doing the same work in the same
run: one source of 1,100-octet VP8 packets, in frames of 1 and of 8, to N receivers, which decrypt and check every packet (peer_sink).
CPU is that of the server's process, user and system, the kernel's delivery on loopback included, per packet that a receiver got.
Receivers of confer have a port each and keys by SDES, and in a row of its own ICE and DTLS-SRTP as browsers do (docs/adr/0183).
Each server is pinned to the first processor, source and receivers to the last. Then the highest rate at which a server lost less than 0.1 % of what it
was to send, climbed to by steps. Needs root, for a network namespace of its own."""
import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from plot import bars

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get('CONFER_BUILD', os.path.join(HERE, '..', '..', 'build'))
ADDRESS = '10.99.0.1'
RATE_OUT = int(os.environ.get('CONFER_BENCH_RATE', '20000'))
SECONDS = float(os.environ.get('CONFER_BENCH_SECONDS', '6'))
# Rows whose names begin so, separated by semicolons; all if empty.
ONLY = tuple(word for word in os.environ.get('CONFER_BENCH_ONLY', '').split(';') if word)
REPETITIONS = int(os.environ.get('CONFER_BENCH_REPETITIONS', '2'))
PAYLOAD = 1100
RESULTS = os.path.join(HERE, '..', '..', 'bench', 'results')
SERVER_CPU, TOOL_CPU = 0, (os.cpu_count() or 1) - 1
GCM, CM = 'AEAD_AES_128_GCM', 'AES_CM_128_HMAC_SHA1_80'
KEY_LEN = {GCM: 28, CM: 30}
SOURCE_PORT, FIRST_PORT = 30000, 31000
UDP_SEGMENT = 103


def own_network():
    """Run again in a network namespace with an address that is not loopback: Janus gathers no candidates there."""
    if os.environ.get('CONFER_BENCH_NETWORK') != 'own':
        script = f'ip link set lo up && ip link add name peer0 type veth peer name peer1 && ip addr add {ADDRESS}/24 dev peer0 && ip link set peer0 up && ip link set peer1 up'
        os.environ['CONFER_BENCH_NETWORK'] = 'own'
        os.execvp('unshare', ['unshare', '-n', 'sh', '-c', f'{script} && exec "$@"', 'sh', sys.executable, *sys.argv])


def settle(cpu):
    """On its own processor, and before what else runs on this machine: losses are to be the server's own."""
    os.sched_setaffinity(0, {cpu})
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(10))


def start(argv, **how):
    return subprocess.Popen(argv, preexec_fn=lambda: settle(SERVER_CPU), **how)


def cpu_seconds(process):
    with open(f'/proc/{process.pid}/stat', encoding='ascii') as stat:
        fields = stat.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


class Sinks:
    """The receivers."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='confer-peers-')
        self.process = subprocess.Popen([f'{BUILD}/tests/bench/peer_sink'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        text=True, preexec_fn=lambda: settle(TOOL_CPU))
        self.fingerprint = self.process.stdout.readline().split()[1]
        self.legs = 0

    def add(self, local, remote, is_offer):
        for name, text in (('local', local), ('remote', remote)):
            with open(f'{self.folder}/{name}-{self.legs}', 'w', encoding='ascii', newline='') as out:
                out.write(text)
        self.process.stdin.write(f'leg {self.folder}/local-{self.legs} {self.folder}/remote-{self.legs} {"offer" if is_offer else "answer"}\n')
        self.process.stdin.flush()
        self.legs += 1

    def count(self):
        """Packets that were good, that were not, that are missing."""
        self.process.stdin.write('count\n')
        self.process.stdin.flush()
        return tuple(int(word) for word in self.process.stdout.readline().split()[1:])

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        shutil.rmtree(self.folder)


class Source:
    """Plain RTP with frames of so many packets, evenly spaced frames."""

    def __init__(self, to, ssrc, payload_type=96):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((ADDRESS, SOURCE_PORT))
        self.to, self.ssrc, self.payload_type = to, ssrc, payload_type
        self.sequence, self.frames, self.sent = 0, 0, 0
        self.is_key_due = True

    def frame(self, packets):
        """All of it at once, by one call, as a network card hands over what came in a burst."""
        is_key, self.is_key_due = self.is_key_due or self.frames % 500 == 0, False
        octets = bytearray()
        for i in range(packets):
            payload = bytearray(PAYLOAD)
            payload[:14] = bytes([0x90 if i == 0 else 0x80, 0x80, 0x80 | self.frames >> 8 & 0x7f, self.frames & 0xff, 0x10 if is_key else 0x11,
                                  0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01])
            header = bytes([0x80, self.payload_type | (0x80 if i + 1 == packets else 0)]) + (self.sequence & 0xffff).to_bytes(2, 'big') + \
                (self.frames * 3000 & 0xffffffff).to_bytes(4, 'big') + self.ssrc.to_bytes(4, 'big')
            octets += header + payload
            self.sequence += 1
        segment = (len(octets) // packets).to_bytes(2, sys.byteorder)
        self.socket.sendmsg([octets], [(socket.IPPROTO_UDP, UDP_SEGMENT, segment)] if packets > 1 else [], 0, self.to)
        self.frames += 1
        self.sent += packets

    def run(self, packets, per_second, seconds):
        due = time.monotonic()
        end = due + seconds
        self.is_key_due = True
        while due < end:
            self.frame(packets)
            due += packets / per_second
            time.sleep(max(0, due - time.monotonic()))

    def close(self):
        self.socket.close()


def key_of(suite):
    return base64.b64encode(os.urandom(KEY_LEN[suite])).decode()


def describe(port, direction, suite=None, kind='video', codec='96 VP8/90000'):
    """One line alone."""
    payload = codec.split()[0]
    lines = ['v=0', f'o=- 1 1 IN IP4 {ADDRESS}', 's=-', f'c=IN IP4 {ADDRESS}', 't=0 0', f'm={kind} {port} RTP/{"SAVP" if suite else "AVP"} {payload}',
             f'a=rtpmap:{codec}', 'a=rtcp-mux', f'a={direction}']
    if suite:
        lines.append(f'a=crypto:1 {suite} inline:{key_of(suite)}')
    return '\r\n'.join(lines) + '\r\n'


def attribute(description, name):
    return next((line.split(':', 1)[1] for line in description.splitlines() if line.startswith(f'a={name}:')), None)


def with_ice(description, port, fingerprint):
    """The same as browsers offer it: ICE with one candidate, keys by DTLS-SRTP."""
    more = [f'a=ice-ufrag:peer{port}', f'a=ice-pwd:passwordofthepeer{port:08}', f'a=candidate:1 1 udp 2130706431 {ADDRESS} {port} typ host',
            'a=end-of-candidates', f'a=fingerprint:sha-256 {fingerprint}', 'a=setup:actpass']
    return description.replace(' RTP/AVP ', ' UDP/TLS/RTP/SAVPF ') + '\r\n'.join(more) + '\r\n'


def media_port(description):
    return int(next(line.split()[1] for line in description.splitlines() if line.startswith('m=')))


# --- confer ---

class Confer:
    """The real server, a member a SIP call. Receivers have a port each and keys by SDES; with has_ice they come to the one port of the media
    worker by ICE, with DTLS-SRTP, as browsers do."""

    def __init__(self, suite, has_ice=False):
        self.suite, self.has_ice = suite, has_ice
        self.folder = tempfile.mkdtemp(prefix='confer-peers-')
        with open(f'{self.folder}/confer.conf', 'w', encoding='ascii') as out:
            out.write(f'[server]\nstate = {self.folder}\nlisten = {ADDRESS}:5060\ndomains = localhost\ndrain-time = 0s\n'
                      f'[accounts]\nregistrar = no\ntrusted-proxies = {ADDRESS}\n[conferences]\nopen-rooms = yes\nparticipants = 1000\nper-account = 1000\n'
                      f'[media]\nplain = yes\nsdes-insecure = yes\nquarantine = 0s\npacket-rate = 100000\n'
                      f'keying = dtls sdes none\nice = {"full" if has_ice else "off"}\n')
        self.process = start([f'{BUILD}/conferd', '--config', f'{self.folder}/confer.conf'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((ADDRESS, 5070))
        self.socket.settimeout(5)
        self.calls = 0
        time.sleep(1.5)

    def call(self, offer):
        """The answer to a call into the room."""
        self.calls += 1
        head = f'Via: SIP/2.0/UDP {ADDRESS}:5070;branch=z9hG4bK{{0}}{self.calls}\r\nFrom: <sip:m{self.calls}@localhost>;tag=t{self.calls}\r\n' \
               f'Call-ID: call{self.calls}\r\nMax-Forwards: 70\r\nContact: <sip:m{self.calls}@{ADDRESS}:5070>\r\n'
        request = f'INVITE sip:room-bench@localhost SIP/2.0\r\n{head.format("i")}To: <sip:room-bench@localhost>\r\nCSeq: 1 INVITE\r\n' \
                  f'Content-Type: application/sdp\r\nContent-Length: {len(offer)}\r\n\r\n{offer}'
        self.socket.sendto(request.encode(), (ADDRESS, 5060))
        while True:
            text = self.socket.recv(65536).decode()
            if f'Call-ID: call{self.calls}\r\n' in text and text.startswith('SIP/2.0 ') and not text.startswith('SIP/2.0 1'):
                break
        if not text.startswith('SIP/2.0 200'):
            raise RuntimeError(text)
        fields = text.split('\r\n\r\n', 1)[0].split('\r\n')
        to = next(f for f in fields if f.startswith('To:'))
        route = ''.join(f'Route: {f.split(":", 1)[1].strip()}\r\n' for f in fields if f.startswith('Record-Route:'))
        contact = next(f for f in fields if f.startswith('Contact:')).split('<')[1].split('>')[0]
        self.socket.sendto(f'ACK {contact} SIP/2.0\r\n{head.format("a")}{to}\r\nCSeq: 1 ACK\r\n{route}Content-Length: 0\r\n\r\n'.encode(),
                           (ADDRESS, 5060))
        return text.split('\r\n\r\n', 1)[1]

    def source(self):
        return Source((ADDRESS, media_port(self.call(describe(SOURCE_PORT, 'sendonly')))), 77)

    def receive(self, sinks, port):
        offer = with_ice(describe(port, 'recvonly'), port, sinks.fingerprint) if self.has_ice else describe(port, 'recvonly', self.suite)
        sinks.add(offer, self.call(offer), True)

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


# --- rtpengine ---

def bencode(value):
    if isinstance(value, dict):
        return b'd' + b''.join(bencode(k) + bencode(v) for k, v in sorted(value.items())) + b'e'
    if isinstance(value, list):
        return b'l' + b''.join(bencode(v) for v in value) + b'e'
    if isinstance(value, int):
        return b'i%de' % value
    value = value.encode() if isinstance(value, str) else value
    return b'%d:%s' % (len(value), value)


def bdecode(text, at=0):
    kind = text[at:at + 1]
    if kind == b'i':
        end = text.index(b'e', at)
        return int(text[at + 1:end]), end + 1
    if kind in b'dl':
        items, at = [], at + 1
        while text[at:at + 1] != b'e':
            item, at = bdecode(text, at)
            items.append(item)
        return (dict(zip(items[::2], items[1::2])) if kind == b'd' else items), at + 1
    colon = text.index(b':', at)
    end = colon + 1 + int(text[at:colon])
    return text[colon + 1:end].decode(errors='replace'), end


class RtpEngine:
    """rtpengine in user space, publish and subscribe. It publishes no video: the same packets are called sound."""

    SOUND = {'kind': 'audio', 'codec': '0 PCMU/8000'}

    def __init__(self, suite):
        self.suite = suite
        self.process = start(['rtpengine', '--table=-1', f'--interface={ADDRESS}', f'--listen-ng={ADDRESS}:2223', '--foreground', '--log-stderr',
                              '--log-level=3', '--port-min=40000', '--port-max=59000', '--pidfile=/dev/null'],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect((ADDRESS, 2223))
        self.socket.settimeout(5)
        self.serial = 0
        time.sleep(1.5)

    def ask(self, **what):
        self.serial += 1
        what = {key.replace('_', '-'): value for key, value in what.items()}
        what['call-id'] = 'bench'
        self.socket.send(b'%d ' % self.serial + bencode(what))
        answer = bdecode(self.socket.recv(65536).split(b' ', 1)[1])[0]
        if answer['result'] != 'ok':
            raise RuntimeError(answer)
        return answer

    def source(self):
        answer = self.ask(command='publish', from_tag='source', sdp=describe(SOURCE_PORT, 'sendonly', **self.SOUND))
        return Source((ADDRESS, media_port(answer['sdp'])), 77, 0)

    def receive(self, sinks, port):
        profile = 'RTP/SAVP' if self.suite else 'RTP/AVP'
        request = self.ask(command='subscribe request', from_tag='source', transport_protocol=profile, rtcp_mux=['offer', 'require'])
        offer = request['sdp']
        answer = describe(port, 'recvonly', self.suite, **self.SOUND)
        if self.suite:
            tag = next(line.split(':')[1].split()[0] for line in offer.splitlines() if line.startswith('a=crypto:') and f' {self.suite} ' in line)
            answer = answer.replace('a=crypto:1 ', f'a=crypto:{tag} ')
        self.ask(command='subscribe answer', to_tag=request['to-tag'], sdp=answer)
        sinks.add(answer, offer, False)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.socket.close()


# --- Janus ---

class Janus:
    """Janus VideoRoom: a remote publisher, subscribers by WebRTC (ICE, DTLS-SRTP); kept small: one plug-in, one transport."""

    def __init__(self, suite):
        self.suite = suite
        self.folder = tempfile.mkdtemp(prefix='confer-peers-')
        with open(f'{self.folder}/janus.jcfg', 'w', encoding='ascii') as out:
            out.write(f'general: {{ debug_level = 2\n plugins_folder = "{self.folder}/plugins"\n transports_folder = "{self.folder}/transports" }}\n'
                      'media: { ipv6 = false }\nnat: { nice_debug = false }\nplugins: { }\ntransports: { }\n')
        with open(f'{self.folder}/janus.transport.pfunix.jcfg', 'w', encoding='ascii') as out:
            out.write(f'general: {{ enabled = true\n json = "compact"\n path = "{self.folder}/api"\n type = "SOCK_SEQPACKET" }}\n')
        for kind, keep in (('plugins', 'videoroom'), ('transports', 'pfunix')):
            os.mkdir(f'{self.folder}/{kind}')
            library = f'libjanus_{keep}.so'
            os.symlink(f'/usr/lib/{os.uname().machine}-linux-gnu/janus/{kind}/{library}', f'{self.folder}/{kind}/{library}')
        self.log = open(f'{self.folder}/log', 'w', encoding='utf-8')
        self.process, self.socket = self.launch()
        self.serial, self.session, self.alive_at = 0, None, time.monotonic()
        self.session = self.ask({'janus': 'create'})['data']['id']
        self.owner = self.attach()
        self.message(self.owner, {'request': 'create', 'room': 1, 'publishers': 10, 'videocodec': 'vp8', 'fir_freq': 0}, 'success')
        self.feed = None

    def launch(self):
        """Janus 1.1.2's thread of this transport sometimes finds it not ready yet and ends, and Janus with it: then once more."""
        for _ in range(20):
            process = start(['janus', f'--configs-folder={self.folder}', f'--interface={ADDRESS}'], stdout=self.log, stderr=self.log)
            while process.poll() is None:
                api = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                api.settimeout(10)
                try:
                    api.connect(f'{self.folder}/api')
                    return process, api
                except OSError:
                    api.close()
                    time.sleep(0.2)
        raise RuntimeError('Janus does not start')

    def ask(self, request, until=('success',), handle=None):
        self.serial += 1
        request['transaction'] = str(self.serial)
        if self.session is not None:
            request['session_id'] = self.session
        if handle is not None:
            request['handle_id'] = handle
        self.socket.send(json.dumps(request).encode())
        while True:
            answer = json.loads(self.socket.recv(1 << 20))
            if answer.get('transaction') == request['transaction'] and answer['janus'] in (*until, 'error'):
                if answer['janus'] == 'error' or 'error' in answer.get('plugindata', {}).get('data', {}):
                    raise RuntimeError(answer)
                return answer

    def attach(self):
        return self.ask({'janus': 'attach', 'plugin': 'janus.plugin.videoroom'})['data']['id']

    def message(self, handle, body, until='event', jsep=None):
        request = {'janus': 'message', 'body': body}
        if jsep is not None:
            request['jsep'] = jsep
        return self.ask(request, (until,), handle)

    def source(self):
        answer = self.message(self.owner, {'request': 'add_remote_publisher', 'room': 1, 'id': 7, 'display': 'source', 'iface': ADDRESS, 'port': 0,
                                           'streams': [{'type': 'video', 'mindex': 0, 'mid': '0', 'codec': 'vp8'}]}, 'success')
        data = answer['plugindata']['data']
        self.feed = data['id']
        return Source((ADDRESS, data['port']), 1000)

    def receive(self, sinks, port):
        handle = self.attach()
        joined = self.message(handle, {'request': 'join', 'ptype': 'subscriber', 'room': 1, 'streams': [{'feed': self.feed}]})
        offer = joined['jsep']['sdp']
        payload = next(line.split()[3] for line in offer.splitlines() if line.startswith('m=video'))
        candidate = f'candidate:1 1 udp 2130706431 {ADDRESS} {port} typ host'
        answer = '\r\n'.join([
            'v=0', f'o=- 1 1 IN IP4 {ADDRESS}', 's=-', 't=0 0', 'a=ice-lite', f'm=video {port} UDP/TLS/RTP/SAVPF {payload}', f'c=IN IP4 {ADDRESS}',
            f'a=mid:{attribute(offer, "mid")}', 'a=recvonly', 'a=rtcp-mux', f'a=rtpmap:{payload} VP8/90000', f'a=ice-ufrag:peer{port}',
            f'a=ice-pwd:passwordofthepeer{port:08}', f'a=fingerprint:sha-256 {sinks.fingerprint}', 'a=setup:active', f'a={candidate}',
            'a=end-of-candidates']) + '\r\n'
        sinks.add(answer, offer, False)
        self.message(handle, {'request': 'start'}, jsep={'type': 'answer', 'sdp': answer})

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.socket.close()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


# --- one measurement ---

LOSS_MAX = 0.1
WARM_UP_MAX = 15
STEP = 1.4
RATE_MAX = 1500000


class Trial:
    """A server, its source and its receivers."""

    def __init__(self, make, receivers, packets):
        self.server, self.sinks, self.source = make(), Sinks(), None
        self.receivers, self.packets = receivers, packets
        try:
            self.source = self.server.source()
            for i in range(receivers):
                self.server.receive(self.sinks, FIRST_PORT + 2 * i)
            self.warm_up()
        except BaseException:
            self.close()
            raise

    def warm_up(self):
        """At least two seconds, and until all receivers get what is sent: checks and handshakes take their time."""
        begun, share = time.monotonic(), 0.0
        while time.monotonic() - begun < 2 or (share < 0.99 and time.monotonic() - begun < WARM_UP_MAX):
            share = 1 - self.window(RATE_OUT, 0.5, may_be_empty=True)[1] / 100

    def window(self, rate, seconds, may_be_empty=False):
        """Microseconds of CPU a packet and percent lost with so many packets a second out; and how many there really were."""
        got, sent, spent, begun = self.sinks.count()[0], self.source.sent, cpu_seconds(self.server.process), time.monotonic()
        self.source.run(self.packets, rate / self.receivers, seconds)
        elapsed = time.monotonic() - begun
        time.sleep(0.3)
        spent = cpu_seconds(self.server.process) - spent
        got, sent = self.sinks.count()[0] - got, (self.source.sent - sent) * self.receivers
        if got <= 0 and not may_be_empty:
            raise RuntimeError('nothing came')
        return spent * 1e6 / max(got, 1), max(0.0, 100 * (sent - got) / sent), sent / elapsed

    def close(self):
        if self.source is not None:
            self.source.close()
        self.sinks.close()
        self.server.close()


def measure(make, receivers, packets):
    """Microseconds of CPU a packet; percent lost; of the better of some repetitions: one without losses, if there is one."""
    trial = Trial(make, receivers, packets)
    try:
        found = [trial.window(RATE_OUT, SECONDS) for _ in range(REPETITIONS)]
        return min((lost >= LOSS_MAX, each, lost) for each, lost, _ in found)[1:]
    finally:
        trial.close()


def climb(make, receivers, packets):
    """The highest rate out that was kept up without losses, in thousands a second; microseconds of CPU a packet there; whether it was the
    source that could do no more."""
    trial = Trial(make, receivers, packets)
    best, rate = (0.0, 0.0, False), RATE_OUT
    try:
        while rate < RATE_MAX:
            windows = (trial.window(rate, 2) for _ in range(2))
            good = next((window for window in windows if window[1] < LOSS_MAX), None)
            if good is None:
                break
            is_slow = good[2] < 0.9 * rate
            best = max(best, (good[2] / 1000, good[0], is_slow))
            if is_slow:
                break
            rate *= STEP
        return best
    finally:
        trial.close()


# Name; with which of confer's rows it is compared: suite, and whether receivers have ICE; how to begin; its program.
SERVERS = [
    ('confer, plain', 'plain', lambda: Confer(None), None),
    ('confer, GCM', 'gcm', lambda: Confer(GCM), None),
    ('confer, AES-CM', 'cm', lambda: Confer(CM), None),
    ('confer, ICE, DTLS-SRTP GCM', 'gcm, ice', lambda: Confer(GCM, has_ice=True), None),
    ('rtpengine, plain', 'plain', lambda: RtpEngine(None), 'rtpengine'),
    ('rtpengine, GCM', 'gcm', lambda: RtpEngine(GCM), 'rtpengine'),
    ('rtpengine, AES-CM', 'cm', lambda: RtpEngine(CM), 'rtpengine'),
    ('Janus VideoRoom, DTLS-SRTP GCM', 'gcm, ice', lambda: Janus(GCM), 'janus'),
]


def chosen():
    """Rows whose programs are there and that are wished."""
    for name, suite, make, program in SERVERS:
        if ONLY and not name.startswith(ONLY):
            continue
        if program is not None and shutil.which(program) is None:
            print(f'# {name}: {program} is not installed')
            continue
        yield name, suite, make


def attempt(what, name, make, receivers, packets):
    """A measurement, a second try if the first does not come about; None."""
    for _ in range(2):
        try:
            return what(make, receivers, packets)
        except (RuntimeError, OSError, KeyError, StopIteration, IndexError) as problem:
            print(f'# {name}: {type(problem).__name__}: {str(problem)[:300]}', flush=True)
    return None


def compare(receivers, packets):
    ours, seen = {}, []
    for name, suite, make in chosen():
        result = attempt(measure, name, make, receivers, packets)
        if result is None:
            continue
        each, lost = result
        ours.setdefault(suite, each)
        seen.append((name, each))
        print(f'{name:32} {receivers:9} {packets:6} {each:10.2f} {lost:7.2f} {each / ours[suite]:9.1f}', flush=True)
    bars(f'{RESULTS}/peers-{receivers}-receivers-frames-of-{packets}.svg', f'{receivers} receivers, frames of {packets}', 'us of CPU a packet', seen)


def compare_highest(receivers, packets):
    seen = []
    for name, suite, make in chosen():
        if not suite.startswith('gcm'):
            continue
        result = attempt(climb, name, make, receivers, packets)
        if result is not None:
            print(f'{name:32} {receivers:9} {packets:6} {result[0]:10.1f} {result[1]:10.2f} {"the source" if result[2] else ""}', flush=True)
            seen.append((name, result[0]))
    bars(f'{RESULTS}/peers-highest-{receivers}-receivers-frames-of-{packets}.svg', f'{receivers} receivers, frames of {packets}, less than 0.1 % lost',
         'thousand packets a second', seen)


def main():
    own_network()
    settle(TOOL_CPU)
    os.makedirs(RESULTS, exist_ok=True)
    only_highest = '--highest' in sys.argv
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()] or [10, 50, 200]
    subprocess.run([f'{BUILD}/tests/bench/bench_head', *sys.argv], check=True)
    print(f'# {RATE_OUT} packets a second out, {PAYLOAD} octets', flush=True)
    if not only_highest:
        print(f'{"server":32} {"receivers":>9} {"frame":>6} {"us/packet":>10} {"lost %":>7} {"x confer":>9}', flush=True)
    for receivers in sizes:
        for packets in (1, 8) if not only_highest else ():
            compare(receivers, packets)
    print(f'{"highest rate without losses":32} {"receivers":>9} {"frame":>6} {"kpackets/s":>10} {"us/packet":>10} ended by', flush=True)
    for receivers in sizes:
        for packets in (1, 8):
            compare_highest(receivers, packets)


if __name__ == '__main__':
    main()
