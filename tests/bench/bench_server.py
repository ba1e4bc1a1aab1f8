#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the whole server costs, with SIPp as load: CPU per call and calls a second, registrations, memory of members that are in.
CPU is that of the server's threads (user + system, the kernel's part of loopback included), so that a busy machine changes it
little; rates depend on what SIPp and the machine leave."""
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'interop'))
sys.path.insert(0, os.path.join(HERE, '..', 'e2e'))
from confer_test import BUILD, Failure, Server, TrustingServer, free_port  # noqa: E402
from sipp import Sipp  # noqa: E402

CALLS = int(os.environ.get('CONFER_BENCH_CALLS', '6000'))
MEMBERS = int(os.environ.get('CONFER_BENCH_MEMBERS', '1000'))


def cpu_msec(server):
    """CPU of each thread so far: {name and id: ms}."""
    result = {}
    for task in os.listdir(f'/proc/{server.process.pid}/task'):
        with open(f'/proc/{server.process.pid}/task/{task}/schedstat', encoding='ascii') as stat:
            result[int(task)] = int(stat.read().split()[0]) / 1e6
    return result


def resident_kb(server, part='VmRSS'):
    with open(f'/proc/{server.process.pid}/status', encoding='ascii') as status:
        return next(int(line.split()[1]) for line in status if line.startswith(part))


def wakeups(server):
    """How often its threads have slept so far."""
    slept = 0
    for task in os.listdir(f'/proc/{server.process.pid}/task'):
        with open(f'/proc/{server.process.pid}/task/{task}/status', encoding='ascii') as status:
            slept += next(int(line.split()[1]) for line in status if line.startswith('voluntary'))
    return slept


class Spent:
    """CPU of the signalling thread and of all others while the block ran."""

    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.before = cpu_msec(self.server)
        self.began = time.monotonic()
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.began
        after = cpu_msec(self.server)
        spent = {task: after[task] - self.before.get(task, 0) for task in after}
        self.signalling = spent.get(self.server.process.pid, 0)
        self.others = sum(spent.values()) - self.signalling


def row(what, count, spent, unit='call'):
    print(f'{what:44} {count:7} {count / spent.seconds:9.0f}/s {spent.signalling / count:9.4f} {spent.others / count:9.4f} ms CPU a {unit}', flush=True)


def calls(transport, rate, what):
    server = TrustingServer()
    try:
        # Until ports of earlier calls have rested (1 s here): a server that has been running a while.
        Sipp(server, 'bench_member', calls=2 * rate, rate=rate, together=200, rooms=20, transport=transport, patience=200).done()
        with Spent(server) as spent:
            Sipp(server, 'bench_member', calls=CALLS, rate=rate, together=200, rooms=20, transport=transport, patience=200).done()
        row(what, CALLS, spent)
        return spent.signalling / CALLS
    finally:
        server.close()


def calls_with_password():
    server = Server(config='[accounts]\nalgorithms = MD5\n')
    try:
        count = CALLS // 3
        with Spent(server) as spent:
            Sipp(server, 'bench_call_with_password', calls=count, rate=400, together=4, patience=200).done()
        row('call with digest (401, INVITE, ACK, BYE)', count, spent)
        with Spent(server) as spent:
            Sipp(server, 'register', calls=count, rate=400, together=4, patience=200).done()
        row('REGISTER with digest (401, 200), refresh', count, spent, 'registration')
    finally:
        server.close()


def idle():
    """Memory and awakenings of a server, page and all, that has just begun and has nothing to do."""
    server = Server(extra=('--web', f'127.0.0.1:{free_port()}'))
    try:
        time.sleep(2)  # what a beginning takes for a moment is given back
        woken = wakeups(server)
        with Spent(server) as spent:
            time.sleep(5)
        woken = (wakeups(server) - woken) / spent.seconds
        print(f'{"memory of an idle server (target: < 30 MB)":44} {resident_kb(server) * 1.024 / 1000:30.1f} MB, of it '
              f'{resident_kb(server, "RssAnon") * 1.024 / 1000:.1f} MB its own, the rest pages of files (program, libraries)')
        print(f'{"awakenings of an idle server":44} {woken:30.1f} a second', flush=True)
    finally:
        server.close()


def members():
    """Memory of members that are in, in rooms of ten and without media packets."""
    server = TrustingServer('')
    try:
        before = resident_kb(server)
        phones = Sipp(server, 'bench_member', calls=MEMBERS, rate=200, together=MEMBERS, rooms=MEMBERS // 10,
                      hold_msec=20000, patience=200)
        end = time.monotonic() + 120
        inside = 0
        while inside < MEMBERS and time.monotonic() < end:
            inside = sum(room['in'] for room in server.control('rooms'))
        if inside < MEMBERS:
            raise Failure(f'{inside} members of {MEMBERS} are in')
        grown = resident_kb(server) - before
        print(f'{"memory of a member (signalling and media leg)":44} {MEMBERS:7} {grown / MEMBERS:22.1f} kB', flush=True)
        time.sleep(2)  # what they were greeted with is over
        woken = wakeups(server)
        with Spent(server) as spent:
            time.sleep(5)
        woken = (wakeups(server) - woken) / spent.seconds
        print(f'{"CPU with so many silent members":44} {MEMBERS:7} {(spent.signalling + spent.others) / spent.seconds / 10:22.2f} % of a core', flush=True)
        print(f'{"awakenings of all threads":44} {MEMBERS:7} {woken:22.0f} a second', flush=True)
        phones.done()
    finally:
        server.close()


def main():
    subprocess.run([f'{BUILD}/tests/bench/bench_head', *sys.argv], check=True)
    print(f'{"":44} {"count":>7} {"rate":>11} {"signalling":>9} {"media":>9}', flush=True)
    idle()
    best = min(calls('u1', 1500, 'call over UDP (INVITE, ACK, BYE), no digest') for _ in range(2))
    calls('t1', 1500, 'the same over one TCP connection')
    calls_with_password()
    members()
    print(f'# target: <= 0.1 ms of signalling CPU per INVITE/ACK/BYE call; the better of two runs: {best:.4f}')


if __name__ == '__main__':
    main()
