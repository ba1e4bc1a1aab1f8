#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What callers with ordinary phones are told: prompts are recognised in what a phone has recorded, in Opus and in G.711. Speech takes its
time, so all cases run at once, each in a room of its own with people of its own."""
import concurrent.futures
import functools
import math
import os
import re
import socket
import struct
import tempfile
import time

from confer_test import Server, check, run_cases
from phone import Phone, heard_in, recorded, write_sound
from raw_sip import Client

ROOT = os.environ.get('CONFER_SOURCE', os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
SURE = 0.82  # another prompt of the same voice reaches 0.77
PIECE_MS = 450  # of a prompt for each piece that was compared, at the most: half of it. A piece or two are alike by chance, up to 0.88
server = None


def prompt(word):
    return f'{ROOT}/sounds/en/{word}.opus'


def windows(phone, last_sec=math.inf):
    """The recording, or the end of it, in pieces, since confer hear looks for a source within ten seconds: (where it begins in ms, file)."""
    rate, octets = recorded(phone.recording())
    count = len(octets) // 2
    for begin in range(0, max(1, count - 2 * rate), 5 * rate):
        if begin < count - last_sec * rate:
            continue
        with tempfile.NamedTemporaryFile(suffix='.wav') as piece:
            write_sound(piece.name, rate, octets[2 * begin:2 * min(begin + 10 * rate, count)])
            yield begin * 1000 // rate, piece.name


def heard(phone, *words, last_sec=math.inf):
    """What of the prompts a phone has heard: {word: when, ms}; those that were not are left out."""
    best = {word: (0, 0) for word in words}
    for begin, piece in windows(phone, last_sec):
        for word, one in zip(words, heard_in(piece, *[prompt(word) for word in words])):
            if one['pieces'] * PIECE_MS >= length_ms(word):
                best[word] = max(best[word], (one['likeness'], begin + one['delay_ms']))
    print('# ' + phone.name + ': ' + ', '.join(f'{word} {likeness} at {at} ms' for word, (likeness, at) in best.items()))
    return {word: at for word, (likeness, at) in best.items() if likeness >= SURE}


def length_ms(word):
    """How long a prompt is: the position in the header of its file's last page (RFC 3533 section 6)."""
    with open(prompt(word), 'rb') as file:
        octets = file.read()
    return struct.unpack_from('<Q', octets, octets.rindex(b'OggS') + 6)[0] / 48


def await_prompt(phone, word, patience=60):
    """Until a prompt was heard and is over, which the next key would cut off: looked for in the last pieces whenever the phone tells its figures, once
    a second. Half of it is enough to know it by: a gap, as a busy machine makes them, may spoil the rest. When it was, in ms of the recording."""
    end, begun = time.monotonic() + patience, None
    while True:
        rate, octets = recorded(phone.recording())
        recorded_ms = len(octets) / 2 * 1000 / rate
        at = heard(phone, word, last_sec=12).get(word)
        begun = at if at is not None and recorded_ms - at >= length_ms(word) / 2 else begun
        if begun is not None and begun + length_ms(word) <= recorded_ms:
            return begun
        check(time.monotonic() < end, f'{phone.name} has not heard {word} within {patience} s')
        phone.event('stats', patience)


def keys(phone, text):
    phone.command(f'keys {text}')


def done(*words):
    answer = server.control(*words)
    check(answer and 'done' in answer[0], f'{words}: {answer}')


def wait_member(what, room, user, matches):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = next((p for p in (server.room(room) or {}).get('participants', []) if p['user'] == f'sip:{user}@localhost'), None)
        if matches(found):
            return
        time.sleep(0.1)
    check(False, f'{user} is not {what}: {found}')


def is_in(member):
    return member is not None and not member['devices'][0]['waiting']


def caller(user, room, number, *options, expect='connected'):
    return Phone(server, user, f'sip:room-{room}@localhost', number, options=('--video', 'none', '--audio', 'silence', *options),
                 records=True, expect=expect)


def a_pin_is_asked_for_and_keys_are_confirmed():
    """By a phone that has G.711 only: asked for the PIN, wrong once, then right; what is keyed in is confirmed."""
    alice = Phone(server, 'alice', 'sip:room-pin@localhost', 1, options=('--audio', 'silence'))
    alice.event('media')
    done('pin', 'room-pin', '4711')
    bob = caller('bob', 'pin', 2, '--audio-codecs', 'PCMU')
    bob.event('media')
    told = [await_prompt(bob, 'pin-wanted')]
    keys(bob, '1111#')
    told.append(await_prompt(bob, 'pin-wrong'))
    keys(bob, '4711#')
    wait_member('in', 'room-pin', 'bob', is_in)
    told.append(await_prompt(bob, 'entered'))
    keys(bob, '*6')
    wait_member('muted', 'room-pin', 'bob', lambda m: m['muted'])
    told.append(await_prompt(bob, 'muted'))
    bob.quit()
    alice.quit()
    check(sorted(told) == told, f'in that order: {told}')
    check(not heard(bob, 'unmuted', 'hand-up'), 'nothing else is said')


def mu_law(sample):
    """ITU-T G.711."""
    sign, rest = (0x80, -sample) if sample < 0 else (0, sample)
    rest = min(rest, 32635) + 132
    exponent = rest.bit_length() - 8
    return ~(sign | exponent << 4 | rest >> exponent + 3 & 15) & 0xff


def played(text):
    """Octets of G.711 in which those keys are pressed, 100 ms each with pauses of 100 ms."""
    octets = bytearray([0xff] * 800)
    for key in text:
        row, column = divmod('123A456B789C*0#D'.index(key), 4)
        low, high = (697, 770, 852, 941)[row], (1209, 1336, 1477, 1633)[column]
        octets += bytes(mu_law(int(8000 * (math.sin(2 * math.pi * low * i / 8000) + math.sin(2 * math.pi * high * i / 8000)))) for i in range(800))
        octets += bytes([0xff] * 800)
    return bytes(octets)


def a_phone_without_telephone_event_plays_its_keys():
    """A phone of the oldest kind: G.711 and nothing else. What it plays is heard at the door, and inside no more."""
    grace = Phone(server, 'grace', 'sip:room-old@localhost', 1, options=('--audio', 'silence', '--video', 'none'))
    grace.event('media')
    done('pin', 'room-old', '4711')
    phone = Client(('127.0.0.1', server.port), 'heidi')
    rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        rtp.bind(('127.0.0.1', 0))
        sdp = ('v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n'
               f'm=audio {rtp.getsockname()[1]} RTP/AVP 0\r\n')
        answer = phone.ask('INVITE', 'sip:room-old@localhost', body=sdp, call_id='old')
        check(answer.status == 200 and 'telephone-event' not in answer.body, answer.text)
        to = ('127.0.0.1', int(re.search(r'm=audio (\d+)', answer.body).group(1)))
        sequence = 0

        def play(text):
            nonlocal sequence
            octets = played(text)
            for at in range(0, len(octets), 160):
                rtp.sendto(struct.pack('!BBHII', 0x80, 0, sequence, sequence * 160, 4711) + octets[at:at + 160], to)
                sequence += 1
        wait_member('at the door', 'room-old', 'heidi', lambda m: m is not None and not is_in(m))
        play('4711#')
        wait_member('in', 'room-old', 'heidi', is_in)
        play('*5')
        phone.ask('INFO', 'sip:room-old@localhost', content_type='application/dtmf', body='*', call_id='old', to_tag=answer.tag())
        phone.ask('INFO', 'sip:room-old@localhost', content_type='application/dtmf', body='6', call_id='old', to_tag=answer.tag())
        wait_member('muted', 'room-old', 'heidi', lambda m: m['muted'] and not m['hand'])
    finally:
        grace.end()
        phone.close()
        rtp.close()


def three_wrong_pins_end_the_call_with_a_word():
    carol = Phone(server, 'carol', 'sip:room-guess@localhost', 1)
    carol.event('media')
    done('pin', 'room-guess', '4711')
    dave = caller('dave', 'guess', 2, expect='connected,ended=bye')
    dave.event('media')
    keys(dave, '0815#' * 3)
    dave.finish()
    carol.quit()
    told = heard(dave, 'pin-refused', 'entered')
    check(list(told) == ['pin-refused'], f'{told}')


def the_first_one_the_lobby_and_the_moderator_are_spoken_to():
    erin = caller('erin', 'door', 1)
    erin.event('media')
    done('lobby', 'room-door')
    told = {erin: [await_prompt(erin, 'first')]}
    frank = caller('frank', 'door', 2, '--audio-codecs', 'opus')
    frank.event('media')
    told[frank] = [await_prompt(frank, 'lobby')]
    keys(erin, '*8')
    wait_member('in', 'room-door', 'frank', is_in)
    told[frank].append(await_prompt(frank, 'entered'))
    told[erin].append(await_prompt(erin, 'admitted-all'))
    keys(frank, '*9')
    keys(erin, '*7')
    told[frank].append(await_prompt(frank, 'people'))
    told[erin].append(await_prompt(erin, 'locked'))
    done('kick', 'room-door', 'sip:frank@localhost')
    frank.finish()
    erin.quit()
    told[frank].append(heard(frank, 'removed', last_sec=12).get('removed', 0))
    for phone, times in told.items():
        check(sorted(times) == times, f'{phone.name} hears all in that order: {times}')
        check(not heard(phone, 'denied'), 'nobody is denied anything')


def together(*cases):
    """The same cases, begun now."""
    pool = concurrent.futures.ThreadPoolExecutor(len(cases))

    def awaited(case):
        running = pool.submit(case)
        return functools.wraps(case)(lambda: running.result())
    return [awaited(case) for case in cases]


if __name__ == '__main__':
    server = Server(config='[conferences]\nprompts = all\ntones = 1\n')
    try:
        run_cases(*together(a_pin_is_asked_for_and_keys_are_confirmed, a_phone_without_telephone_event_plays_its_keys, three_wrong_pins_end_the_call_with_a_word,
                            the_first_one_the_lobby_and_the_moderator_are_spoken_to))
    finally:
        server.close()
