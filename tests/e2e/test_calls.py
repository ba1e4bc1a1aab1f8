#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls from end to end: conferd --dev and confer call over loopback. Rooms, factory, dial-out, REFER, subject, hold, every transport
and codec, plain and encrypted, and what must fail."""
import json
import subprocess

from confer_test import BUILD, Program, Server, check, run_cases
from phone import Phone, end_together, heard_at_the_end

FACTORY = 'sip:videoconference-factory@localhost'
server = None


def suites_of(media):
    return {line['suite'] for line in media['lines']}


def room_of_two(room, transport, options, expect):
    """Alice and Bob in a room hear and see each other; returns what Alice agreed on."""
    alice = Phone(server, 'alice', f'sip:room-{room}@localhost', 1, transport, options, f'{expect},audio,sender=2,participants=2')
    bob = Phone(server, 'bob', f'sip:room-{room}@localhost', 2, transport, options, f'{expect},audio,sender=1,participants=2')
    media = alice.event('media')
    alice.sees(2)
    bob.sees(1)
    alice.hears()
    bob.hears()
    alice.quit()
    bob.quit()
    return media


def plain_over_udp_with_opus_and_vp8():
    media = room_of_two('plain', 'udp', ['--encryption', 'none', '--video-codecs', 'VP8'], 'connected,plain')
    check({line['codec'] for line in media['lines']} == {'opus', 'VP8'}, f'codecs: {media}')


def sdes_over_tls_with_h264():
    media = room_of_two('tls', 'tls', ['--encryption', 'sdes', '--video-codecs', 'H264'], 'connected,encrypted')
    check(suites_of(media) == {'AEAD_AES_128_GCM'}, f'GCM comes first: {media}')
    check({line['codec'] for line in media['lines']} == {'opus', 'H264'}, f'codecs: {media}')


def sdes_over_tcp_with_the_suite_asked_for():
    options = ['--encryption', 'sdes', '--suites', 'AES_256_CM_HMAC_SHA1_80', '--audio-codecs', 'PCMU opus']
    media = room_of_two('tcp', 'tcp', options, 'connected,encrypted')
    check(suites_of(media) == {'AES_256_CM_HMAC_SHA1_80'}, f'suite: {media}')
    check(media['lines'][0]['codec'] == 'PCMU', f'codec: {media}')


def dtls_over_udp():
    media = room_of_two('dtls', 'udp', ['--encryption', 'dtls'], 'connected,encrypted')
    check(suites_of(media) == {'dtls'}, f'keys come by DTLS: {media}')


def plain_and_encrypted_members_meet():
    alice = Phone(server, 'alice', 'sip:room-both@localhost', 1, 'udp', ['--encryption', 'none', '--audio-codecs', 'G722'],
                  'plain,audio,sender=2')
    bob = Phone(server, 'bob', 'sip:room-both@localhost', 2, 'tls', ['--encryption', 'sdes'], 'encrypted,audio,sender=1')
    for phone, other in ((alice, 2), (bob, 1)):
        phone.sees(other)
        phone.hears()
    alice.quit()
    bob.quit()


def sound_only_members_take_part():
    alice = Phone(server, 'alice', 'sip:room-sound@localhost', 1, options=['--layout', 'audio'], expect='audio,no-video')
    bob = Phone(server, 'bob', 'sip:room-sound@localhost', 2, expect='audio,no-video')
    alice.hears()
    bob.hears()
    check([line['kind'] for line in next(e for e in alice.lines if e['event'] == 'media')['lines']] == ['audio'], 'one line')
    alice.quit()
    bob.quit()


def meet_by_factory(specs):
    """Alice makes a conference with a list; Bob and Carol are called; everybody hears and sees."""
    others = [Phone(server, user, None, number, expect='connected,audio,participants=3,subject=Tea', records=True)
              for user, number in (('bob', 2), ('carol', 3))]
    for phone in others:
        phone.event('registered')
    alice = Phone(server, 'alice', FACTORY, 1, options=['--invite', 'bob,carol', '--subject', 'Tea', '--specs', specs],
                  expect='connected,audio,participants=3,subject=Tea', records=True)
    phones = [alice, *others]
    for phone in phones:
        phone.present(3)
    end_together(phones, 4)
    for phone in phones:
        for result, other in zip(heard_at_the_end(phone.recording(), phones, 4), phones):
            check(result['heard'] == (other is not phone), f'{phone.name} and the voice of {other.name}: {result}')
    return alice


def talkers_have_lines_of_their_own():
    """Alice has lines for three talkers, one of whom she is, and hears three: two as they came, told apart, and in the mix Dave,
    whose codec her lines have not; the others hear a mix."""
    names = ('alice', 'bob', 'carol', 'dave')
    options = {'alice': ['--audio-lines', '3'], 'dave': ['--audio-codecs', 'PCMU']}
    phones = [Phone(server, user, 'sip:room-lines@localhost', i, options=['--layout', 'audio', '--bundle', *options.get(user, [])],
                    expect='connected,audio', records=True) for i, user in enumerate(names, 1)]
    for phone in phones:
        phone.present(4)
    end_together(phones, 5)
    shown = {e['line'] for e in phones[0].lines if e['event'] == 'shown'}
    check(len(shown) == 2 and shown < {1, 2, 3}, f'talkers are named: {shown}')

    # Alone a voice is 0.9 alike, among three 0.55; chance makes 0.3 of one that is not there.
    def whom(recording, least):
        return {p.user for p, result in zip(phones, heard_at_the_end(recording, phones, 5)) if result['likeness'] > least}
    lines = [whom(phones[0].recording(f'heard-{line}.wav'), 0.7) for line in (1, 2, 3)]
    check(sorted(map(sorted, lines)) == [[], ['bob'], ['carol']], f'one talker a line: {lines}')
    for phone in phones:
        heard = whom(phone.recording(), 0.42)
        # That nobody hears himself is asserted for every frame by the simulations; a likeness of one's own may be chance.
        check(heard >= set(names) - {phone.user}, f'{phone.user} heard {heard}')


def a_factory_redirects_and_calls_everybody_on_the_list():
    alice = meet_by_factory('conference/2.0')
    check(any(e['event'] == 'redirected' for e in alice.lines), 'a new client is redirected')


def a_factory_accepts_an_older_client():
    alice = meet_by_factory('')
    check(not any(e['event'] == 'redirected' for e in alice.lines), 'an older client is accepted at once')


def an_administrator_adds_and_removes():
    bob = Phone(server, 'bob', None, 2, expect='connected,ended=bye')
    carol = Phone(server, 'carol', None, 3)
    bob.event('registered')
    carol.event('registered')
    alice = Phone(server, 'alice', FACTORY, 1, options=['--invite', 'bob'], expect='participants=3')
    alice.present(2)
    alice.command('add carol')
    check(alice.event('referred')['status'] == 202, 'add')
    alice.present(3)
    alice.command('remove bob')
    check(alice.event('referred')['status'] == 202, 'remove')
    bob.event('ended', cause='bye')
    bob.finish()
    alice.present(2)
    alice.quit()
    carol.quit()


def others_may_not_but_can_be_made_administrators():
    bob = Phone(server, 'bob', None, 2)
    bob.event('registered')
    alice = Phone(server, 'alice', FACTORY, 1, options=['--invite', 'bob'])
    alice.present(2)
    bob.present(2)
    bob.command('remove alice')
    check(bob.event('referred')['status'] == 403, 'Bob is no administrator')
    alice.command('admin bob')
    check(alice.event('referred')['status'] in (200, 202), 'Alice may make him one')
    alice.wait('Bob as administrator', lambda e: e.get('event') == 'roster' and
               any('bob' in u['uri'] and u['admin'] for u in e['users']))
    bob.command('subject Coffee')
    alice.event('roster', subject='Coffee')
    alice.quit()
    bob.quit()


def the_subject_is_changed_with_and_without_an_offer():
    bob = Phone(server, 'bob', None, 2, expect='subject=Third')
    bob.event('registered')
    alice = Phone(server, 'alice', FACTORY, 1, options=['--invite', 'bob', '--subject', 'First'], expect='subject=Third')
    alice.present(2)
    for verb, subject in (('subject', 'Second'), ('subject-offerless', 'Third')):
        alice.command(f'{verb} {subject}')
        bob.event('roster', subject=subject)
        alice.event('roster', subject=subject)
    alice.quit()
    bob.quit()


def hold_and_resume():
    alice = Phone(server, 'alice', 'sip:room-hold@localhost', 1)
    bob = Phone(server, 'bob', 'sip:room-hold@localhost', 2)
    alice.sees(2)
    alice.command('hold')
    held = alice.event('media')
    check(not any(line['receive'] for line in held['lines']), f'nothing comes on hold: {held}')
    bob.wait('Alice on hold', lambda e: e.get('event') == 'roster' and
             any(d['status'] == 'on-hold' for u in e['users'] for d in u['devices']))
    alice.command('resume')
    back = alice.event('media')
    check(all(line['send'] and line['receive'] for line in back['lines']), f'all is back: {back}')
    before = alice.wait('statistics', lambda e: e.get('event') == 'stats')
    count = before['lines'][1]['frames']
    alice.wait('pictures again', lambda e: e.get('event') == 'stats' and e['lines'][1]['frames'] > count + 5)
    alice.quit()
    bob.quit()


def two_users_call_each_other():
    bob = Phone(server, 'bob', None, 2, options=['--encryption', 'any'], expect='audio,sender=1')
    bob.event('registered')
    alice = Phone(server, 'alice', 'sip:bob@localhost', 1, expect='audio,sender=2')
    check(not alice.event('connected')['focus'], 'Bob is no focus')
    alice.sees(2)
    bob.sees(1)
    alice.hears()
    bob.hears()
    alice.quit()
    bob.finish()


def two_users_find_each_other_by_ice_and_dtls():
    options = ['--ice', '--bundle', '--encryption', 'dtls']
    bob = Phone(server, 'bob', None, 2, options=options, expect='audio,sender=1,encrypted')
    bob.event('registered')
    alice = Phone(server, 'alice', 'sip:bob@localhost', 1, options=options, expect='audio,sender=2,encrypted')
    for phone in (alice, bob):
        phone.event('reached')
        phone.event('secured', suite='AEAD_AES_128_GCM')
    alice.sees(2)
    bob.sees(1)
    alice.hears()
    bob.hears()
    alice.quit()
    bob.finish()


def twenty_members_are_no_load():
    out = subprocess.run([f'{BUILD}/confer', 'load', 'sip:room-load@localhost', '--users', 'alice,bob,carol,dave,erin', '--server',
                          f'127.0.0.1:{server.port}', '--members', '20', '--step', '10', '--hold', '2', '--talkers', '1', '--cameras', '3', '--size',
                          '160x120', '--fps', '8', '--video-rate', '60'], capture_output=True, text=True, timeout=90)
    events = [json.loads(line) for line in out.stdout.splitlines()]
    steps = [e for e in events if e['event'] == 'step']
    check([e['up'] for e in steps] in ([10, 20], [10]), f'all join: {events} {out.stderr}')
    check(steps[0]['received_pps'] > 100, f'sound and pictures come: {steps}')
    # Of pauses nothing is sent, nor to the one who talks: neither is a mixer that has lost its pace.
    check(steps[0]['sound_percent'] > 93, f'all that should be heard is: {steps}')


def who_is_silent_with_dtx_sends_little():
    """A packet every 400 ms instead of 20: 50 + 5 * 2.5 a second, not 300; the talker is heard by all the same."""
    out = subprocess.run([f'{BUILD}/confer', 'load', 'sip:room-load3@localhost', '--users', 'alice,bob,carol,dave,erin', '--server',
                          f'127.0.0.1:{server.port}', '--members', '6', '--step', '6', '--hold', '3', '--talkers', '1', '--video', 'none', '--dtx'],
                         capture_output=True, text=True, timeout=90)
    step = next(json.loads(line) for line in out.stdout.splitlines() if '"step"' in line)
    check(step['up'] == 6 and 25 < step['sent_pps'] < 100, f'who is silent sends little: {step}')
    check(step['sound_percent'] > 93 and step['lost_percent'] < 1, f'and hears all: {step}')


def guests_are_as_many_as_one_likes():
    """Each is somebody of its own, so that a room can have more members than there are accounts; the operator's word makes them."""
    guest = server.control('guest', 'room-load2', '--name', 'Gwen', '--role', 'listener')[0]
    check(guest['name'] == 'Gwen' and guest['role'] == 'listener' and guest['uri'] == 'sip:room-load2@localhost', guest)
    check(guest['user'].startswith('sip:guest~') and guest['token'] == f'{guest["username"]}.{guest["password"]}', guest)
    check('error' in server.control('guest', 'room-load2', '--role', 'king')[0], 'there is no such role')
    load = Program('load', [f'{BUILD}/confer', '--state', server.state, 'load', 'sip:room-load2@localhost', '--guests', '--server',
                            f'127.0.0.1:{server.port}', '--members', '24', '--step', '12', '--hold', '2', '--talkers', '1', '--video', 'none'])
    try:
        load.wait('a step', lambda e: e['event'] == 'step')
        room = server.room('room-load2')
        check(len({m['user'] for m in room['participants']}) >= 12 and all(m['user'].startswith('sip:guest~') for m in room['participants']), room)
        check(any(m['name'] == 'Guest 3' for m in room['participants']), room)
        load.wait('the capacity', lambda e: e['event'] == 'capacity', 60)
        steps = [e for e in load.lines if e.get('event') == 'step']
        check([e['up'] for e in steps] in ([12, 24], [12]), f'all join: {load.lines}')
    finally:
        load.end()
    nowhere = subprocess.run([f'{BUILD}/confer', '--state', '/nonexistent', 'load', 'sip:room-x@localhost', '--guests', '--server',
                              f'127.0.0.1:{server.port}', '--members', '1', '--hold', '1'], capture_output=True, text=True, timeout=60)
    check(nowhere.returncode == 1 and 'not found' in nowhere.stderr, nowhere.stderr)


def what_fails_is_told():
    wrong = Phone(server, 'alice', 'sip:room-x@localhost', 1, password='wrong')
    check(wrong.event('register-failed')['status'] in (401, 403), 'wrong password')
    wrong.finish(1)
    nobody = Phone(server, 'alice', 'sip:focus@localhost;conf-id=nothing', 1, expect='status=404,ended=rejected')
    nobody.finish()
    away = Phone(server, 'bob', 'sip:carol@localhost', 2, expect='status=480,ended=rejected')
    away.finish()


def a_call_is_cancelled():
    bob = Phone(server, 'bob', None, 2, options=['--wait'], expect='ended=cancelled')
    bob.event('registered')
    alice = Phone(server, 'alice', 'sip:bob@localhost', 1, expect='ended=local')
    alice.event('ringing', status=180)
    alice.command('hang-up')
    alice.finish()
    bob.finish()


def a_call_is_declined():
    bob = Phone(server, 'bob', None, 2, options=['--wait'], expect='ended=local')
    bob.event('registered')
    alice = Phone(server, 'alice', 'sip:bob@localhost', 1, expect='ended=rejected,status=603')
    bob.event('incoming')
    bob.command('decline')
    alice.finish()
    bob.finish()


def a_factory_call_out_is_answered_later():
    bob = Phone(server, 'bob', None, 2, options=['--wait'], expect='connected,participants=2')
    bob.event('registered')
    alice = Phone(server, 'alice', FACTORY, 1, options=['--invite', 'bob'], expect='participants=2')
    bob.event('incoming')
    alice.wait('Bob ringing', lambda e: e.get('event') == 'roster' and
               any(d['status'] == 'alerting' for u in e['users'] for d in u['devices']))
    bob.command('answer')
    alice.present(2)
    bob.present(2)
    alice.quit()
    bob.quit()


if __name__ == '__main__':
    server = Server()
    try:
        run_cases(plain_over_udp_with_opus_and_vp8, sdes_over_tls_with_h264, sdes_over_tcp_with_the_suite_asked_for,
                  dtls_over_udp, plain_and_encrypted_members_meet, sound_only_members_take_part, talkers_have_lines_of_their_own,
                  a_factory_redirects_and_calls_everybody_on_the_list, a_factory_accepts_an_older_client,
                  an_administrator_adds_and_removes, others_may_not_but_can_be_made_administrators,
                  the_subject_is_changed_with_and_without_an_offer, hold_and_resume, two_users_call_each_other,
                  two_users_find_each_other_by_ice_and_dtls, twenty_members_are_no_load, who_is_silent_with_dtx_sends_little,
                  guests_are_as_many_as_one_likes, what_fails_is_told, a_call_is_cancelled,
                  a_call_is_declined, a_factory_call_out_is_answered_later)
    finally:
        server.close()
