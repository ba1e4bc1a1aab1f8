#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make demo: three user agents with voices and pictures of their own meet in a conference that a factory makes. After 20 seconds a
report tells who heard and saw whom, from what was recorded, and whether that is right. Status 0 if it is."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tests', 'e2e'))
from confer_test import BUILD, Failure, Server  # noqa: E402
from phone import Phone, heard_in  # noqa: E402

SECONDS = int(os.environ.get('CONFER_DEMO_SECONDS', '20'))
PEOPLE = (('alice', 1), ('bob', 2), ('carol', 3))
STRANGER = 9


def meet(server):
    """The three phones after their conference, each with its outcome."""
    called = [Phone(server, user, None, number, expect='audio,participants=3', options=['--size', '320x240', '--video-rate', '300'],
                    records=True) for user, number in PEOPLE[1:]]
    for phone in called:
        phone.event('registered')
    alice = Phone(server, 'alice', 'sip:videoconference-factory@localhost', 1, duration=SECONDS, expect='audio,participants=3',
                  options=['--invite', ','.join(user for user, _ in PEOPLE[1:]), '--subject', 'Demo', '--size', '320x240',
                           '--video-rate', '300'], records=True)
    phones = [alice, *called]
    for phone in phones:
        phone.present(3)
    print(f'{", ".join(user for user, _ in PEOPLE)} are in the conference; they talk for {SECONDS} s', flush=True)
    outcomes = [alice.event('outcome', SECONDS + 20)]
    for phone in called:
        phone.say('quit')
        outcomes.append(phone.event('outcome'))
    for phone in phones:
        phone.process.wait(10)
    return phones, outcomes


def pictures_of(phone):
    """Decoded pictures by sender, from the last statistics."""
    seen = {}
    for event in phone.lines:
        if event.get('event') == 'stats':
            seen = {}
            for line in event['lines']:
                for card, count in line.get('cards', {}).items():
                    seen[int(card)] = seen.get(int(card), 0) + count
    return seen


def stranger(folder):
    """The voice of somebody who is not there, for comparison."""
    path = os.path.join(folder, 'stranger.wav')
    subprocess.run([f'{BUILD}/confer', 'voice', str(STRANGER), str(SECONDS), path], check=True)
    return path


def report(phones, outcomes, strange):
    """Print it; a list of what is wrong."""
    wrong = []
    names = [phone.name for phone in phones]
    print('\nWho heard whom (likeness of the recording with each voice; 0.5 and more is heard)')
    print('            ' + ''.join(f'{name:>10}' for name in [*names, 'stranger']))
    for phone in phones:
        results = heard_in(phone.recording(), *(p.recording('sent.wav') for p in phones), strange)
        print(f'{phone.name:>10}  ' + ''.join(f'{r["likeness"]:>10.2f}' for r in results))
        for result, other in zip(results, [*phones, None]):
            if result['heard'] != (other is not None and other is not phone):
                wrong.append(f'{phone.name} {"hears" if result["heard"] else "does not hear"} {other.name if other else "a stranger"}')
    print('\nWho saw whom (pictures decoded and read; one is shown at a time: whoever speaks)')
    print('            ' + ''.join(f'{name:>10}' for name in names))
    for phone, (_, own) in zip(phones, PEOPLE):
        seen = pictures_of(phone)
        print(f'{phone.name:>10}  ' + ''.join(f'{seen.get(number, 0):>10}' for _, number in PEOPLE))
        others = [number for _, number in PEOPLE if number != own]
        if seen.get(own, 0) > 0 or sum(seen.get(n, 0) for n in others) < 5 * SECONDS or set(seen) - {n for _, n in PEOPLE}:
            wrong.append(f'{phone.name} saw {seen}')
    for phone, outcome in zip(phones, outcomes):
        if outcome['unmet'] or phone.process.returncode != 0:
            wrong.append(f'{phone.name}: {json.dumps(outcome)}')
    return wrong


def main():
    server = Server()
    wrong = []
    try:
        with tempfile.TemporaryDirectory(prefix='confer-demo-') as folder:
            phones, outcomes = meet(server)
            wrong = report(phones, outcomes, stranger(folder))
    except Failure as failure:
        wrong.append(str(failure))
    finally:
        server.close()
    for line in wrong:
        print(f'WRONG: {line}')
    print('\nThe demonstration is right.' if not wrong else '\nThe demonstration failed.')
    sys.exit(1 if wrong else 0)


main()
