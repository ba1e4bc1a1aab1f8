#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several media workers: rooms live on one each, or on all if they are large, whatever their members' keys and ways, and every worker has
work."""
import os
import re
import subprocess
import time

from confer_test import BUILD, Server, check, free_port, run_cases
from phone import Phone, end_together, heard_at_the_end

WORKERS = 2
PEOPLE = ['alice', 'bob', 'carol', 'dave']
KINDS = {
    'plain': ('udp', ['--encryption', 'none']),
    'sdes': ('tls', ['--encryption', 'sdes']),
    'dtls': ('udp', ['--encryption', 'dtls', '--ice', '--bundle']),
    'zrtp': ('udp', ['--encryption', 'zrtp']),
    'tcp': ('tls', ['--encryption', 'dtls', '--ice-tcp', '--no-udp', '--bundle']),
}


class ServerWithWorkers(Server):
    def __init__(self, more=''):
        # TCP that carries media comes to the port of the page.
        super().__init__(extra=('--web', f'127.0.0.1:{free_port()}'), config=f'[media]\nworkers = {WORKERS}\nice-port = 0\n{more}')

    def busy_workers(self):
        """How many of its media threads have worked for more than a few milliseconds."""
        busy = 0
        for task in os.listdir(f'/proc/{self.process.pid}/task'):
            folder = f'/proc/{self.process.pid}/task/{task}'
            with open(f'{folder}/comm', encoding='ascii') as name, open(f'{folder}/schedstat', encoding='ascii') as spent:
                busy += name.read().strip() == 'media' and int(spent.read().split()[0]) > 5_000_000
        return busy

    def figure(self, name):
        out = subprocess.run([f'{BUILD}/confer', '--state', self.state, 'metrics'], capture_output=True, text=True, timeout=20)
        return int(re.search(rf'^confer_{name} (\d+)$', out.stdout, re.M)[1])

    def wait_figure(self, name, least):
        """Figures of media are told every few seconds."""
        end = time.monotonic() + 30
        while self.figure(name) < least:
            check(time.monotonic() < end, f'{name} reaches {least}')
            time.sleep(0.2)

    def worker_of(self, room, user):
        """Which media worker the user's call lives on."""
        found = [d['worker'] for p in self.room(room)['participants'] if p['user'] == f'sip:{user}@localhost' for d in p['devices']]
        check(len(found) == 1, f'{user} is in the room once')
        return found[0]


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


def one_room_on_two_workers():
    """The same for a room that is spread over both."""
    server = ServerWithWorkers('spread-from = 2\n')
    try:
        phones = [Phone(server, user, 'sip:room-light@localhost', number, 'tls', ['--encryption', 'sdes', '--layout', 'audio'], 'audio,no-video')
                  for number, user in enumerate(PEOPLE, 1)]
        for phone in phones:
            phone.hears(patience=60)
        workers = {server.worker_of('room-light', user) for user in PEOPLE}
        check(workers == set(range(WORKERS)), f'members live on {workers}')
        server.wait_figure('media_packets_handed_total', 1)
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
        server.wait_figure('media_datagrams_in_total', 500)
        pairs.append(room_of_two(server, 'counted-1', 'plain'))
        hear_and_see(pairs[1])
        seen = [server.figure('media_datagrams_in_total')]
        while len(set(seen)) < 6:
            check(time.monotonic() < end, f'counters move: {seen}')
            time.sleep(0.2)
            seen.append(server.figure('media_datagrams_in_total'))
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
    """What a room gave back another may have, on another worker or, with sockets that stayed open, on the same."""
    server = ServerWithWorkers('quarantine = 0s\n')
    try:
        open_files = []
        for turn in range(3):
            pairs = [room_of_two(server, f'turn-{turn}-{room}', 'sdes') for room in range(3)]
            for pair in pairs:
                hear_and_see(pair)
            leave(pairs)
            for room in range(3):
                server.wait_no_room(f'room-turn-{turn}-{room}')
            open_files.append(len(os.listdir(f'/proc/{server.process.pid}/fd')))
        check(max(open_files) <= open_files[0] + 8, f'open files: {open_files}')
    finally:
        server.close()



def spread_room(server, room, layout, kinds):
    """Phones in one room, which is on both workers."""
    phones = []
    for number, kind in enumerate(kinds, 1):
        transport, options = KINDS[kind]
        phones.append(Phone(server, PEOPLE[number - 1], f'sip:room-{room}@localhost', number, transport,
                            [*options, *layout, '--fps', '5', '--video-rate', '40'], 'connected,audio', records=True))
        phones[-1].event('connected')
    workers = [server.worker_of(f'room-{room}', phone.user) for phone in phones]
    check(sorted(set(workers)) == list(range(WORKERS)), f'members live on {workers}')
    return phones, workers


def one_room_lives_on_both_workers():
    """Everyone sees and hears everyone, whatever worker, keys and ways they have; who is kicked is gone for all."""
    server = ServerWithWorkers('spread-from = 2\n')
    try:
        phones, workers = spread_room(server, 'both', ['--layout', 'grid'], ['plain', 'sdes', 'dtls', 'tcp'])
        for number, phone in enumerate(phones, 1):
            phone.sees(*(n for n in range(1, len(phones) + 1) if n != number), least=10, patience=60)
            phone.hears(4000, 60)
        check(server.busy_workers() == WORKERS, 'both workers work')
        server.wait_figure('media_packets_handed_total', 100)
        check(server.figure('media_packets_handed_lost_total') == 0, 'none is lost')
        gone = phones.pop(workers.index(1))
        check(server.control('kick', 'room-both', f'sip:{gone.user}@localhost')[0].get('done') == 'kick', 'kicked')
        gone.finish()
        for phone in phones:
            phone.present(len(phones))
        end_together(phones, 5)
        for phone in phones:
            for result, other in zip(heard_at_the_end(phone.recording(), phones, 5), phones):
                check(result['heard'] == (other is not phone), f'{phone.name} and the voice of {other.name}: {result}')
    finally:
        server.close()


def pictures_of(event, card):
    return sum(line.get('cards', {}).get(str(card), 0) for line in event['lines'])


def the_speaker_is_the_same_on_both_workers():
    """Members who follow the speaker see the same one, and another when that one is muted, wherever they all live."""
    server = ServerWithWorkers('spread-from = 2\n')
    try:
        phones, _ = spread_room(server, 'speaker', [], ['sdes', 'zrtp', 'plain', 'dtls'])
        for speaker, phone in enumerate(phones, 1):
            for other in phones:
                command = 'unmute' if other is phone else 'mute'
                check(server.control(command, 'room-speaker', f'sip:{other.user}@localhost')[0].get('done') == command, command)
            for other in phones:
                if other is not phone:
                    before = pictures_of(other.wait('statistics', lambda e: e.get('event') == 'stats'), speaker)
                    other.wait(f'more of card {speaker}', lambda e, card=speaker, least=before + 10: e.get('event') == 'stats' and
                               pictures_of(e, card) >= least, 60)
        for phone in phones:
            phone.quit()
    finally:
        server.close()


if __name__ == '__main__':
    run_cases(two_rooms_on_two_workers, rooms_are_spread_over_the_workers, counters_are_of_all_workers, all_keys_and_ways_work_on_every_worker,
              ports_and_workers_change_partners, one_room_on_two_workers, one_room_lives_on_both_workers, the_speaker_is_the_same_on_both_workers)
