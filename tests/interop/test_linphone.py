#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unmodified Linphone 5.1 phones and a conferd: registrations, calls, rooms, factory conferences, rosters, administrators."""
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
from linphone import site  # noqa: E402
from confer_test import check, run_cases  # noqa: E402


def phones_call_each_other_over_any_transport():
    with site('alice', 'bob', 'carol', transports=('udp', 'tcp', 'tls'), video=0) as (server, *phones):
        for caller, called in zip(phones, phones[1:] + phones[:1]):
            caller.call(server.uri(called.user))
            called.call_state('IncomingReceived')
            caller.call_state('OutgoingRinging')
            called.say('answer')
            caller.running().hears(called.user)
            called.running().hears(caller.user)
            called.say('hang')
            caller.call_state('Released')
            called.call_state('Released')


def a_declined_call_is_told():
    with site('alice', 'bob', video=0) as (server, alice, bob):
        alice.call(server.uri('bob'))
        bob.call_state('IncomingReceived')
        bob.say('decline')
        ended = alice.call_state('Error', 'End')
        check(ended['code'] == 603, f'603 Decline, not {ended}')


def three_meet_in_a_room_over_any_transport():
    with site('alice', 'bob', 'carol', transports=('udp', 'tcp', 'tls'), video=0) as (server, alice, bob, carol):
        for phone in (alice, bob, carol):
            phone.call(server.uri('room-tea'))
        for phone in (alice, bob, carol):
            phone.running().conference_created()
        alice.sees_members(server.uri('bob'), server.uri('carol'))
        bob.sees_members(server.uri('alice'), server.uri('carol'))
        carol.sees_members(server.uri('alice'), server.uri('bob'))
        carol.say('hang')
        alice.sees_members(server.uri('bob'))
        bob.sees_members(server.uri('alice'))


def what_is_not_there_is_refused():
    with site('alice', video=0) as (server, alice):
        for uri, code in ((server.uri('conference-focus') + ';conf-id=nosuch', 404), (server.uri('nobody'), 404)):
            alice.call(uri)
            failed = alice.call_state('Error')
            check(failed['code'] == code, f'{uri}: {code}, not {failed}')
            alice.call_state('Released')


def merge_calls(server, alice, bob, carol):
    """alice calls bob and carol and makes a conference out of it."""
    for phone in (bob, carol):
        alice.call(server.uri(phone.user))
        phone.call_state('IncomingReceived')
        phone.say('answer')
        phone.running()
        alice.running()
    alice.say('create')
    alice.say('add')
    alice.conference_created()
    # bob moves by himself: his first call ends when he is in the conference.
    server.wait_room('with alice and bob', lambda r: r['in'] == 2)
    bob.call_state('End')
    alice.say('add')
    return server.wait_room('with all three', lambda r: r['in'] == 3 and len(r['participants']) == 3)


def factory_conference(answer):
    with site('alice', 'bob', 'carol', config=f'[conferences]\nanswer = {answer}\n', video=0) as (server, alice, bob, carol):
        merge_calls(server, alice, bob, carol)
        roster = alice.sees_members(server.uri('bob'), server.uri('carol'))
        check(roster['me_admin'] == 1, 'the organiser is admin')
        bob.sees_members(server.uri('alice'), server.uri('carol'))
        alice.hears('bob', 'carol')
        bob.hears('alice', 'carol')
        carol.hears('alice', 'bob')


def a_factory_conference_made_by_200():
    factory_conference('accept')


def a_factory_conference_made_by_302():
    factory_conference('redirect')


def the_listed_are_called_and_it_ends_with_the_last():
    with site('alice', 'bob', 'carol', video=0) as (server, alice, bob, carol):
        factory = server.uri('conference-factory')
        alice.say(f'list {factory} {server.uri("bob")} {server.uri("carol")}')
        for phone in (bob, carol):
            phone.call_state('IncomingReceived')
            phone.say('answer')
            phone.running().conference_created()
        alice.running().conference_created()
        roster = alice.sees_members(server.uri('bob'), server.uri('carol'))
        check(roster['me_admin'] == 1, 'the organiser is admin')
        carol.hears('alice', 'bob')
        room = server.wait_room('with all three', lambda r: r['in'] == 3)
        for phone in (carol, bob, alice):
            phone.say('hang')
            phone.call_state('Released')
        server.wait_no_room(room['room'])
        bob.forget('call')
        bob.call(room['uri'])
        failed = bob.call_state('Error')
        check(failed['code'] == 410, f'410, not {failed}')


def a_conference_hosted_by_a_phone():
    """We only carry it: calls, subscriptions, NOTIFYs, REFERs and their targets go from phone to phone."""
    with site('alice', 'bob', 'carol', video=0, conference=('local', 'remote', 'remote')) as (server, alice, bob, carol):
        for phone in (bob, carol):
            alice.call(server.uri(phone.user))
            phone.call_state('IncomingReceived')
            phone.say('answer')
            phone.running()
            alice.running()
        alice.say('create')
        alice.say('add')
        alice.conference_created()
        alice.say('add')
        for phone in (bob, carol):
            phone.conference_created()
        bob.sees_members(server.uri('alice'), server.uri('carol'))
        alice.say('subject Hosted')
        carol.roster('the subject', lambda r: r['subject'] == 'Hosted')
        alice.say(f'admin {server.uri("bob")} 1')
        carol.roster('bob as admin', lambda r: any(p['admin'] for p in r['participants'] if p['uri'] == server.uri('bob')))
        # Its own file is not played into a conference that it hosts.
        carol.hears('bob')
        bob.hears('carol')


def the_administrator_changes_subject_and_administrators():
    with site('alice', 'bob', 'carol', video=0) as (server, alice, bob, carol):
        merge_calls(server, alice, bob, carol)
        alice.sees_members(server.uri('bob'), server.uri('carol'))
        alice.say('subject Tea "at five"')
        for phone in (bob, carol):
            phone.roster('the subject', lambda r: r['subject'] == 'Tea "at five"')
        alice.say(f'admin {server.uri("bob")} 1')
        bob.roster('oneself as admin', lambda r: r['me_admin'] == 1)
        carol.roster('two admins', lambda r: all(p['admin'] for p in r['participants']))
        # What one administrator may another may as well.
        bob.say(f'admin {server.uri("alice")} 0')
        alice.roster('oneself no longer admin', lambda r: r['me_admin'] == 0)
        bob.say('subject Coffee')
        alice.roster('the new subject', lambda r: r['subject'] == 'Coffee')


def members_are_added_and_removed_by_refer():
    with site('alice', 'bob', 'carol', video=0) as (server, alice, bob, carol):
        alice.call(server.uri('room-refer')).running().conference_created()
        alice.roster('oneself as admin', lambda r: r['me_admin'] == 1)
        alice.settled()
        for phone in (bob, carol):
            alice.say(f'transfer {server.uri(phone.user)}')
            phone.call_state('IncomingReceived')
            phone.say('answer')
            phone.running().conference_created()
        carol.sees_members(server.uri('alice'), server.uri('bob'))
        alice.hears('bob', 'carol')
        # Who is not an administrator may not.
        bob.say(f'transfer {server.uri("carol")};method=BYE')
        alice.say(f'transfer {server.uri("bob")};method=BYE')
        bob.call_state('End')
        carol.sees_members(server.uri('alice'))
        alice.sees_members(server.uri('carol'))


def the_operator_removes_and_ends():
    with site('alice', 'bob', 'carol', video=0) as (server, alice, bob, carol):
        for phone in (alice, bob, carol):
            phone.call(server.uri('room-kick')).running().conference_created()
        server.control('kick', 'room-kick', server.uri('bob'))
        bob.call_state('End')
        alice.sees_members(server.uri('carol'))
        server.control('end', 'room-kick')
        alice.call_state('End')
        carol.call_state('End')


if __name__ == '__main__':
    run_cases(phones_call_each_other_over_any_transport, a_declined_call_is_told, three_meet_in_a_room_over_any_transport,
              what_is_not_there_is_refused, a_factory_conference_made_by_200, a_factory_conference_made_by_302,
              the_listed_are_called_and_it_ends_with_the_last, a_conference_hosted_by_a_phone,
              the_administrator_changes_subject_and_administrators, members_are_added_and_removed_by_refer,
              the_operator_removes_and_ends)
