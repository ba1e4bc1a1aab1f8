#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unmodified Linphone phones from 5.4 on in conferences of conferd: miniatures, layouts, screens, schedules."""
import contextlib
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
from linphone import Linphone, site  # noqa: E402
from meetings import EVERYBODY, by_name, devices, knows, meeting, sees_all  # noqa: E402
from confer_test import check, run_cases  # noqa: E402


def all_meet(*users, **keys):
    with meeting(*users, **keys) as (server, room, *phones):
        for phone in phones:
            knows(phone, *users)
            roster = phone.sees_members(*(server.uri(user) for user in users if user != phone.user))
            check(roster['me_admin'] == (phone is phones[0]), f'only the organiser is administrator: {phone.user} {roster}')
            check(roster['subject'] == 'Tea', f'subject {roster}')
        sees_all(*phones)
        return [phone.stats('figures', lambda s: True) for phone in phones]


def three_meet_with_miniatures():
    all_meet('alice', 'bob', 'carol')


def three_meet_in_a_grid():
    all_meet('alice', 'bob', 'carol', layout='grid')


def quiet_but(phones, speaker):
    for phone in phones:
        phone.speaks(phone is speaker)


def the_main_window_follows_the_speaker():
    with meeting('alice', 'bob', 'carol') as (server, room, alice, bob, carol):
        for speaker, viewers in ((bob, (alice, carol)), (carol, (alice, bob)), (alice, (bob, carol))):
            quiet_but((alice, bob, carol), speaker)
            for viewer in viewers:
                viewer.sees(speaker.user, window='main')
                viewer.await_event('speaker', f'{speaker.user} speaking', lambda e: e['detail'] == speaker.user)
            sees_all(alice, bob, carol)


def layouts_are_switched():
    with meeting('alice', 'bob', 'carol', layout=('speaker', 'grid', 'speaker')) as (server, room, *phones):
        sees_all(*phones)
        for layout in ('grid', 'speaker', 'grid', 'speaker'):
            for phone in phones:
                phone.forget('call')
                phone.say(f'layout {layout}')
                phone.running()
            sees_all(*phones)
        alice, bob, carol = phones
        quiet_but(phones, carol)
        alice.sees('carol', window='main')
        bob.forget('call')
        bob.say('layout audio')
        bob.running()
        devices(alice, 'bob without pictures', lambda ds: not by_name(ds)['bob']['seen'])
        bob.forget('call')
        bob.say('layout speaker')
        bob.running()
        devices(alice, 'bob with pictures', lambda ds: by_name(ds)['bob']['seen'])
        sees_all(*phones)


def a_screen_is_shared():
    """It is in the main window, or in a grid in that of its owner, whose camera goes on as miniature for the others."""
    with meeting('alice', 'bob', 'carol', layout=('speaker', 'speaker', 'grid')) as (server, room, alice, bob, carol):
        for sharer, viewer in ((bob, alice), (alice, bob)):
            sharer.say('share 1')
            for phone in (viewer, carol):
                devices(phone, f'{sharer.user} sharing', lambda ds: by_name(ds)[sharer.user]['screen'])
            viewer.sees('screen', window='main')
            carol.sees('screen', window=sharer.user)
            viewer.sees(sharer.user, window=sharer.user)
            sharer.sees(viewer.user, window=viewer.user)
            carol.sees(viewer.user, window=viewer.user)
            sharer.say('share 0')
            for phone in (viewer, carol):
                devices(phone, f'{sharer.user} not sharing', lambda ds: not by_name(ds)[sharer.user]['screen'])
            sees_all(alice, bob, carol)


def somebody_mutes():
    with meeting('alice', 'bob', 'carol') as (server, room, alice, bob, carol):
        alice.hears('bob', 'carol')
        bob.say('mute 1')
        alice.hears('carol')
        bob.say('mute 0')
        alice.hears('bob', 'carol')


def somebody_holds_and_resumes():
    with meeting('alice', 'bob', 'carol') as (server, room, alice, bob, carol):
        sees_all(alice, bob, carol)
        bob.forget('call')
        bob.say('hold')
        bob.call_state('Paused')
        for phone in (alice, carol):
            devices(phone, 'bob on hold', lambda ds: by_name(ds)['bob']['state'] == 6)
        alice.sees('carol', window='carol')
        alice.hears('carol')
        bob.say('resume')
        bob.running()
        sees_all(alice, bob, carol)
        alice.hears('bob', 'carol')


def people_come_and_go():
    with meeting('alice', 'bob', 'carol') as (server, room, alice, bob, carol):
        with contextlib.closing(Linphone(server, 'dave', bundle=1).registered()) as dave:
            alice.say(f'invite {server.uri("dave")}')
            dave.call_state('IncomingReceived')
            dave.say('answer')
            dave.running().conference_created()
            for phone in (alice, bob, carol, dave):
                knows(phone, 'alice', 'bob', 'carol', 'dave')
            sees_all(alice, bob, carol, dave)
            alice.say(f'remove {server.uri("bob")}')
            bob.call_state('End')
            for phone in (alice, carol, dave):
                knows(phone, 'alice', 'carol', 'dave')
            sees_all(alice, carol, dave)
            bob.call_state('Released')
            bob.forget('call', 'conference')
            bob.call(room['uri']).running().conference_created()
            for phone in (alice, bob, carol, dave):
                knows(phone, 'alice', 'bob', 'carol', 'dave')
            sees_all(alice, bob, carol, dave)
            dave.say('hang')
            dave.call_state('Released')
            for phone in (alice, bob, carol):
                knows(phone, 'alice', 'bob', 'carol')
            sees_all(alice, bob, carol)


def the_administrator_changes_subject_and_administrators():
    with meeting('alice', 'bob', 'carol') as (server, room, alice, bob, carol):
        alice.say('subject Coffee')
        for phone in (bob, carol):
            phone.roster('the new subject', lambda r: r['subject'] == 'Coffee')
        alice.say(f'admin {server.uri("bob")} 1')
        bob.roster('himself as administrator', lambda r: r['me_admin'] == 1)
        bob.say('subject Cake')
        carol.roster('the newest subject', lambda r: r['subject'] == 'Cake')
        bob.say(f'admin {server.uri("alice")} 0')
        alice.roster('herself as none', lambda r: r['me_admin'] == 0)
        sees_all(alice, bob, carol)


def the_network_is_lost_and_found():
    with meeting('alice', 'bob', 'carol') as (server, room, alice, bob, carol):
        sees_all(alice, bob, carol)
        bob.say('network 0')
        alice.stats('figures', lambda s: True)
        bob.forget('registration', 'call')
        bob.say('network 1')
        bob.registered().running()
        for phone in (alice, bob, carol):
            knows(phone, 'alice', 'bob', 'carol')
        sees_all(alice, bob, carol)
        alice.hears('bob', 'carol')


def met_with_keys(encryption, **keys):
    for stats in all_meet('alice', 'bob', 'carol', encryption=encryption, **keys):
        check(stats['encryption'] != 'None', f'{encryption}: {stats}')


def keys_in_the_description():
    """Not over TLS: built with OpenSSL it verifies certificates whatever it is told."""
    met_with_keys('sdes', config='[media]\nsdes-insecure = yes\n')


def keys_by_handshake():
    met_with_keys('dtls')


def keys_by_handshake_with_ice():
    met_with_keys('dtls', ice=1)


def keys_by_zrtp():
    met_with_keys('zrtp')


def ice_without_keys():
    all_meet('alice', 'bob', 'carol', ice=1)


def lines_of_their_own_ports():
    """Without bundling no miniatures."""
    with meeting('alice', 'bob', 'carol', bundle=0) as (server, room, alice, bob, carol):
        quiet_but((alice, bob, carol), bob)
        alice.sees('bob', window='main')
        carol.sees('bob', window='main')


def what_cannot_be_secret_is_refused():
    with site('alice', 'bob', bundle=1, secret=1) as (server, alice, bob):
        alice.say(f'meet Tea|{server.uri("bob")}')
        alice.await_event('conference', 'failure', lambda e: 'CreationFailed' in e['detail'])


def conferences_are_scheduled_moved_and_cancelled():
    with site('alice', 'bob', 'carol', bundle=1) as (server, alice, bob, carol):
        alice.say(f'schedule Tea|0 {server.uri("bob")} {server.uri("carol")}')
        ready = alice.await_event('schedule', 'schedule', lambda e: e['state'] in ('Ready', 'Error'))
        check(ready['state'] == 'Ready', f'{ready}')
        alice.say('announce')
        for phone in (bob, carol):
            phone.await_event('message', 'announcement', lambda e: True)
        for phone in (alice, bob, carol):
            phone.call(ready['uri']).running().conference_created()
        for phone in (alice, bob, carol):
            knows(phone, 'alice', 'bob', 'carol')
        sees_all(alice, bob, carol)


def many_meet():
    """Rosters of so many are longer than a message may be, were they not compressed. (Pictures of all need a machine for each.)"""
    with meeting(*EVERYBODY, video=0) as (server, room, *phones):
        for phone in phones:
            phone.sees_members(*(server.uri(user) for user in EVERYBODY if user != phone.user))
            devices(phone, 'a device of each', lambda ds: set(by_name(ds)) == set(EVERYBODY) and all(
                d['audio_ssrc'] and d['state'] == 1 for d in ds))


if __name__ == '__main__':
    run_cases(three_meet_with_miniatures, three_meet_in_a_grid, the_main_window_follows_the_speaker, layouts_are_switched,
              a_screen_is_shared, somebody_mutes, somebody_holds_and_resumes, people_come_and_go,
              the_administrator_changes_subject_and_administrators, the_network_is_lost_and_found,
              keys_in_the_description, keys_by_handshake, keys_by_handshake_with_ice, keys_by_zrtp, ice_without_keys,
              lines_of_their_own_ports, what_cannot_be_secret_is_refused, conferences_are_scheduled_moved_and_cancelled, many_meet)
