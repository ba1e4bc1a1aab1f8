#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""ICE between confer call and the server: reflexive candidates from a STUN server of the test's own, told at once or by INFO, another
offer that says what was nominated, and restarts."""
import re
import socket
import struct
import threading
import time

from confer_test import Server, check, run_cases
from phone import Phone
from raw_sip import Client

COOKIE = 0x2112a442
ROOM = 'sip:room-tea@localhost'


class Outside:
    """A STUN server that sees every port as one of its own at 127.0.0.9, where it waits for checks. It may be made to keep silent."""

    def __init__(self, is_silent=False):
        self.server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.server.bind(('127.0.0.1', 0))
        self.seen = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.seen.bind(('127.0.0.9', 0))
        self.seen.settimeout(20)
        self.answers = threading.Event()
        self.asked = 0
        if not is_silent:
            self.answers.set()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def name(self):
        return f'127.0.0.1:{self.server.getsockname()[1]}'

    def port(self):
        return self.seen.getsockname()[1]

    def _serve(self):
        while True:
            try:
                request, source = self.server.recvfrom(2048)
            except OSError:
                return
            self.asked += 1
            if self.answers.is_set():
                address = struct.unpack('!I', socket.inet_aton('127.0.0.9'))[0] ^ COOKIE
                value = struct.pack('!BBHI', 0, 1, self.port() ^ (COOKIE >> 16), address)
                self.server.sendto(struct.pack('!HHI', 0x0101, 12, COOKIE) + request[8:20] + struct.pack('!HH', 0x0020, 8) + value, source)

    def checked(self):
        """Wait for a connectivity check at the address outside: a Binding request with USERNAME and MESSAGE-INTEGRITY."""
        request, _ = self.seen.recvfrom(2048)
        kind, _, cookie = struct.unpack('!HHI', request[:8])
        types = set()
        at = 20
        while at + 4 <= len(request):
            attribute, length = struct.unpack('!HH', request[at:at + 4])
            types.add(attribute)
            at += 4 + (length + 3) // 4 * 4
        check(kind == 1 and cookie == COOKIE and {0x0006, 0x0008} <= types, f'no check: {request.hex()}')

    def close(self):
        self.server.close()
        self.seen.close()


def said(phone, method, what, patience=10):
    """Wait until the phone has sent such a request with that in it; returns the last one."""
    end = time.monotonic() + patience
    while True:
        text = phone.whole_log().replace('\r', '')  # bodies may be compressed
        messages = re.split(r'^--- out [\d.]+\n', text, flags=re.MULTILINE)
        found = [m.split('\n--- in ')[0] for m in messages if m.startswith(method + ' ') and re.search(what, m.split('\n--- in ')[0])]
        if found:
            return found[-1]
        check(time.monotonic() < end, f'{phone.name} has sent no {method} with {what}')
        time.sleep(0.1)


def path(server, user='alice'):
    for room in server.control('rooms'):
        for participant in room['participants']:
            if participant['user'] == f'sip:{user}@localhost':
                return [p for d in participant['devices'] for p in d.get('paths', [])]
    return []


def the_first_offer_has_what_was_found():
    server, outside = Server(), Outside()
    phone = Phone(server, 'alice', ROOM, 1, 'tls', ['--stun', outside.name(), '--bundle', '--trace'])
    try:
        phone.event('reflexive', address=f'127.0.0.9:{outside.port()}')
        phone.event('connected')
        invite = said(phone, 'INVITE', 'a=candidate')
        check(re.search(rf' 127\.0\.0\.9 {outside.port()} typ srflx raddr 127\.0\.0\.1 rport \d+', invite), invite)
        check('a=end-of-candidates' in invite and 'trickle-ice' in re.search('^Supported:.*', invite, re.MULTILINE).group(0), invite)
        phone.event('reached')
        phone.quit()
    finally:
        phone.end()
        outside.close()
        server.close()


def what_is_found_later_is_told_by_info():
    server, outside = Server(), Outside(is_silent=True)
    phone = Phone(server, 'alice', ROOM, 1, 'tls', ['--stun', outside.name(), '--bundle', '--trickle', '--trace'])
    try:
        phone.event('connected')
        phone.event('reached')
        invite = said(phone, 'INVITE', 'a=candidate')
        check('srflx' not in invite and 'a=end-of-candidates' not in invite and 'a=mid:' in invite, invite)
        outside.answers.set()
        info = said(phone, 'INFO', 'srflx')
        for wanted in ('Info-Package: trickle-ice', 'Content-Type: application/trickle-ice-sdpfrag', 'a=mid:as', 'a=ice-ufrag:', 'a=ice-pwd:'):
            check(wanted in info, f'{wanted}: {info}')
        said(phone, 'INFO', 'a=end-of-candidates')
        phone.quit()
    finally:
        phone.end()
        outside.close()
        server.close()


def all_that_is_found_later_is_told_one_after_the_other():
    """Two lines with ports of their own: what is found while an INFO waits for its answer goes into the next one."""
    server, outside = Server(), Outside(is_silent=True)
    phone = Phone(server, 'alice', ROOM, 1, 'udp', ['--stun', outside.name(), '--trickle', '--trace'])
    try:
        phone.event('connected')
        media = phone.event('media') if not any(e.get('event') == 'media' for e in phone.lines) else next(
            e for e in phone.lines if e.get('event') == 'media')
        transports = {line['transport'] for line in media['lines']}
        check(len(transports) == 2, media)
        outside.answers.set()
        said(phone, 'INFO', r'a=mid:as\n(a=.*\n)*a=candidate.*srflx')
        said(phone, 'INFO', r'a=mid:vs\n(a=.*\n)*a=candidate.*srflx')
        said(phone, 'INFO', 'a=end-of-candidates')
        # No INFO goes out while another waits for its answer.
        waiting = None
        for message in re.split(r'^--- ', phone.whole_log().replace('\r', ''), flags=re.MULTILINE):
            cseq = re.search(r'^CSeq: (\d+ INFO)$', message, re.MULTILINE)
            if cseq and message.startswith('out'):
                check(waiting in (None, cseq.group(1)), message)
                waiting = cseq.group(1)
            elif cseq:
                check('SIP/2.0 200' in message, message)
                waiting = None
        phone.quit()
        phone.end()
        outcome = next(e for e in phone.lines if e.get('event') == 'outcome')
        check(outcome['untold_candidates'] == 0 and outcome['lost_events'] == 0, outcome)
    finally:
        phone.end()
        outside.close()
        server.close()


def what_a_peer_tells_by_info_is_checked():
    """An offer without candidates (RFC 8840 section 4.1.1), as browsers make them, and then one."""
    server, outside = Server(), Outside()
    client = Client(('127.0.0.1', server.port))
    try:
        client.register()
        ice = 'a=ice-ufrag:4ZcD\r\na=ice-pwd:2/1muCWoOi3uLifh0NuRHlP9\r\n'
        offer = ('v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=ice-options:ice2 trickle\r\n'
                 f'm=audio 9 RTP/AVP 0\r\na=mid:1\r\na=rtcp-mux\r\n{ice}')
        answer = client.ask('INVITE', ROOM, body=offer, call_id='trickle')
        check(answer.status == 200 and 'a=candidate:' in answer.body and 'a=end-of-candidates' in answer.body, answer.text)
        check(answer.get('recv-info') == 'trickle-ice' and 'trickle-ice' in answer.get('supported'), answer.text)
        fragment = (f'{ice}m=audio 9 RTP/AVP 0\r\na=mid:1\r\na=candidate:1 1 UDP 2130706431 127.0.0.9 {outside.port()} typ host\r\n'
                    'a=end-of-candidates\r\n')
        package = 'Info-Package: trickle-ice\r\nContent-Disposition: Info-Package\r\n'
        sdpfrag = 'application/trickle-ice-sdpfrag'
        said = client.ask('INFO', ROOM, fields=package, body=fragment, content_type=sdpfrag, call_id='trickle', to_tag=answer.tag())
        check(said.status == 200, said.text)
        outside.checked()
        said = client.ask('INFO', ROOM, fields='Info-Package: weather\r\n', call_id='trickle', to_tag=answer.tag())
        check(said.status == 469 and said.get('recv-info') == 'trickle-ice', said.text)
    finally:
        client.close()
        outside.close()
        server.close()


def who_cannot_take_more_by_info_gets_another_offer():
    server, outside = Server(), Outside()
    bob = Client(('127.0.0.1', server.port), 'bob')
    bob.register()
    phone = Phone(server, 'alice', 'sip:bob@localhost', 1, 'udp', ['--stun', outside.name(), '--trickle', '--video', 'none', '--layout', 'audio'])
    try:
        sdp = ('v=0\r\no=- 1 {0} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {1} RTP/AVP 0\r\na=ice-ufrag:4ZcD\r\n'
               'a=ice-pwd:2/1muCWoOi3uLifh0NuRHlP9\r\na=candidate:1 1 UDP 2130706431 127.0.0.1 {1} typ host\r\n')
        first = bob.request('INVITE')
        check('srflx' not in first.body and 'a=candidate:' in first.body, first.text)
        bob.answer(first, 200, body=sdp.format(1, outside.port()))
        phone.event('reflexive')
        again = bob.request('INVITE')
        check(f'127.0.0.9 {outside.port()} typ srflx' in again.body and 'a=end-of-candidates' in again.body, again.text)
        bob.answer(again, 200, body=sdp.format(2, outside.port()))
        bob.nothing('INFO', lambda m: m.method == 'INFO')
    finally:
        phone.end()
        bob.close()
        outside.close()
        server.close()


def without_an_answer_the_call_is_made_all_the_same():
    server, outside = Server(), Outside(is_silent=True)
    phone = Phone(server, 'alice', ROOM, 1, 'tls', ['--stun', outside.name(), '--bundle', '--trace'])
    try:
        phone.event('connected')
        phone.event('reached')
        check(outside.asked >= 4, f'asked {outside.asked} times')
        check('srflx' not in said(phone, 'INVITE', 'a=candidate'), 'found nothing')
        phone.quit()
    finally:
        phone.end()
        outside.close()
        server.close()


def a_later_offer_names_the_pair_and_a_restart_finds_another():
    server = Server()
    phone = Phone(server, 'alice', ROOM, 1, 'tls', ['--ice', '--bundle', '--trace', '--encryption', 'dtls'], 'connected,encrypted')
    other = Phone(server, 'bob', ROOM, 2, 'tls', ['--ice', '--bundle', '--encryption', 'dtls'], 'connected,encrypted')
    try:
        remote = phone.event('reached')['remote']
        phone.hears()
        host, port = remote.split(':')
        first = said(phone, 'INVITE', 'a=ice-ufrag')
        check('remote-candidates' not in first, first)
        phone.command('offer')
        later = said(phone, 'INVITE', 'a=remote-candidates')
        check(f'a=remote-candidates:1 {host} {port}\n' in later, later)
        credentials = re.search('a=ice-ufrag:(.*)', later).group(1)
        check(credentials in first, 'an offer is no restart')
        phone.hears(2000)
        phone.command('restart-ice')
        phone.event('reached')
        again = said(phone, 'INVITE', rf'a=ice-ufrag:(?!{re.escape(credentials)})')
        check('remote-candidates' not in again, again)
        # The same certificates: the association goes on (RFC 8842 section 4), and so does the sound.
        phone.hears(4000)
        other.hears(4000)
        check(all(p['state'] == 'connected' for p in path(server)), path(server))
        phone.quit()
    finally:
        phone.end()
        other.end()
        server.close()


if __name__ == '__main__':
    run_cases(the_first_offer_has_what_was_found, what_is_found_later_is_told_by_info, all_that_is_found_later_is_told_one_after_the_other, what_a_peer_tells_by_info_is_checked, who_cannot_take_more_by_info_gets_another_offer, without_an_answer_the_call_is_made_all_the_same,
              a_later_offer_names_the_pair_and_a_restart_finds_another)
