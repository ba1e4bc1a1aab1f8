#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several media workers: rooms live on one each, whatever their members' keys and ways, and every worker has work."""
import os
import re
import subprocess
import time

from confer_test import BUILD, Server, check, free_port, run_cases
from phone import Phone

WORKERS = 2
KINDS = {
    'plain': ('udp', ['--encryption', 'none']),
    'sdes': ('tls', ['--encryption', 'sdes']),
    'dtls': ('udp', ['--encryption', 'dtls', '--ice', '--bundle']),
    'zrtp': ('udp', ['--encryption', 'zrtp']),
    'tcp': ('tls', ['--encryption', 'dtls', '--ice-tcp', '--no-udp', '--bundle']),
}


class ServerWithWorkers(Server):
    def __init__(self):
        # TCP that carries media comes to the port of the page.
        super().__init__(extra=('--web', f'127.0.0.1:{free_port()}'), config=f'[media]\nworkers = {WORKERS}\nice-port = 0\n')

    def busy_workers(self):
        """How many of its media threads have worked for more than a few milliseconds."""
        busy = 0
        for task in os.listdir(f'/proc/{self.process.pid}/task'):
            folder = f'/proc/{self.process.pid}/task/{task}'
            with open(f'{folder}/comm', encoding='ascii') as name, open(f'{folder}/schedstat', encoding='ascii') as spent:
                busy += name.read().strip() == 'media' and int(spent.read().split()[0]) > 5_000_000
        return busy


    def datagrams_in(self):
        out = subprocess.run([f'{BUILD}/confer', '--state', self.state, 'metrics'], capture_output=True, text=True, timeout=20)
        return int(re.search(r'^confer_media_datagrams_in_total (\d+)$', out.stdout, re.M)[1])


def room_of_two(server, room, kind):
    transport, options = KINDS[kind]
    return [Phone(server, user, f'sip:room-{room}@localhost', number, transport, options, f'connected,audio,sender={3 - number}')
            for number, user in ((1, 'alice'), (2, 'bob'))]


def hear_and_see(pair):
    for number, phone in enumerate(pair, 1):
        phone.sees(3 - number)
        phone.hears()


def leave(pairs):
    for pair in pairs:
        for phone in pair:
            phone.quit()


def two_rooms_on_two_workers():
    """Sound alone: light enough for ThreadSanitizer."""
    server = ServerWithWorkers()
    try:
        phones = [Phone(server, user, f'sip:room-light-{room}@localhost', number, 'tls', ['--encryption', 'sdes', '--layout', 'audio'], 'audio,no-video')
                  for room in range(WORKERS) for number, user in ((1, 'alice'), (2, 'bob'))]
        for phone in phones:
            phone.hears(patience=60)
        for phone in phones:
            phone.quit()
    finally:
        server.close()


def rooms_are_spread_over_the_workers():
    server = ServerWithWorkers()
    pairs = []
    try:
        for room in range(4):
            pairs.append(room_of_two(server, f'spread-{room}', 'plain'))
        for pair in pairs:
            hear_and_see(pair)
        check(server.busy_workers() == WORKERS, f'{server.busy_workers()} workers of {WORKERS} work')
        leave(pairs)
    finally:
        server.close()


def counters_are_of_all_workers():
    """One worker is far ahead of the other: what is told are sums, which never fall."""
    server = ServerWithWorkers()
    try:
        pairs = [room_of_two(server, 'counted-0', 'plain')]
        end = time.monotonic() + 30
        while server.datagrams_in() < 500:
            check(time.monotonic() < end, 'the first room is counted')
            time.sleep(0.2)
        pairs.append(room_of_two(server, 'counted-1', 'plain'))
        hear_and_see(pairs[1])
        seen = [server.datagrams_in()]
        while len(set(seen)) < 6:
            check(time.monotonic() < end, f'counters move: {seen}')
            time.sleep(0.2)
            seen.append(server.datagrams_in())
        check(seen == sorted(seen), f'counters fall: {seen}')
        check(server.busy_workers() == WORKERS, 'both workers work')
        leave(pairs)
    finally:
        server.close()


def all_keys_and_ways_work_on_every_worker():
    server = ServerWithWorkers()
    try:
        for kind in KINDS:
            pairs = [room_of_two(server, f'{kind}-{room}', kind) for room in range(WORKERS)]
            for pair in pairs:
                hear_and_see(pair)
            leave(pairs)
    finally:
        server.close()


def ports_and_workers_change_partners():
    """What a room gave back another may have, on another worker."""
    server = ServerWithWorkers()
    try:
        for turn in range(2):
            pairs = [room_of_two(server, f'turn-{turn}-{room}', 'sdes') for room in range(3)]
            for pair in pairs:
                hear_and_see(pair)
            leave(pairs)
    finally:
        server.close()


if __name__ == '__main__':
    run_cases(two_rooms_on_two_workers, rooms_are_spread_over_the_workers, counters_are_of_all_workers, all_keys_and_ways_work_on_every_worker, ports_and_workers_change_partners)
