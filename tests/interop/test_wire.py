#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on the wire, read by somebody else: two calls are captured in a network of their own, and tshark, which knows SIP, SDP,
STUN, RTP and RTCP by its own reading of the RFCs, has to find them all and nothing to warn of."""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'e2e'))
from confer_test import Failure, Server, check, run_cases  # noqa: E402
from phone import Phone  # noqa: E402

ROOM = 'sip:room-tea@localhost'
CALL_SEC = 6
INSIDE = 'CONFER_TEST_NETWORK'


class Capture:
    """dumpcap on loopback, from the moment that it really listens."""

    def __init__(self, folder):
        self.file = pathlib.Path(folder) / 'wire.pcapng'
        self.process = subprocess.Popen(['dumpcap', '-q', '-i', 'lo', '-w', str(self.file)], stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        # The file has its header as soon as the interface is open.
        while not (self.file.exists() and self.file.stat().st_size > 0):
            if self.process.poll() is not None or time.monotonic() > end:
                raise Failure('dumpcap does not capture')
            time.sleep(0.05)

    def end(self):
        self.process.terminate()
        self.process.wait(20)

    def tshark(self, *argv):
        out = subprocess.run(['tshark', '-r', str(self.file), *argv], capture_output=True, text=True, timeout=120)
        check(out.returncode == 0, out.stderr)
        return out.stdout


def warnings_of(capture):
    """Expert information that is worse than a note. Left out is what TCP itself repeats, which is the machine's business, and what
    tshark 4.0 says of some documents that came deflated, all of which it decodes: the octets end where the document does."""
    fields = capture.tshark('-Y', '_ws.expert.severity == "Error" || _ws.expert.severity == "Warning"',
                            '-T', 'fields', '-e', '_ws.col.Protocol', '-e', 'frame.number', '-e', '_ws.expert.message')
    return [line for line in fields.splitlines()
            if not line.startswith('TCP\t') and not (line.startswith('SIP/XML\t') and line.endswith('\tTrailing stray characters'))]


def is_nothing_to_warn_of():
    with tempfile.TemporaryDirectory(prefix='confer-wire-') as folder:
        capture = Capture(folder)
        server = Server()
        try:
            phones = [Phone(server, 'alice', ROOM, 1, 'udp', ['--ice'], duration=CALL_SEC),
                      Phone(server, 'bob', ROOM, 2, 'tcp', ['--layout', 'grid'], duration=CALL_SEC)]
            for phone in phones:
                phone.event('connected')
            for phone in phones:
                check(phone.process.wait(60) == 0, phone.errors())
        finally:
            check(server.end() == 0, server.errors())
            server.close()
            capture.end()
        for protocol, least in {'sip': 20, 'sdp': 4, 'stun': 4, 'rtp': 500, 'rtcp': 4}.items():
            count = len(capture.tshark('-Y', protocol, '-T', 'fields', '-e', 'frame.number').splitlines())
            check(count >= least, f'tshark finds {count} frames of {protocol}')
        warnings = warnings_of(capture)
        check(not warnings, '\n'.join(warnings[:20]))


if __name__ == '__main__':
    if os.environ.get(INSIDE):
        subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
        run_cases(is_nothing_to_warn_of)
    else:
        how = ['unshare', '--net'] if os.geteuid() == 0 else ['unshare', '--map-root-user', '--net']
        if subprocess.run([*how, 'true'], stderr=subprocess.DEVNULL).returncode != 0:
            print('1..0 # SKIP no network of its own can be made here')
            sys.exit(0)
        os.execvpe(how[0], [*how, sys.executable, os.path.abspath(__file__)], {**os.environ, INSIDE: '1'})
