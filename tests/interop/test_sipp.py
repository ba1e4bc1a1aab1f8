#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIPp against conferd: floods of calls and what phones seldom do. Each scenario of sipp/ checks the messages itself."""
import contextlib
import os
import re
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'e2e'))
sys.path.insert(0, os.path.dirname(__file__))
from confer_test import Failure, Server, TrustingServer, check, free_port, run_cases  # noqa: E402
from sipp import Sipp  # noqa: E402


@contextlib.contextmanager
def trusting():
    server = TrustingServer()
    try:
        yield server
    finally:
        server.close()


@contextlib.contextmanager
def registrar():
    """Asks for passwords. Debian's SIPp knows MD5 only."""
    server = Server(config='[accounts]\nalgorithms = MD5\n')
    try:
        yield server
    finally:
        server.close()


def flow(*names, transport='u1'):
    """Scenarios, one after the other, against one server; afterwards it still takes an ordinary call."""
    with trusting() as server:
        for name in names:
            Sipp(server, name, transport=transport).done()
        Sipp(server, 'call', transport=transport).done()
        server.is_empty()


def a_flood_of_calls_over_udp():
    with trusting() as server:
        Sipp(server, 'call', calls=400, rate=80, together=60, hold_msec=300).done()
        server.is_empty()


def a_flood_of_calls_over_tcp():
    with trusting() as server:
        Sipp(server, 'call', calls=200, rate=60, together=40, hold_msec=300, transport='t1').done()
        server.is_empty()


def many_in_one_room():
    with trusting() as server:
        phones = Sipp(server, 'call', calls=60, rate=60, together=60, hold_msec=4000)
        server.wait_room('with many calls', lambda r: r['in'] == 60)
        phones.done()
        server.is_empty()


def offerless_invite():
    flow('offerless')
    flow('offerless', transport='t1')


def reinvite_update_and_glare():
    flow('reinvite', 'update', 'glare')


def provisional_responses_and_timers():
    flow('stray_prack', 'session_timer')


def refusals():
    flow('unknown_require', 'unknown_method', 'stray_bye', 'bad_description', 'nothing_in_common', 'unknown_room', 'options')


class Caller:
    """A call by hand, as SIPp hides retransmissions: they are what is looked at here."""

    def __init__(self, server, user):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(('127.0.0.1', server.port))
        self.port = self.socket.getsockname()[1]
        self.user = user
        self.to_tag = ''

    def send(self, method, branch, body=''):
        kind = 'Content-Type: application/sdp\r\n' if body else ''
        self.socket.send((f'{method} sip:room-sipp@localhost SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch=z9hG4bK{branch}\r\n'
                          f'Max-Forwards: 70\r\nFrom: <sip:{self.user}@localhost>;tag=1\r\nTo: <sip:room-sipp@localhost>{self.to_tag}\r\n'
                          f'Call-ID: {self.user}-{self.port}\r\nCSeq: {2 if method == "BYE" else 1} {method}\r\n'
                          f'Contact: <sip:{self.user}@127.0.0.1:{self.port}>\r\n{kind}Content-Length: {len(body)}\r\n\r\n{body}').encode())

    def invite(self):
        self.send('INVITE', 'a', 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n'
                                 f'm=audio {self.port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n')

    def expect(self, start, patience=20):
        """The next message, which has to begin so; the 100 and media are passed over."""
        self.socket.settimeout(patience)
        while True:
            try:
                text = self.socket.recv(65535).decode('utf-8', 'replace')
            except TimeoutError:
                raise Failure(f'{self.user}: no {start} within {patience} s') from None
            if text.startswith('SIP/2.0 100') or not text[:1].isalpha():
                continue
            check(text.startswith(start), f'{self.user}: {start}, not {text[:200]}')
            self.to_tag = re.search(r'\r\nTo: [^\r]*(;tag=[^\r;]*)', text).group(1)
            return text


def late_ack():
    """The 200 is sent again until the ACK comes (RFC 3261 section 13.3.1.4), and the call is a call then."""
    with trusting() as server:
        caller = Caller(server, 'alice')
        caller.invite()
        first = caller.expect('SIP/2.0 200')
        for _ in range(3):
            check(caller.expect('SIP/2.0 200') == first, 'the same 200 again')
        caller.send('ACK', 'b')
        caller.send('BYE', 'c')
        caller.expect('SIP/2.0 200')
        Sipp(server, 'cancel_too_late').done()
        server.is_empty()


def missing_ack():
    """No ACK ever: after 64 T1 the server ends the call itself."""
    with trusting() as server:
        caller = Caller(server, 'bob')
        caller.invite()
        for _ in range(4):
            caller.expect('SIP/2.0 200')
        caller.socket.settimeout(45)
        text = ''
        while not text.startswith('BYE '):
            text = caller.socket.recv(65535).decode('utf-8', 'replace')
        server.is_empty()


def passwords():
    with registrar() as server:
        Sipp(server, 'call_with_password').done()
        Sipp(server, 'wrong_password').done()
        Sipp(server, 'call_with_password', caller='bob').done()


def cancel_while_it_rings():
    with registrar() as server:
        port = free_port()
        Sipp(server, 'register', caller='bob', port=port).done()
        phone = Sipp(server, 'rings', caller='bob', port=port)
        Sipp(server, 'cancel_ringing', called='bob').done()
        phone.done()


def early_cancel():
    """CANCEL right behind the INVITE: it comes too late for a room, which answers at once, and changes nothing."""
    with trusting() as server:
        caller = Caller(server, 'alice')
        caller.invite()
        caller.send('CANCEL', 'a')
        answers = [caller.expect('SIP/2.0 200') for _ in range(2)]
        invited = next(text for text in answers if 'INVITE\r\n' in text)
        check(any('CANCEL\r\n' in text for text in answers), f'200 to CANCEL too: {answers}')
        caller.to_tag = re.search(r'\r\nTo: [^\r]*(;tag=[^\r;]*)', invited).group(1)
        caller.send('ACK', 'b')
        caller.send('BYE', 'c')
        caller.expect('SIP/2.0 200')
        server.is_empty()


def a_list_is_called():
    """bob rings reliably and answers, carol is busy, dave is not there."""
    with registrar() as server:
        ports = {}
        for user in ('bob', 'carol'):
            ports[user] = free_port()
            Sipp(server, 'register', caller=user, port=ports[user]).done()
        bob = Sipp(server, 'reliable', caller='bob', port=ports['bob'])
        carol = Sipp(server, 'busy', caller='carol', port=ports['carol'])
        alice = Sipp(server, 'create_with_list', called='conference-factory', hold_msec=6000)
        room = server.wait_room('with bob', lambda r: r['in'] == 2)
        carol.done()
        check(room['subject'] == 'Sipp meets', f'the subject is told: {room}')
        server.control('kick', room['room'], server.uri('bob'))
        bob.done()
        alice.done()


if __name__ == '__main__':
    run_cases(passwords, offerless_invite, reinvite_update_and_glare, provisional_responses_and_timers, refusals, late_ack, missing_ack,
              early_cancel, cancel_while_it_rings, a_list_is_called, many_in_one_room, a_flood_of_calls_over_udp, a_flood_of_calls_over_tcp)
