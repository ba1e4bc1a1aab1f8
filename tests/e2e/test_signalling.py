#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of SIP where they meet the operating system: unreachable peers, messages in the log."""
import socket
import time

from confer_test import Server, check, free_port, run_cases
from raw_sip import SDP, Client, Dns, Message
from test_operator import Configured, add_somebody, folder, proxied


def closed_port():
    """A UDP port of loopback at which nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(('127.0.0.1', 0))
        return udp.getsockname()[1]


def an_unreachable_phone_is_told_at_once():
    """RFC 3261 section 18.4: ICMP ends the wait for a phone that is gone, and not timer B after 32 s."""
    server = Server()
    alice, bob = Client(('127.0.0.1', server.port)), Client(('127.0.0.1', server.port), 'bob')
    try:
        bob.register()
        bob.close()
        began = time.monotonic()
        answer = alice.ask('INVITE', 'sip:bob@localhost', body=SDP.format(ip='127.0.0.1'), patience=15)
        took = time.monotonic() - began
        check(answer.status >= 400, answer.line)
        check(took < 5, f'{answer.line} after {took:.1f} s')
        check(alice.ask('OPTIONS', 'sip:localhost').status == 200, 'and the socket goes on')
    finally:
        alice.close()
        server.close()


def the_next_server_is_tried_at_once():
    """RFC 3263 section 4.3: the first server of the DNS has a closed port, the second one gets the call."""
    with folder() as where:
        port = free_port()
        outbound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        outbound.bind(('127.0.0.2', 0))
        dns = Dns({('_sip._udp.proxy.test', 'SRV'): [(10, 1, closed_port(), 'gone.proxy.test'),
                                                     (20, 1, outbound.getsockname()[1], 'a.proxy.test')],
                   ('gone.proxy.test', 'A'): ['127.0.0.1'], ('a.proxy.test', 'A'): ['127.0.0.2']})
        server = Configured(where, proxied(where, port, None, server__dns=f'127.0.0.1:{dns.port}',
                                           accounts__outbound_proxy='sip:proxy.test'))
        try:
            began = time.monotonic()
            add_somebody(server, Client(('127.0.0.1', port), 'dave', ip='127.0.0.2'), 'sip:erin@corp.example')
            outbound.settimeout(10)
            invite = Message(outbound.recvfrom(65536)[0].decode())
            took = time.monotonic() - began
            check(invite.method == 'INVITE', invite.line)
            check(took < 5, f'the second server was asked after {took:.1f} s')
        finally:
            dns.close()
            outbound.close()
            check(server.end() == 0, server.errors())


def messages_are_logged_without_secrets():
    crypto = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\r\n'
    body = SDP.format(ip='127.0.0.1').replace('RTP/AVP', 'RTP/SAVP') + crypto
    with folder() as where:
        port = free_port()
        lines = proxied(where, port, None, media__sdes_insecure='yes')
        server = Configured(where, lines)
        try:
            dave = Client(('127.0.0.1', port), 'dave', ip='127.0.0.2')
            check(dave.ask('OPTIONS', 'sip:localhost').status == 200, 'OPTIONS')
            check('OPTIONS' not in server.errors(), f'nothing is logged unless asked for: {server.errors()}')
            server.write({**lines, 'log.messages': 'yes'})
            server.reload('read again')
            asked = dave.ask('INVITE', 'sip:room-tea@localhost', body=body, fields='Authorization: Digest username="dave", realm="x", '
                             'nonce="y", uri="sip:z", response="0123456789abcdef0123456789abcdef"\r\n')
            check(asked.status == 200, asked.line)
            server.logged('| ACK sip:room-tea@localhost')
            log = server.errors()
            check(f'sip: in UDP 127.0.0.2:{dave.port} -> 127.0.0.1:{port} flow ' in log, log)
            check(f'sip: out UDP 127.0.0.1:{port} -> 127.0.0.2:{dave.port} flow ' in log, log)
            whole = server.log
            whole.seek(0)
            text = whole.read()
            check('| INVITE sip:room-tea@localhost' in text and '| SIP/2.0 200 OK' in text, text)
            check('inline:***' in text and 'c2VjcmV0' not in text, f'keys of media: {text}')
            check('username="dave", realm="x", ***' in text and '0123456789abcdef' not in text, f'digests: {text}')
        finally:
            check(server.end() == 0, server.errors())


if __name__ == '__main__':
    run_cases(an_unreachable_phone_is_told_at_once, the_next_server_is_tried_at_once, messages_are_logged_without_secrets)
