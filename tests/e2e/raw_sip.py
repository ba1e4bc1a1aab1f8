# SPDX-License-Identifier: GPL-3.0-or-later
"""SIP by hand for end-to-end tests: messages are text, a client has one socket, digest is answered when it is asked for, requests
over UDP are sent again until they are answered. Otherwise what is sent and what comes back is the test's business."""
import hashlib
import re
import socket
import ssl
import struct
import threading
import time

from confer_test import Failure, check

SDP = 'v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio 49170 RTP/AVP 0\r\n'


class Message:
    """A message that came: status or method, fields by lower-case name (a list each), body."""

    def __init__(self, text):
        head, _, self.body = text.partition('\r\n\r\n')
        lines = head.split('\r\n')
        self.line = lines[0]
        first = lines[0].split(' ', 2)
        self.status = int(first[1]) if first[0] == 'SIP/2.0' else None
        self.method = None if self.status else first[0]
        self.uri = None if self.status else first[1]
        self.fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(':')
            self.fields.setdefault(name.strip().lower(), []).append(value.strip())
        self.text = text

    def get(self, name):
        return self.fields.get(name.lower(), [''])[0]

    def challenge(self):
        """The first challenge of digest: browsers are offered tokens too (RFC 8898)."""
        name = 'proxy-authenticate' if self.status == 407 else 'www-authenticate'
        return next(value for value in self.fields[name] if value.startswith('Digest'))

    def tag(self, name='to'):
        found = re.search(r';tag=([^;]+)', self.get(name))
        return found.group(1) if found else None

    def __repr__(self):
        return f'<{self.line}>'


def digest(challenge, method, uri, user, password, proxy=False):
    """A credentials line for the first challenge of a 401 or 407."""
    fields = dict((k.lower(), a or b) for k, a, b in re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]+))', challenge))
    function = {'SHA-256': hashlib.sha256, 'MD5': hashlib.md5}[fields.get('algorithm', 'MD5')]

    def hashed(text):
        return function(text.encode()).hexdigest()
    a1, a2 = hashed(f'{user}:{fields["realm"]}:{password}'), hashed(f'{method}:{uri}')
    response = hashed(f'{a1}:{fields["nonce"]}:00000001:abc:auth:{a2}')
    return (f'{"Proxy-" if proxy else ""}Authorization: Digest username="{user}", realm="{fields["realm"]}", nonce="{fields["nonce"]}", '
            f'uri="{uri}", algorithm={fields.get("algorithm", "MD5")}, qop=auth, nc=00000001, cnonce="abc", response="{response}"\r\n')


class Client:
    """One SIP client over UDP, or over TLS with an ssl context. Its password is its name if none is said."""

    def __init__(self, server, user='alice', domain='localhost', ip='127.0.0.1', tls=None, password=None):
        self.user, self.domain, self.ip, self.number = user, domain, ip, 0
        self.password = password or user
        self.server = server
        self.transport = 'TLS' if tls else 'UDP'
        self.buffer = ''
        self.kept = []
        if tls:
            self.socket = tls.wrap_socket(socket.create_connection(server), server_hostname=domain)
        else:
            self.socket = socket.socket(socket.AF_INET6 if ':' in ip else socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind((ip, 0))
        self.host = f'[{ip}]' if ':' in ip else ip
        self.port = self.socket.getsockname()[1]

    def close(self):
        self.socket.close()

    def send(self, text, to=None):
        if self.transport == 'TLS':
            self.socket.sendall(text.encode())
        else:
            self.socket.sendto(text.encode(), to or self.server)

    def _receive(self, end):
        self.socket.settimeout(max(0.01, end - time.monotonic()))
        if self.transport == 'UDP':
            return self.socket.recvfrom(65536)[0].decode()
        while '\r\n\r\n' not in self.buffer:
            more = self.socket.recv(65536).decode()
            if not more:
                raise Failure(f'{self.user}: the connection was closed')
            self.buffer += more
        head, _, rest = self.buffer.partition('\r\n\r\n')
        length = int(re.search(r'(?i)content-length:\s*(\d+)', head).group(1))
        while len(rest) < length:
            rest += self.socket.recv(65536).decode()
        self.buffer = rest[length:]
        return f'{head}\r\n\r\n{rest[:length]}'

    def wait(self, what, matches, patience=10):
        """The next message that matches; others are kept for later waits."""
        for message in self.kept:
            if matches(message):
                self.kept.remove(message)
                return message
        end = time.monotonic() + patience
        while True:
            try:
                message = Message(self._receive(end))
            except (socket.timeout, TimeoutError):
                raise Failure(f'{self.user}: no {what} within {patience} s; kept: {self.kept}') from None
            if matches(message):
                return message
            self.kept.append(message)

    def nothing(self, what, matches, patience=1.0):
        try:
            message = self.wait(what, matches, patience)
        except Failure:
            return
        raise Failure(f'{self.user}: {message.line} came, which should not')

    def text(self, method, uri, fields='', body='', call_id=None, to_tag=None, cseq=None, user=None, branch=None,
             content_type='application/sdp'):
        self.number += 1
        who = f'sip:{user or self.user}@{self.domain}'
        to = who if method == 'REGISTER' else uri
        return (f'{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{self.transport} {self.host}:{self.port};rport;'
                f'branch=z9hG4bK{branch or f"{self.port}x{self.number}"}\r\nMax-Forwards: 70\r\nFrom: <{who}>;tag={self.port}\r\n'
                f'To: <{to}>{f";tag={to_tag}" if to_tag else ""}\r\nCall-ID: {call_id or f"{method}-{self.port}"}\r\n'
                f'CSeq: {cseq or self.number} {method}\r\nContact: <sip:{self.user}@{self.host}:{self.port};transport={self.transport.lower()}>\r\n'
                f'User-Agent: raw client of the end-to-end tests, with a name that is as long as those of other phones are\r\n'
                f'Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE, SUBSCRIBE, INFO, UPDATE, PRACK\r\n'
                f'{fields}{f"Content-Type: {content_type}" + chr(13) + chr(10) if body else ""}Content-Length: {len(body)}\r\n\r\n{body}')

    def ask(self, method, uri, patience=10, **parts):
        """Send a request; a challenge is answered. The final answer."""
        text = self.text(method, uri, **parts)
        self.send(text)
        answer = self._final(method, text, patience)
        if answer.status in (401, 407):
            if method == 'INVITE':
                self.acknowledge(answer, uri, text)
            known = digest(answer.challenge(), method, uri, self.user, self.password, answer.status == 407)
            parts['fields'] = parts.get('fields', '') + known
            text = self.text(method, uri, **parts)
            self.send(text)
            answer = self._final(method, text, patience)
        if method == 'INVITE':
            self.acknowledge(answer, uri, text)
        return answer

    def _final(self, method, text, patience):
        sequence = Message(text).get('cseq')
        end, step = time.monotonic() + patience, 0.5
        while True:
            left = end - time.monotonic()
            try:
                return self.wait(f'answer to {method}', lambda m: m.status and m.status >= 200 and m.get('cseq') == sequence,
                                 min(step, left) if self.transport == 'UDP' else left)
            except Failure:
                if time.monotonic() >= end:
                    raise
                step *= 2
                self.send(text)

    def send_until(self, method, uri, status, patience=10, **parts):
        """Send a request as it is; its answer, which must have that status."""
        text = self.text(method, uri, **parts)
        self.send(text)
        answer = self._final(method, text, patience)
        check(answer.status == status, f'{method}: {answer.line}, not {status}')
        return answer

    def acknowledge(self, answer, uri, invite):
        sent = Message(invite)
        number = sent.get('cseq').split()[0]
        branch = None if answer.status < 300 else re.search(r'branch=z9hG4bK([^;\s]+)', sent.get('via')).group(1)
        self.send(self.text('ACK', uri, call_id=sent.get('call-id'), to_tag=answer.tag(), cseq=number, branch=branch))

    def register(self, expires=600, **parts):
        answer = self.ask('REGISTER', f'sip:{self.domain}', fields=f'Expires: {expires}\r\n', **parts)
        check(answer.status == 200, f'{self.user} was not registered: {answer.line}')
        return answer

    def answer(self, request, status, fields='', body='', to=None):
        lines = [f'SIP/2.0 {status} Whatever']
        lines += [f'Via: {v}' for v in request.fields['via']]
        lines += [f'Record-Route: {v}' for v in request.fields.get('record-route', [])]
        to_field = request.get('to')
        lines += [f'From: {request.get("from")}', f'To: {to_field}' if ';tag=' in to_field else f'To: {to_field};tag=raw',
                  f'Call-ID: {request.get("call-id")}', f'CSeq: {request.get("cseq")}',
                  f'Contact: <sip:{self.user}@{self.host}:{self.port}>']
        content = 'Content-Type: application/sdp\r\n' if body else ''
        self.send('\r\n'.join(lines) + f'\r\n{fields}{content}Content-Length: {len(body)}\r\n\r\n{body}', to)

    def request(self, method, patience=10):
        return self.wait(method, lambda m: m.method == method, patience)


class Dns:
    """A DNS server of the test on loopback. records: {(name, type): [(...)]} with A: text; SRV: (priority, weight, port, target)."""

    TYPES = {1: 'A', 28: 'AAAA', 33: 'SRV', 35: 'NAPTR'}

    def __init__(self, records, silent=False):
        self.records, self.asked, self.silent = records, [], silent
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(('127.0.0.1', 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self.socket.close()

    @staticmethod
    def _name(text):
        return b''.join(bytes([len(p)]) + p.encode() for p in text.split('.')) + b'\0'

    def _data(self, kind, record):
        if kind == 'A':
            return socket.inet_aton(record)
        priority, weight, port, target = record
        return struct.pack('>HHH', priority, weight, port) + self._name(target)

    def _serve(self):
        while True:
            try:
                query, source = self.socket.recvfrom(4096)
            except OSError:
                return
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1:at + 1 + query[at]].decode())
                at += 1 + query[at]
            number = struct.unpack('>H', query[at + 1:at + 3])[0]
            kind, name = self.TYPES.get(number), '.'.join(labels).lower()
            self.asked.append((name, kind))
            if self.silent:
                continue
            found = self.records.get((name, kind), [])
            answer = query[:2] + struct.pack('>HHHHH', 0x8180 if found else 0x8183, 1, len(found), 0, 0) + query[12:at + 5]
            for record in found:
                data = self._data(kind, record)
                answer += b'\xc0\x0c' + struct.pack('>HHIH', number, 1, 60, len(data)) + data
            self.socket.sendto(answer, source)


def server_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def client_context():
    """Takes any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
