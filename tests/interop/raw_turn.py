# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of a relay made of single messages over UDP (RFC 8656), for what no other client asks for."""
import base64
import hashlib
import hmac
import ipaddress
import os
import socket
import struct
import time
import zlib

from confer_test import PATIENCE_SEC, check

COOKIE = 0x2112a442
ALLOCATE, CREATE_PERMISSION, SEND, DATA = 3, 8, 0x16, 0x17
USERNAME, INTEGRITY, XOR_PEER, DATA_OCTETS, REALM, NONCE, RELAYED = 6, 8, 0x12, 0x13, 0x14, 0x15, 0x16
TRANSPORT, ADDITIONAL_FAMILY = 0x19, 0x8000


def attribute(kind, value):
    return struct.pack('>HH', kind, len(value)) + value + bytes(-len(value) % 4)


def masked(value, identity):
    return bytes(a ^ b for a, b in zip(value, struct.pack('>I', COOKIE) + identity))


def xor_address(ip, port, identity):
    octets = ipaddress.ip_address(ip).packed
    return struct.pack('>BBH', 0, 1 if len(octets) == 4 else 2, port ^ COOKIE >> 16) + masked(octets, identity)


class Answer:
    """A message: type and attributes, (kind, octets) each."""

    def __init__(self, octets):
        self.type, length, _, self.identity = struct.unpack('>HHI12s', octets[:20])
        self.attributes, at = [], 20
        while at < 20 + length:
            kind, size = struct.unpack('>HH', octets[at:at + 4])
            self.attributes.append((kind, octets[at + 4:at + 4 + size]))
            at += 4 + (size + 3) // 4 * 4

    def all(self, wanted):
        return [value for kind, value in self.attributes if kind == wanted]

    def addresses(self, wanted):
        return [str(ipaddress.ip_address(masked(value[4:], self.identity))) for value in self.all(wanted)]


class TurnClient:
    """One with the credentials that the shared secret makes."""

    def __init__(self, port, secret):
        self.server = ('127.0.0.1', port)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(PATIENCE_SEC)
        self.user = f'{int(time.time()) + 300}:test'
        self.password = base64.b64encode(hmac.new(secret.encode(), self.user.encode(), hashlib.sha1).digest()).decode()
        self.realm = self.nonce = b''

    def close(self):
        self.socket.close()

    def send(self, kind, make, is_signed=True):
        """@make gives the attributes, from the transaction id."""
        identity = os.urandom(12)
        body = make(identity)

        def head(more):
            return struct.pack('>HHI', kind, len(body) + more, COOKIE) + identity
        if is_signed and self.nonce:
            body += attribute(USERNAME, self.user.encode()) + attribute(REALM, self.realm) + attribute(NONCE, self.nonce)
            key = hashlib.md5(f'{self.user}:{self.realm.decode()}:{self.password}'.encode()).digest()
            body += attribute(INTEGRITY, hmac.new(key, head(24) + body, hashlib.sha1).digest())
        body += attribute(0x8028, struct.pack('>I', zlib.crc32(head(8) + body) ^ 0x5354554e))
        self.socket.sendto(head(0) + body, self.server)

    def receive(self):
        return Answer(self.socket.recv(4096))

    def send_until_back(self, make):
        """Send an indication again and again until something comes back: the peer may be starting."""
        end = time.monotonic() + PATIENCE_SEC
        self.socket.settimeout(0.2)
        while True:
            self.send(SEND, make, False)
            try:
                return self.receive()
            except TimeoutError:
                check(time.monotonic() < end, 'nothing comes back')

    def ask(self, kind, make):
        self.send(kind, make)
        answer = self.receive()
        if answer.all(NONCE):
            self.realm, self.nonce = answer.all(REALM)[0], answer.all(NONCE)[0]
            self.send(kind, make)
            answer = self.receive()
        return answer
