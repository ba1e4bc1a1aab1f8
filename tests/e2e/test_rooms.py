#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rooms from end to end: what the confer command rules, the lobby, and what is left after kill -9."""
import os
import re
import signal
import time

from confer_test import Server, check, run_cases
from phone import Phone
from raw_sip import Client

FACTORY = 'sip:videoconference-factory@localhost'
server = None


def done(*words):
    answer = server.control(*words)
    check(answer and 'done' in answer[0], f'{words}: {answer}')


def refused(*words):
    answer = server.control(*words)
    check(answer and 'error' in answer[0], f'{words}: {answer}')


def member(room, user):
    return next((p for p in (server.room(room) or {}).get('participants', []) if p['user'] == f'sip:{user}@localhost'), None)


def wait_member(what, room, user, matches):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = member(room, user)
        if matches(found):
            return
        time.sleep(0.1)
    check(False, f'{user} is not {what}: {found}')


def the_lobby_is_ruled_by_command():
    alice = Phone(server, 'alice', 'sip:room-door@localhost', 1, expect='connected,participants=2')
    alice.event('media')
    done('lobby', 'room-door')
    bob = Phone(server, 'bob', 'sip:room-door@localhost', 2, expect='connected')
    wait_member('waiting', 'room-door', 'bob', lambda m: m and m['devices'][0]['waiting'])
    done('admit', 'room-door', 'sip:bob@localhost')
    wait_member('in', 'room-door', 'bob', lambda m: m and not m['devices'][0]['waiting'])
    alice.present(2)
    bob.hears()
    done('mute', 'room-door', 'sip:bob@localhost')
    wait_member('muted', 'room-door', 'bob', lambda m: m and m['muted'])
    done('listener', 'room-door', 'sip:bob@localhost')
    wait_member('a listener', 'room-door', 'bob', lambda m: m and m['role'] == 'listener')
    done('lock', 'room-door')
    carol = Phone(server, 'carol', 'sip:room-door@localhost', 3, expect='ended=rejected,status=403')
    carol.finish()
    done('kick', 'room-door', 'sip:bob@localhost')
    bob.finish()
    alice.quit()


def commands_that_make_no_sense_are_refused():
    alice = Phone(server, 'alice', 'sip:room-sense@localhost', 1)
    alice.event('media')
    refused('mute', 'room-sense')
    refused('mute', 'room-sense', 'sip:nobody@localhost')
    refused('pin', 'room-sense', '12')
    refused('lock', 'room-nowhere')
    done('pin', 'room-sense', '4711')
    check(server.room('room-sense')['pin'], 'the PIN is set')
    done('subject', 'room-sense', 'Tea', 'at', 'five')
    check(server.room('room-sense')['subject'] == 'Tea at five', 'the subject is all of the words')
    alice.quit()


def offer(start, stop):
    return '\r\n'.join(['v=0', 'o=a 1 1 IN IP4 127.0.0.1', 's=Talk', 'c=IN IP4 127.0.0.1', f't={start} {stop}', 'm=audio 40000 RTP/AVP 0',
                        'a=rtpmap:0 PCMU/8000', ''])


def restart():
    """kill -9, and the same again."""
    global server
    state, port, owned = server.state, server.port, server.owns_state
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    server = Server(state=state, port=port)
    server.owns_state = owned


def a_kill_leaves_conferences_and_registrations():
    alice = Client(('127.0.0.1', server.port))
    alice.register()
    start = int(time.time()) + 2208988800 + 86400
    subject = 'Subject: After the crash\r\n'
    answer = alice.ask('INVITE', FACTORY, fields=subject, body=offer(start, start + 3600), call_id='schedule')
    check(answer.status == 302, answer.line)
    uri = re.search('<(.*?)>', answer.get('contact')).group(1)
    restart()
    answer = alice.ask('INVITE', uri, body=offer(0, 0), call_id='too-early')
    check(answer.line.startswith('SIP/2.0 403 Conference can be joined from '), answer.line)
    devices = next(u['devices'] for u in server.control('users') if u['user'] == 'alice')
    check(len(devices) == 1 and str(alice.port) in devices[0]['contact'], f'{devices}')
    # Called off by an INVITE with the time and no list: an answer, no focus. Then it is gone, after another kill too.
    answer = alice.ask('INVITE', uri, body=offer(start, start + 3600), call_id='call-off')
    check(answer.status == 200 and 'isfocus' not in answer.text and 'm=audio' in answer.body, answer.text)
    restart()
    answer = alice.ask('INVITE', uri, body=offer(0, 0), call_id='gone')
    check(answer.status == 410, answer.line)
    alice.close()


if __name__ == '__main__':
    server = Server()
    try:
        run_cases(the_lobby_is_ruled_by_command, commands_that_make_no_sense_are_refused, a_kill_leaves_conferences_and_registrations)
    finally:
        server.close()
