#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What unmodified Linphone 5.1 phones hear and see in a room of conferd: everybody plays a tone of his own and films a colour of
his own, recordings and decoded frames tell who was heard and seen."""
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
from linphone import site  # noqa: E402
from confer_test import check, run_cases  # noqa: E402

SUITES = ('AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32', 'AES_256_CM_HMAC_SHA1_80', 'AES_256_CM_HMAC_SHA1_32')


def meet(server, *phones, room='room-tea'):
    for phone in phones:
        phone.call(server.uri(room))
    for phone in phones:
        phone.running().conference_created()


def everybody_hears(*phones):
    for phone in phones:
        phone.hears(*(other.user for other in phones if other is not phone))


def sound_with(**keys):
    with site('alice', 'bob', 'carol', video=0, **keys) as (server, *phones):
        meet(server, *phones)
        everybody_hears(*phones)


def opus_is_mixed_without_oneself():
    sound_with(audio='opus')


def codecs_meet_in_one_room():
    sound_with(audio=('opus', 'PCMU', 'PCMA'))


def the_silent_and_those_on_hold_are_not_heard():
    with site('alice', 'bob', 'carol', video=0) as (server, alice, bob, carol):
        meet(server, alice, bob, carol)
        everybody_hears(alice, bob, carol)
        bob.speaks(False)
        alice.hears('carol')
        carol.forget('call')
        carol.say('hold')
        carol.call_state('Paused')  # before that she would not resume
        server.wait_room('with carol on hold', lambda r: any(
            d['status'] == 'on-hold' for p in r['participants'] for d in p['devices']))
        alice.hears()
        bob.speaks()
        alice.hears('bob')
        carol.say('resume')
        server.wait_room('with nobody on hold', lambda r: r['in'] == 3 and all(
            d['status'] == 'connected' for p in r['participants'] for d in p['devices']))
        everybody_hears(alice, bob, carol)


def speaker_is_seen(**keys):
    """Who speaks is seen by the others, and sees whoever spoke before, never himself."""
    with site('alice', 'bob', 'carol', **keys) as (server, alice, bob, carol):
        meet(server, alice, bob, carol)
        alice.speaks(False)
        bob.speaks(False)
        alice.sees('carol')
        bob.sees('carol')
        bob.speaks()
        carol.speaks(False)
        alice.sees('bob')
        carol.sees('bob')
        bob.sees('carol')
        return [phone.stats('figures', lambda s: True) for phone in (alice, bob, carol)]


def the_speaker_is_seen_in_vp8():
    for stats in speaker_is_seen(codec='VP8'):
        check(stats['video_codec'] == 'VP8', f'{stats}')


def the_speaker_is_seen_in_h264():
    for stats in speaker_is_seen(codec='H264'):
        check(stats['video_codec'] == 'H264', f'{stats}')


def the_speaker_is_seen_with_sdes_over_tls():
    for stats in speaker_is_seen(encryption='sdes', transports=('tls',) * 3):
        check('SRTP' in stats['encryption'], f'{stats}')


def every_sdes_suite_meets_plain_sound():
    with site('alice', 'bob', 'carol', 'dave', 'erin', video=0, transports=('tls',) * 4 + ('udp',), encryption=('sdes',) * 4 + ('none',),
              suites=(*SUITES, '')) as (server, *phones):
        meet(server, *phones)
        # Of five tones the mixer takes the loudest: everybody hears at least the two next to him when the others are silent.
        for number, phone in enumerate(phones):
            for other in phones:
                other.speaks(other is phone)
            for other in phones[number + 1:] + phones[:number]:
                other.hears(phone.user)


def who_is_called_in_may_be_offered_congestion_control():
    """RTX, transport-wide feedback and REMB in the first offer: 5.1 passes over what it does not know, and sees and is seen."""
    with site('alice', 'bob', config='[media]\ncongestion-control = all\n', codec='VP8') as (server, alice, bob):
        alice.call(server.uri('room-tea')).running().conference_created()
        check('done' in server.control('invite', 'room-tea', server.uri('bob'))[0], 'bob is called')
        bob.call_state('IncomingReceived')
        bob.say('answer')
        bob.running().conference_created()
        alice.speaks(False)
        alice.sees('bob')
        bob.sees('alice')
        alice.hears('bob')


def video_is_turned_off_and_on():
    with site('alice', 'bob') as (server, alice, bob):
        meet(server, alice, bob)
        alice.sees('bob')
        bob.say('video 0')
        bob.running()
        server.wait_room('with one picture', lambda r: r['in'] == 2)
        bob.hears('alice')
        bob.say('video 1')
        bob.running()
        alice.sees('bob')
        bob.sees('alice')


def bundled_lines_work():
    with site('alice', 'bob', bundle=1) as (server, alice, bob):
        meet(server, alice, bob)
        everybody_hears(alice, bob)
        alice.sees('bob')
        bob.sees('alice')


if __name__ == '__main__':
    run_cases(opus_is_mixed_without_oneself, codecs_meet_in_one_room, the_silent_and_those_on_hold_are_not_heard,
              the_speaker_is_seen_in_vp8, the_speaker_is_seen_in_h264, the_speaker_is_seen_with_sdes_over_tls,
              every_sdes_suite_meets_plain_sound, who_is_called_in_may_be_offered_congestion_control, video_is_turned_off_and_on, bundled_lines_work)
