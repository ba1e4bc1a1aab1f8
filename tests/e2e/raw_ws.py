# SPDX-License-Identifier: GPL-3.0-or-later
"""WebSocket and HTTP by hand, right and wrong: frames are octets that a test may spoil."""
import base64
import hashlib
import os
import re
import socket
import struct
import time

from confer_test import Failure, check
from raw_sip import Client, client_context

GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def connect(port, tls=True, alpn=None, ip='127.0.0.1'):
    tcp = socket.create_connection((ip, port), timeout=10)
    if not tls:
        return tcp
    context = client_context()
    if alpn:
        context.set_alpn_protocols(alpn)
    return context.wrap_socket(tcp, server_hostname='localhost')


class Reply:
    """An HTTP response."""

    def __init__(self, connection, head_only=False):
        data = b''
        while b'\r\n\r\n' not in data:
            more = connection.recv(65536)
            if not more:
                raise Failure(f'the connection ended: {data!r}')
            data += more
        head, _, self.body = data.partition(b'\r\n\r\n')
        lines = head.decode().split('\r\n')
        self.status = int(lines[0].split()[1])
        self.fields = {n.lower(): v.strip() for n, _, v in (line.partition(':') for line in lines[1:])}
        length = int(self.fields.get('content-length', 0))
        while not head_only and self.status not in (101, 304) and len(self.body) < length:
            self.body += connection.recv(65536)


def http(port, path='/', method='GET', tls=True, fields='', body='', connection=None, host='localhost'):
    own = connection is None
    connection = connection or connect(port, tls)
    try:
        length = f'Content-Length: {len(body)}\r\n' if body else ''
        connection.sendall(f'{method} {path} HTTP/1.1\r\nHost: {host}:{port}\r\n{fields}{length}\r\n{body}'.encode())
        return Reply(connection, method == 'HEAD')
    finally:
        if own:
            connection.close()


def upgrade(port, path='/sip', tls=True, origin='same', protocols='sip', key='dGhlIHNhbXBsZSBub25jZQ==', version='13', host='localhost',
            extra='', connection=None):
    """Ask for a WebSocket; the connection and the reply."""
    connection = connection or connect(port, tls)
    same = f'{"https" if tls else "http"}://{host}:{port}'
    line = '' if origin is None else f'Origin: {same if origin == "same" else origin}\r\n'
    protocol = '' if protocols is None else f'Sec-WebSocket-Protocol: {protocols}\r\n'
    connection.sendall(f'GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n'
                       f'Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: {version}\r\n{line}{protocol}{extra}\r\n'.encode())
    return connection, Reply(connection)


def frame(payload, opcode=TEXT, fin=True, mask=True):
    data = payload if isinstance(payload, bytes) else payload.encode()
    first = bytes([(0x80 if fin else 0) | opcode])
    bit = 0x80 if mask else 0
    if len(data) < 126:
        head = first + bytes([bit | len(data)])
    elif len(data) < 65536:
        head = first + bytes([bit | 126]) + struct.pack('>H', len(data))
    else:
        head = first + bytes([bit | 127]) + struct.pack('>Q', len(data))
    if not mask:
        return head + data
    key = os.urandom(4)
    return head + key + bytes(b ^ key[i % 4] for i, b in enumerate(data))


class WebSocket:
    """The client's end of an open connection."""

    def __init__(self, port, tls=True, **parts):
        key = base64.b64encode(os.urandom(16)).decode()
        self.connection, reply = upgrade(port, tls=tls, key=key, **parts)
        check(reply.status == 101, f'no WebSocket: {reply.status} {reply.body}')
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        check(reply.fields['sec-websocket-accept'] == accept, f'Sec-WebSocket-Accept: {reply.fields}')
        check(reply.fields['sec-websocket-protocol'] == 'sip', f'{reply.fields}')
        self.buffer = reply.body

    def send(self, payload, **parts):
        self.connection.sendall(frame(payload, **parts))

    def receive(self, patience=10):
        """(opcode, payload) of the next frame; None if the connection has ended."""
        end = time.monotonic() + patience

        def need(n):
            while len(self.buffer) < n:
                self.connection.settimeout(max(0.01, end - time.monotonic()))
                more = self.connection.recv(65536)
                if not more:
                    return False
                self.buffer += more
            return True
        try:
            if not need(2):
                return None
            check(not self.buffer[1] & 0x80, 'a server does not mask')
            length, at = self.buffer[1] & 0x7f, 2
            if length >= 126:
                size = 2 if length == 126 else 8
                if not need(2 + size):
                    return None
                length, at = int.from_bytes(self.buffer[2:2 + size], 'big'), 2 + size
            if not need(at + length):
                return None
        except (ConnectionError, OSError) as error:
            if isinstance(error, (socket.timeout, TimeoutError)):
                raise Failure(f'no frame within {patience} s') from None
            return None
        opcode, payload = self.buffer[0] & 15, self.buffer[at:at + length]
        self.buffer = self.buffer[at + length:]
        return opcode, payload

    def ended_with(self, status, patience=10):
        """The server says close with that status, and ends the connection."""
        while True:
            got = self.receive(patience)
            check(got is not None, 'a close frame comes before the end')
            if got[0] == CLOSE:
                check(int.from_bytes(got[1][:2], 'big') == status, f'closed with {got[1]!r}, not {status}')
                check(self.receive(patience) is None, 'the connection ends')
                return

    def close(self):
        self.connection.close()


class WsClient(Client):
    """A SIP client over WebSocket: RFC 7118 as browsers do it, with an address that means nothing."""

    def __init__(self, port, user='alice', domain='localhost', tls=True, **parts):
        self.user, self.domain, self.ip, self.number = user, domain, f'{os.urandom(4).hex()}.invalid', 0
        self.password = user
        self.host, self.transport, self.port = self.ip, 'WSS' if tls else 'WS', 0
        self.kept = []
        self.ws = WebSocket(port, tls, **parts)
        self.port = self.ws.connection.getsockname()[1]

    def close(self):
        self.ws.close()

    def send(self, text, to=None):
        self.ws.send(text)

    def _receive(self, end):
        while True:
            got = self.ws.receive(max(0.01, end - time.monotonic())) if time.monotonic() < end else None
            if got is None:
                raise TimeoutError
            if got[0] == PING:
                self.ws.send(got[1], opcode=PONG)
            elif got[0] in (TEXT, BINARY) and got[1].strip():
                return got[1].decode()

    def text(self, *args, **parts):
        """As JsSIP writes it: the transport parameter is ws."""
        text = super().text(*args, **parts)
        return re.sub(r'Contact: <sip:([^@]+)@[^>]+>', rf'Contact: <sip:\1@{self.ip};transport=ws>', text).replace(
            f'{self.ip}:{self.port};rport', self.ip)


__all__ = ['BINARY', 'CLOSE', 'Message', 'PING', 'PONG', 'Reply', 'TEXT', 'WebSocket', 'WsClient', 'connect', 'frame', 'http', 'upgrade']
