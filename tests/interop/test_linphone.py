#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three unmodified Linphone 5.1 phones and a conferd: calls, rooms, factory conferences, roster, sound and pictures."""
import contextlib
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
from linphone import Linphone  # noqa: E402
from confer_test import Server, check, run_cases  # noqa: E402


@contextlib.contextmanager
def site(*users, **keys):
    """A server and registered phones."""
    server = Server()
    phones = []
    try:
        for user in users:
            phones.append(Linphone(server, user, **keys))
        for phone in phones:
            phone.registered()
        yield (server, *phones)
    finally:
        for phone in phones:
            phone.close()
        server.close()


def uris(roster):
    return {p['uri'] for p in roster.get('participants', [])}


def phones_register_and_call_each_other():
    with site('alice', 'bob', video=0) as (server, alice, bob):
        alice.say(f'call {server.uri("bob")}')
        bob.call_state('IncomingReceived')
        alice.call_state('OutgoingRinging')
        bob.say('answer')
        alice.call_state('StreamsRunning')
        bob.call_state('StreamsRunning')
        bob.say('hang')
        alice.call_state('End')


def three_dial_a_room_and_hear_each_other():
    with site('alice', 'bob', 'carol', video=0) as (server, *phones):
        for phone in phones:
            phone.say(f'call {server.uri("room-tea")}')
        for phone in phones:
            phone.call_state('StreamsRunning')
            phone.conference_created()
        for phone in phones:
            phone.roster(lambda r: len(r.get('participants', [])) == 2, 'two others')
            phone.stats(lambda s: s['audio_down'] > 5, 'sound')
        phones[2].say('hang')
        phones[0].roster(lambda r: uris(r) == {server.uri('bob')}, 'carol has left')


def pictures_follow_the_speaker(codec='VP8', encryption='none'):
    with site('alice', 'bob', 'carol', codec=codec, encryption=encryption) as (server, *phones):
        for phone in phones:
            phone.say(f'call {server.uri("room-cinema")}')
        for phone in phones:
            phone.call_state('StreamsRunning')
        for phone in phones:
            phone.stats(lambda s: s['fps'] > 0.7, 'pictures')
            stats = phone.ask('stats')
            check(('SRTP' in stats['encryption']) == (encryption == 'sdes'), f'encryption {stats}')


def sdes_pictures_and_sound():
    pictures_follow_the_speaker(encryption='sdes')


def factory_conference_by_merging_calls():
    with site('alice', 'bob', 'carol', video=0) as (server, alice, bob, carol):
        for phone in (bob, carol):
            alice.say(f'call {server.uri(phone.user)}')
            phone.call_state('IncomingReceived')
            phone.say('answer')
            phone.call_state('StreamsRunning')
            alice.call_state('StreamsRunning')
        alice.say('create')
        alice.say('add')
        alice.conference_created()
        # bob moves by himself: his first call ends when he is in the conference.
        server.wait_room('with alice and bob', lambda r: r['in'] == 2)
        bob.call_state('End')
        alice.say('add')
        alice.roster(lambda r: len(r.get('participants', [])) == 2, 'bob and carol')
        roster = alice.ask('roster')
        check(roster['me_admin'] == 1, 'the organiser is admin')
        server.wait_room('with all three', lambda r: r['in'] == 3 and len(r['participants']) == 3)
        alice.say('subject Tea at five')
        server.wait_room('of that subject', lambda r: r['subject'] == 'Tea at five')
        alice.say(f'admin {server.uri("bob")} 1')
        server.wait_room('with bob as admin', lambda r: any(
            p['user'] == server.uri('bob') and p['admin'] for p in r['participants']))


def hold_and_resume():
    with site('alice', 'bob', video=0) as (server, alice, bob):
        for phone in (alice, bob):
            phone.say(f'call {server.uri("room-hold")}')
            phone.call_state('StreamsRunning')
        alice.say('hold')
        server.wait_room('with alice on hold', lambda r: any(
            d['status'] == 'on-hold' for p in r['participants'] for d in p['devices']))
        alice.say('resume')
        server.wait_room('with nobody on hold', lambda r: r['in'] == 2 and all(
            d['status'] == 'connected' for p in r['participants'] for d in p['devices']))


def operator_removes_a_member():
    with site('alice', 'bob', video=0) as (server, alice, bob):
        for phone in (alice, bob):
            phone.say(f'call {server.uri("room-kick")}')
            phone.call_state('StreamsRunning')
        server.control('kick', 'room-kick', server.uri('bob'))
        bob.call_state('End')


if __name__ == '__main__':
    run_cases(phones_register_and_call_each_other, three_dial_a_room_and_hear_each_other, pictures_follow_the_speaker,
              sdes_pictures_and_sound, factory_conference_by_merging_calls, hold_and_resume, operator_removes_a_member)
