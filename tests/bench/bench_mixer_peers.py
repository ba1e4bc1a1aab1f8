#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench_mixer_peers.py [MEMBERS ...]: confer beside liblinphone as a focus (Debian's package), mixing the sound of the same rooms in the same run: three
talk, everybody has Opus in packets of 20 ms and no encryption, and hears the mix. The others send silence, and in a second table as Opus does with DTX.
The load is `confer load` for both. CPU is that of the server's process, user and system, the kernel's delivery on loopback included: milliseconds a member
that is in and second. Each server is pinned to the first processor, the load to the last. A server can follow as long as all are in, less than 1 % is
lost and 98 % of the packets that members should hear come; of two tries the better counts, and who could not follow is not asked for more. liblinphone mixes
at 16 kHz by itself, and in a row of its own at 48 kHz as confer does. Needs root, for a network namespace of its own."""
import json
import os
import subprocess
import sys
import tempfile

from bench_peers import BUILD, RESULTS, SERVER_CPU, TOOL_CPU, own_network, settle
from plot import bars

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'e2e'))
from confer_test import Program, TrustingServer, free_port  # noqa: E402

FOCUS = f'{BUILD}/tests/interop/linphone/linphone_focus'
SECONDS = int(os.environ.get('CONFER_BENCH_SECONDS', '10'))
TRIES = 2
USERS = ','.join(f'm{i}' for i in range(256))
TALKERS = 3


class Linphone(Program):
    """The focus. It takes each user only once."""

    members_max = 256

    def __init__(self, rate=None):
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory(prefix='confer-focus-')
        super().__init__('linphone_focus', [FOCUS, self.folder.name, '127.0.0.1', str(self.port), *([str(rate)] if rate else [])],
                         env={**os.environ, 'HOME': self.folder.name})
        try:
            self.wait('ready', lambda event: event['event'] == 'ready')
        except BaseException:
            self.close()
            raise

    def close(self):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()


class LinphoneAtOurRate(Linphone):
    def __init__(self):
        super().__init__(48000)


class Confer(TrustingServer):
    members_max = 1000

    def __init__(self):
        # An INVITE is too long for UDP: each member has a connection.
        super().__init__(f'[server]\nconnections-per-address = {2 * self.members_max}\n')


def pinned(make):
    """A server on its own processor: it inherits what this thread is for the moment."""
    settle(SERVER_CPU)
    try:
        return make()
    finally:
        settle(TOOL_CPU)


def load(server, members, *more):
    """What `confer load` says of so many members in one room."""
    out = subprocess.run([f'{BUILD}/confer', 'load', 'sip:room-bench@localhost', '--server', f'127.0.0.1:{server.port}', '--video', 'none',
                          '--users', USERS, '--members', str(members), '--step', str(members), '--talkers', str(TALKERS), '--hold', str(SECONDS),
                          '--server-pid', str(server.process.pid), *more], stdout=subprocess.PIPE, text=True, check=False,
                         timeout=SECONDS + 120).stdout
    steps = [json.loads(line) for line in out.splitlines() if '"step"' in line]
    if not steps:
        raise RuntimeError('the load has not begun')
    return steps[0]


def measure(make, members, *more):
    """The better of some tries."""
    best = None
    for _ in range(TRIES):
        server = pinned(make)
        try:
            found = load(server, members, *more)
        finally:
            server.close()
        if best is None or (found['good'], -found['server_cpu']) > (best['good'], -best['server_cpu']):
            best = found
        if best['good']:
            break
    return best


def row(name, members, found, ours):
    each = found['server_cpu'] * 10 / max(found['up'], 1)
    verdict = ''
    if not found['good']:
        verdict = 'the load can do no more' if found['own_cpu'] > 90 else f'can not follow: {found["up"]} are in'
    print(f'{name:20} {members:8} {found["server_cpu"]:9.1f} {each:12.2f} {each / (ours or each or 1):9.1f} {found["sound_percent"]:8.1f} '
          f'{found["lost_percent"]:7.2f} {found["jitter_ms_p95"]:8.1f} {found["own_cpu"]:7.1f} {verdict}', flush=True)
    return each


def peers():
    if os.access(FOCUS, os.X_OK):
        return {'liblinphone, 16 kHz': Linphone, 'liblinphone, 48 kHz': LinphoneAtOurRate}
    print('# liblinphone: tests/interop/linphone/linphone_focus is not built; liblinphone-dev is not installed')
    return {}


def compare(members, others, what, *more):
    """One room by all who could follow so far; who no longer can is taken out."""
    ours = row('confer', members, measure(Confer, members, *more), None)
    seen = [('confer', ours)]
    for name, make in list(others.items()):
        found = measure(make, members, *more) if members <= make.members_max else None
        if found is not None:
            seen.append((name, row(name, members, found, ours)))
        if found is None or not found['good']:
            del others[name]
    bars(f'{RESULTS}/mixer-peers-{members}-members-{what}.svg', f'{members} members, {TALKERS} talk, {what}', 'ms of CPU a member and second', seen)


def main():
    own_network()
    settle(TOOL_CPU)
    os.makedirs(RESULTS, exist_ok=True)
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()]
    subprocess.run([f'{BUILD}/tests/bench/bench_head', *sys.argv], check=True)
    for what, more, usual in (('silence', (), [3, 10, 20, 30, 50, 200, 500]), ('dtx', ('--dtx',), [10, 20, 30, 50, 200, 1000])):
        print(f'{what:20} {"members":>8} {"% a core":>9} {"ms/member s":>12} {"x confer":>9} {"sound %":>8} {"lost %":>7} {"jitter":>8} {"load %":>7}',
              flush=True)
        others = peers()
        for members in sizes or usual:
            compare(members, others, what, *more)


if __name__ == '__main__':
    main()
