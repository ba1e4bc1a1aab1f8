#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Media over TCP on the port that HTTPS, WebSocket and SIP over TLS have too (ICE-TCP, RFC 6544), for networks without UDP."""
import os
import signal
import socket
import time

from confer_test import Failure, check, run_cases
from phone import Phone
from test_web import WebServer

ROOM = 'sip:room-tea@localhost'
NO_UDP = ['--ice-tcp', '--no-udp', '--bundle']
# Octets that begin a check in a frame: length, Binding request, length, cookie.
CHECK = b'\x00\x14\x00\x01\x00\x00\x21\x12\xa4\x42'


def a_phone_without_udp_takes_part():
    server = WebServer()
    phones = []
    try:
        phones.append(Phone(server, 'alice', ROOM, 1, 'tls', [*NO_UDP, '--encryption', 'dtls'], 'connected,encrypted'))
        phones.append(Phone(server, 'bob', ROOM, 2, options=['--ice', '--bundle']))
        reached = phones[0].event('reached')
        check(reached['by'] == 'tcp' and reached['remote'] == f'127.0.0.1:{server.web}', f'{reached}')
        check(phones[1].event('reached')['by'] == 'udp', 'who has UDP uses it')
        phones[0].event('secured')
        for phone, other in zip(phones, (2, 1)):
            phone.sees(other)
            phone.hears()
        seen = {p['user']: p['devices'][0]['paths'] for p in server.room('room-tea')['participants']}
        path = seen['sip:alice@localhost'][0]
        check(path['state'] == 'connected' and path['by'] == 'tcp' and path['local'] == f'127.0.0.1:{server.web}', f'{seen}')
        check(seen['sip:bob@localhost'][0]['by'] == 'udp', f'{seen}')
        for phone in phones:
            phone.quit()
    finally:
        for phone in phones:
            phone.end()
        server.close()


def frames(event):
    return sum(line.get('decoded', 0) for line in event.get('lines', []))


def a_peer_that_reads_nothing_holds_up_nobody():
    """Its queue is bounded: the others see on, and so does it when it reads again."""
    server = WebServer()
    phones = []
    try:
        phones.append(Phone(server, 'alice', ROOM, 1, options=NO_UDP))
        phones.append(Phone(server, 'bob', ROOM, 2, options=[*NO_UDP, '--video-rate', '1500']))
        phones.append(Phone(server, 'carol', ROOM, 3))
        check(phones[0].event('reached')['by'] == 'tcp', 'by TCP')
        phones[0].sees(2, 3)
        os.kill(phones[0].process.pid, signal.SIGSTOP)
        while not phones[2].queue.empty():
            phones[2].queue.get_nowait()
        before = frames(phones[2].wait('statistics', lambda e: e.get('event') == 'stats'))
        phones[2].wait('pictures meanwhile', lambda e: e.get('event') == 'stats' and frames(e) > before + 40)
        os.kill(phones[0].process.pid, signal.SIGCONT)
        then = frames(phones[0].wait('statistics', lambda e: e.get('event') == 'stats'))
        phones[0].wait('pictures again', lambda e: e.get('event') == 'stats' and frames(e) > then + 10)
    finally:
        for phone in phones:
            phone.end()
        server.close()


def is_closed(connection):
    connection.settimeout(10)
    try:
        return connection.recv(1) == b''
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def strangers_get_nothing():
    """Who is nobody's peer gets no octet back; who does not speak STUN is closed; one address has only so many connections."""
    server = WebServer()
    kept = []
    try:
        address = ('127.0.0.1', server.web)
        for octets in (b'\x00\x14\x00\x01\x00\x00\x21\x12\xa4\x43', b'\x80\x00' + bytes(40), b'\x00\x14' + bytes(40)):
            with socket.create_connection(address) as connection:
                connection.sendall(octets)
                check(is_closed(connection), f'{octets} is taken for something')
        refused = 0
        for _ in range(80):
            connection = socket.create_connection(address)
            kept.append(connection)
            connection.sendall(CHECK + os.urandom(12))
        end = time.monotonic() + 10
        while refused < 16 and time.monotonic() < end:
            refused = 0
            for connection in kept:
                connection.settimeout(0.01)
                try:
                    refused += connection.recv(1) == b''
                except ConnectionResetError:
                    refused += 1
                except TimeoutError:
                    pass
        check(refused >= 16, f'only {refused} of 80 connections of one address were refused')
        # The port is there for others: not even those connections are of its quota.
        phone = Phone(server, 'alice', ROOM, 1)
        phone.event('connected')
        phone.end()
    except OSError as error:
        raise Failure(str(error)) from error
    finally:
        for connection in kept:
            connection.close()
        server.close()


if __name__ == '__main__':
    run_cases(a_phone_without_udp_takes_part, a_peer_that_reads_nothing_holds_up_nobody, strangers_get_nothing)
