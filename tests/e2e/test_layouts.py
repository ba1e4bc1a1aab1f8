#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everyone sees everyone, from end to end: a room of twelve in which each asks for all others by label, decodes them and
knows them by their test cards; then with the speaker and miniatures; then sound alone. Also bundled and over DTLS, with
fewer. One is enough to see whose pictures came, so sizes and rates are small: the machine that runs this decodes 132
streams."""
import os

from confer_test import Server, check, run_cases
from phone import Phone

PEOPLE = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy', 'alice', 'bob']
COUNT = int(os.environ.get('CONFER_GRID', '12'))
PATIENCE = 60
server = None


def small(*options):
    return ['--fps', '5', '--size', '160x120', '--video-rate', '40', *options]


def everybody(room, count, options, expect='connected'):
    """That many phones in a room; the eleventh and twelfth are second devices of the first two."""
    options = small('--patience', '60', *options)
    phones = [Phone(server, PEOPLE[i], f'sip:room-{room}@localhost', i + 1, options=options, expect=expect, records=True)
              for i in range(count)]
    for phone in phones:
        phone.event('connected', PATIENCE)
    return phones


def see_all(phones, least=5):
    """Each decodes all others, on lines of their own."""
    for i, phone in enumerate(phones):
        others = [n + 1 for n in range(len(phones)) if n != i]
        phone.sees(*others, least=least, patience=PATIENCE)


def leave(phones):
    for phone in phones:
        phone.say('quit')
    for phone in phones:
        phone.finish()


def tiles_of(stats):
    """Cards on each line of pictures that is received."""
    return [set(line['cards']) for line in stats['lines'] if line.get('cards')]


def a_grid_of_twelve():
    phones = everybody('grid', COUNT, ['--layout', 'grid'])
    see_all(phones)
    for i, phone in enumerate(phones):
        stats = phone.wait('statistics', lambda e: e.get('event') == 'stats')
        check(str(i + 1) not in set().union(*tiles_of(stats)), f'{phone.name} sees itself: {stats}')
        single = sum(1 for cards in tiles_of(stats) if len(cards) == 1)
        check(single >= COUNT - 1, f'{phone.name}: each tile shows one person: {tiles_of(stats)}')
        check(os.path.exists(phone.recording('sent.wav')), 'sound was recorded')
    for phone in phones:
        phone.command('layout active')
    for phone in phones:
        phone.wait('lines with thumbnails', lambda e: e.get('event') == 'media' and
                   sum(1 for line in e['lines'] if line['content'] == 'thumbnail') >= COUNT, PATIENCE)
    before = [phone.wait('statistics', lambda e: e.get('event') == 'stats') for phone in phones]
    for phone, stats in zip(phones, before):
        frames = {line['line']: line.get('frames', 0) for line in stats['lines']}
        tiles = [line['line'] for line in stats['lines'] if line['line'] > 2]
        phone.wait('miniatures of everybody', lambda e: e.get('event') == 'stats' and
                   all(line.get('frames', 0) >= frames[line['line']] + 3 for line in e['lines'] if line['line'] in tiles),
                   PATIENCE)
    for phone in phones:
        phone.command('layout audio')
    for phone in phones:
        media = phone.wait('sound alone', lambda e: e.get('event') == 'media' and len(e['lines']) == 1, PATIENCE)
        check(media['lines'][0]['kind'] == 'audio', f'{phone.name}: {media}')
    heard = [phone.wait('statistics', lambda e: e.get('event') == 'stats')['audible_ms'] for phone in phones]
    for phone, before_ms in zip(phones, heard):
        phone.hears(before_ms + 500, PATIENCE)
    leave(phones)


def active_speaker_with_miniatures():
    phones = everybody('active', 3, ['--layout', 'active'])
    see_all(phones)
    for phone in phones:
        media = [e for e in phone.lines if e.get('event') == 'media'][-1]
        contents = [line['content'] for line in media['lines']]
        check(contents[:3] == ['', 'speaker', 'thumbnail'], f'{phone.name}: {contents}')
    leave(phones)


def a_bundled_grid():
    phones = everybody('bundle', 3, ['--layout', 'grid', '--bundle'])
    see_all(phones)
    for phone in phones:
        media = [e for e in phone.lines if e.get('event') == 'media'][-1]
        check({line['transport'] for line in media['lines']} == {0}, f'{phone.name}: one transport: {media}')
    leave(phones)


def a_grid_over_dtls():
    phones = everybody('dtls', 3, ['--layout', 'grid', '--encryption', 'dtls', '--bundle'], 'connected,encrypted')
    see_all(phones)
    leave(phones)


def a_grid_with_ice():
    phones = everybody('ice', 3, ['--layout', 'grid', '--ice', '--encryption', 'dtls', '--bundle'], 'connected,encrypted')
    for phone in phones:
        phone.event('reached', PATIENCE)
    see_all(phones)
    leave(phones)


def miniatures_with_ice_on_each_line():
    phones = everybody('checks', 3, ['--layout', 'active', '--ice'])
    see_all(phones)
    for phone in phones:
        reached = {e['line'] for e in phone.lines if e.get('event') == 'reached'}
        check(len(reached) >= 5, f'{phone.name}: each line has a way of its own: {reached}')
    leave(phones)


def an_encoding_for_each_size():
    room = 'sip:room-simulcast@localhost'
    size = ['--size', '640x480', '--fps', '10', '--video-rate', '400', '--bundle']
    alice = Phone(server, 'alice', room, 1, options=[*size, '--simulcast', '3'])
    bob = Phone(server, 'bob', room, 2, options=small('--layout', 'grid', '--bundle'))
    carol = Phone(server, 'carol', room, 3, options=small('--layout', 'active', '--bundle'))
    media = alice.event('media', PATIENCE)
    check([line['encodings'] for line in media['lines']] == [0, 3], f'three encodings were agreed on: {media}')

    def sees_in(phone, width):
        phone.wait(f'card 1 in {width}', lambda e: e.get('event') == 'stats' and
                   any(line.get('width') == width and line['cards'].get('1', 0) > 5 for line in e['lines'] if line.get('cards')),
                   PATIENCE)
    sees_in(bob, 640)
    sees_in(carol, 160)
    bob.sees(1, 3, patience=PATIENCE)
    leave([alice, bob, carol])


def people_come_and_go():
    phones = everybody('change', 3, ['--layout', 'grid'])
    see_all(phones)
    gone = phones.pop(1)
    gone.quit()
    for phone in phones:
        phone.wait('one tile less', lambda e: e.get('event') == 'media' and len(e['lines']) == 4, PATIENCE)
    new = Phone(server, 'dave', 'sip:room-change@localhost', 4, options=small('--layout', 'grid'))
    for phone in phones:
        phone.sees(4, patience=PATIENCE)
    new.sees(1, 3, patience=PATIENCE)
    leave([*phones, new])


if __name__ == '__main__':
    server = Server()
    try:
        run_cases(active_speaker_with_miniatures, a_bundled_grid, a_grid_over_dtls, a_grid_with_ice,
                  miniatures_with_ice_on_each_line, an_encoding_for_each_size, people_come_and_go, a_grid_of_twelve)
    finally:
        server.close()
