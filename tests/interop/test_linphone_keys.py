#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How unmodified Linphone 5.1 phones agree on keys with conferd: DTLS-SRTP, ZRTP, SDES and nothing meet in one room. Each has to hear and
see the others, so keys of both directions are right; the operator's view says how each is protected."""
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
from linphone import site  # noqa: E402
from test_linphone_media import everybody_hears, meet  # noqa: E402
from confer_test import check, run_cases  # noqa: E402


def devices(room):
    return {p['user'].split(':')[1].split('@')[0]: d for p in room['participants'] for d in p['devices']}


def wait_protected(server, **wanted):
    """Wait until the operator sees what is wanted of each user's encryption; the devices by user."""
    room = server.wait_room(f'with {wanted}', lambda r: all(
        devices(r).get(user, {}).get('encryption', '').startswith(how) for user, how in wanted.items()))
    return devices(room)


def all_kinds_of_keys_meet_in_one_room():
    with site('alice', 'bob', 'carol', 'dave', video=0, transports=('tls', 'tls', 'tls', 'udp'),
              encryption=('dtls', 'zrtp', 'sdes', 'none')) as (server, *phones):
        meet(server, *phones)
        seen = wait_protected(server, alice='dtls AES_CM_128_HMAC_SHA1_80', bob='zrtp AES_', carol='sdes ', dave='none')
        for number, phone in enumerate(phones):
            for other in phones:
                other.speaks(other is phone)
            for other in phones[number + 1:] + phones[:number]:
                other.hears(phone.user)
        phones[1].await_event('sas', 'the same string as the server has', lambda e: e['detail'] == seen['bob']['sas'])


def pictures_with(encryption, **keys):
    with site('alice', 'bob', transports=('tls', 'tls'), encryption=encryption, **keys) as (server, alice, bob):
        meet(server, alice, bob)
        everybody_hears(alice, bob)
        alice.sees('bob')
        bob.sees('alice')


def pictures_by_dtls():
    pictures_with('dtls')


def pictures_by_zrtp():
    pictures_with('zrtp')


def pictures_by_dtls_with_ice_and_one_port():
    pictures_with('dtls', ice=1, bundle=1)


def keys_outlive_hold_and_resume():
    with site('alice', 'bob', video=0, transports=('tls', 'tls'), encryption=('dtls', 'zrtp')) as (server, alice, bob):
        meet(server, alice, bob)
        everybody_hears(alice, bob)
        for phone in (alice, bob):
            phone.forget('call')
            phone.say('hold')
            phone.call_state('Paused')  # before that it would not resume
            server.wait_room('with somebody on hold', lambda r: any(
                d['status'] == 'on-hold' for p in r['participants'] for d in p['devices']))
            phone.say('resume')
            server.wait_room('with nobody on hold', lambda r: all(
                d['status'] == 'connected' for p in r['participants'] for d in p['devices']))
            everybody_hears(alice, bob)
        check(wait_protected(server, alice='dtls', bob='zrtp'), 'protected')


if __name__ == '__main__':
    run_cases(all_kinds_of_keys_meet_in_one_room, pictures_by_dtls, pictures_by_zrtp, pictures_by_dtls_with_ice_and_one_port,
              keys_outlive_hold_and_resume)
