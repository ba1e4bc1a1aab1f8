#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unmodified Linphone phones from 5.4 on, where more is asked of a room than three who meet: text, schedules that change, 30 s without
network, keys in descriptions over TLS, other codecs, more people than a window has room for, several devices of somebody, other phones."""
import contextlib
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(__file__))
import networks  # noqa: E402
from linphone import Linphone, site  # noqa: E402
from meetings import EVERYBODY, devices, knows, meeting, name_of, sees_all  # noqa: E402
from phone import Phone  # noqa: E402
from raw_sip import SDP, Client  # noqa: E402
from confer_test import check, run_cases  # noqa: E402

OFFLINE_SEC = 30


def reads(phone, text, sender):
    """The next message to a phone is this one, in a chat room where it counts as from its sender."""
    message = phone.await_event('message', f'"{text}"', lambda e: True)
    check(message['text'] == text and message['from'].startswith(f'sip:{sender}@'), f'{phone.user}: {message}')


def all_write(*phones):
    for sender in phones:
        text = f'Hello, here is {sender.user} ü'
        sender.say(f'chat {text}')
        for reader in phones:
            if reader is not sender:
                reads(reader, text, sender.user)


def they_write():
    with meeting('alice', 'bob', 'carol', chat=1) as (server, room, *phones):
        sees_all(*phones)
        all_write(*phones)


def they_write_after_they_came_back():
    """Who has left, or was without network, has the same chat room again; when all is over there is no conference left."""
    with meeting('alice', 'bob', 'carol', chat=1) as (server, room, alice, bob, carol):
        all_write(alice, bob, carol)
        bob.say('hang')
        bob.call_state('Released')
        bob.forget('call', 'conference')
        bob.call(room['uri']).running().conference_created()
        carol.forget('registration', 'call')
        carol.say('network 0')
        alice.stats('figures', lambda s: True)
        carol.say('network 1')
        carol.registered().running()
        for phone in (alice, bob, carol):
            knows(phone, 'alice', 'bob', 'carol')
        sees_all(alice, bob, carol)
        all_write(alice, bob, carol)
        for phone in (alice, bob, carol):
            phone.say('hang')
            phone.call_state('Released')
        server.wait_no_room(room['room'])


def they_write_with_who_knows_plain_text_only():
    with meeting('alice', 'bob', chat=1) as (server, room, alice, bob):
        carol = Client(('127.0.0.1', server.port), 'carol')
        try:
            answer = carol.ask('INVITE', room['uri'], body=SDP.format(ip='127.0.0.1'), call_id='carol')
            check(answer.status == 200, answer.line)
            answer = carol.ask('MESSAGE', room['uri'], body='Hello from carol', content_type='text/plain')
            check(answer.status == 200, answer.line)
            for phone in (alice, bob):
                reads(phone, 'Hello from carol', 'carol')
            alice.say('chat Tea is ready')
            reads(bob, 'Tea is ready', 'alice')
            message = carol.request('MESSAGE')
            check(message.body == 'Tea is ready' and message.get('content-type').startswith('text/plain'), message.text)
        finally:
            carol.close()


def schedule_done(phone):
    """What became of the schedule that a phone has sent: it is there."""
    done = phone.await_event('schedule', 'schedule', lambda e: e['state'] in ('Ready', 'Error'))
    check(done['state'] == 'Ready', f'{done}')
    return done


def scheduled(server, organiser, *others, minutes=0):
    """A schedule as the organiser's phone makes it; its URI."""
    organiser.say(f'schedule Tea|{minutes} ' + ' '.join(server.uri(phone.user) for phone in others))
    return schedule_done(organiser)['uri']


def a_schedule_is_moved():
    with site('alice', 'bob', 'carol', bundle=1) as (server, alice, bob, carol):
        uri = scheduled(server, alice, bob, carol, minutes=60)
        alice.say('announce')
        for phone in (bob, carol):
            phone.await_event('message', 'announcement', lambda e: True)
        alice.say('move 0')
        moved = schedule_done(alice)
        check(moved['uri'] == uri, f'{moved}')
        alice.say('announce')
        for phone in (bob, carol):
            phone.await_event('message', 'announcement', lambda e: True)
        for phone in (alice, bob, carol):
            phone.call(uri).running().conference_created()
        for phone in (alice, bob, carol):
            knows(phone, 'alice', 'bob', 'carol')
        sees_all(alice, bob, carol)


def a_schedule_is_called_off():
    with site('alice', 'bob', bundle=1) as (server, alice, bob):
        uri = scheduled(server, alice, bob)
        alice.say('announce')
        bob.await_event('message', 'announcement', lambda e: True)
        alice.say('cancel')
        schedule_done(alice)
        bob.call(uri)
        refused = bob.call_state('Error')
        check(refused['code'] == 410, f'{refused}')


def meet_again(phones):
    users = [phone.user for phone in phones]
    for phone in phones:
        knows(phone, *users)
    sees_all(*phones)
    for phone in phones:
        phone.hears(*(user for user in users if user != phone.user))


def pass_outage(phone):
    """As long as somebody is without network: a phone that is alive tells its figures meanwhile."""
    end = time.monotonic() + OFFLINE_SEC
    while time.monotonic() < end:
        phone.stats('figures', lambda s: True)


def a_phone_is_long_without_network(**keys):
    """What it sees on its return is what was there before, and the others see it again."""
    with meeting('alice', 'bob', 'carol', **keys) as (server, room, *phones):
        sees_all(*phones)
        alice, bob, carol = phones
        bob.say('network 0')
        pass_outage(alice)
        alice.sees('carol', window='carol')
        bob.forget('registration', 'call')
        bob.say('network 1')
        bob.registered().running()
        meet_again(phones)


def link(*words):
    subprocess.run(('ip', 'link', 'set', *words), check=True)


def the_server_is_long_without_network(**keys):
    """Nothing comes or goes for so long, and nobody is told: those who were in a conference are in it afterwards."""
    with meeting('alice', 'bob', 'carol', **keys) as (server, room, *phones):
        sees_all(*phones)
        for phone in phones:
            phone.forget('call')
        link('lo', 'down')
        try:
            pass_outage(phones[0])
        finally:
            link('lo', 'up')
        meet_again(phones)
        for phone in phones:
            check(not any(e['state'] in ('End', 'Error') for e in phone.by_kind['call']), f'{phone.user} has hung up')


def certificate(folder):
    """For the address that phones are told; phones trust it as an authority. Lines of configuration."""
    subprocess.run(['openssl', 'req', '-x509', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', '-addext',
                    'subjectAltName=DNS:127.0.0.1,IP:127.0.0.1,DNS:localhost', '-newkey', 'ec', '-pkeyopt',
                    'ec_paramgen_curve:P-256', '-keyout', f'{folder}/key.pem', '-out', f'{folder}/certificate.pem'],
                   check=True, capture_output=True)
    return f'[tls]\ncertificate = {folder}/certificate.pem\nprivate-key = {folder}/key.pem\n'


def keys_in_the_description_over_tls():
    with tempfile.TemporaryDirectory(prefix='confer-tls-') as folder:
        with meeting('alice', 'bob', 'carol', config=certificate(folder), authority=f'{folder}/certificate.pem', encryption='sdes',
                     transports=('tls',) * 3) as (server, room, *phones):
            meet_again(phones)
            for phone in phones:
                check(phone.stats('figures', lambda s: True)['encryption'] != 'None', phone.user)


def pictures_in_h264():
    with meeting('alice', 'bob', 'carol', codec='H264') as (server, room, *phones):
        meet_again(phones)
        for phone in phones:
            check(phone.stats('figures', lambda s: True)['video_codec'] == 'H264', phone.user)


@contextlib.contextmanager
def mixed_meeting():
    """Somebody with DTLS, somebody with SDES, and somebody as a browser does: server, room, phones, the browser."""
    with meeting('alice', 'bob', encryption=('dtls', 'sdes'), config='[media]\nsdes-insecure = yes\n') as (server, room, alice, bob):
        browser = Phone(server, 'carol', room['uri'], options=('--encryption', 'dtls', '--bundle', '--ice', '--layout', 'active'))
        with contextlib.closing(browser):
            browser.event('connected')
            yield server, room, alice, bob, browser


def phones_with_other_keys_meet():
    with mixed_meeting() as (server, room, alice, bob, browser):
        browser.present(3)
        for phone in (alice, bob):
            devices(phone, 'a device of each', lambda ds: len(ds) == 3 and all(d['label'] and d['state'] == 1 for d in ds))
        sees_all(alice, bob)
        browser.hears()
        for phone in (alice, bob):
            phone.seen_moving('carol')


def old_and_new_phones_meet():
    """Somebody by 5.1 is there, too: CONFER_LINPHONE_OLD says where such a client is."""
    with mixed_meeting() as (server, room, alice, bob, browser):
        with contextlib.closing(Linphone(server, 'dave', program=os.environ['CONFER_LINPHONE_OLD'])) as dave:
            dave.registered().call(room['uri']).running().conference_created()
            browser.present(4)
            for phone in (alice, bob):
                devices(phone, 'a device of each', lambda ds: len(ds) == 4 and all(d['label'] and d['state'] == 1 for d in ds))
            for phone in (alice, bob):
                phone.sees('dave', window='dave')
            for speaker in (alice, bob):
                for phone in (alice, bob, dave):
                    phone.speaks(phone is speaker)
                dave.sees(speaker.user)


def ten_meet(layout):
    """Everybody sees everybody in a window of their own (of the colours there are). Needs several processors: who gets none for 30 s hangs up."""
    with meeting(*EVERYBODY, layout=layout, fps=5) as (server, room, *phones):
        for phone in phones:
            knows(phone, *EVERYBODY)
        sees_all(*phones)


def ten_meet_in_a_grid():
    ten_meet('grid')


def ten_meet_with_miniatures():
    ten_meet('speaker')


def somebody_has_two_devices():
    """Both ring, one answers, the other dials in: others see either in a window of its own, and their user leaves with the last."""
    with site('alice', 'bob', 'bob', video=1, bundle=1, colour=('red', 'green', 'blue')) as (server, alice, bob, other):
        alice.say(f'meet Tea|{server.uri("bob")}')
        for phone in (bob, other):
            phone.call_state('IncomingReceived')
        bob.say('answer')
        for phone in (alice, bob):
            phone.running().conference_created()
        other.call_state('Released')
        room = server.wait_room('with both', lambda r: r['in'] == 2)
        other.forget('call', 'conference')
        other.call(room['uri']).running().conference_created()
        for phone in (alice, bob, other):
            devices(phone, 'three devices', lambda ds: [name_of(d) for d in ds].count('bob') == 2 and len(ds) == 3 and all(
                d['label'] and d['state'] == 1 for d in ds))
        alice.sees('bob', window='bob')
        alice.sees('carol', window='bob-2')  # his second device films blue, as carol does
        other.sees('bob', window='main')  # they ask for no window of one's own other devices
        other.say('hang')
        other.call_state('Released')
        for phone in (alice, bob):
            knows(phone, 'alice', 'bob')
        sees_all(alice, bob)


if __name__ == '__main__':
    networks.enter_own_network()
    run_cases(they_write, they_write_after_they_came_back, they_write_with_who_knows_plain_text_only, a_schedule_is_moved, a_schedule_is_called_off, a_phone_is_long_without_network,
              the_server_is_long_without_network, keys_in_the_description_over_tls, pictures_in_h264, phones_with_other_keys_meet,
              *((old_and_new_phones_meet,) if 'CONFER_LINPHONE_OLD' in os.environ else ()),
              ten_meet_in_a_grid, ten_meet_with_miniatures, somebody_has_two_devices)
