#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web side of the real program: SIP over WebSocket (RFC 7118), HTTP, SIP over TLS, all on one port, and attacks T42."""
import socket
import struct
import time

from confer_test import PATIENCE_SEC, Failure, Server, check, free_port, run_cases
from phone import Phone
from raw_sip import SDP, Client, client_context, digest
from raw_ws import BINARY, CLOSE, PING, PONG, Reply, WebSocket, WsClient, connect, frame, http, upgrade
from configured import Configured, add_account, folder, settings


class WebServer(Server):
    """conferd --dev with web ports: TLS at .web, without at .web + 1."""

    def __init__(self, **parts):
        self.web = free_port()
        super().__init__(extra=('--web', f'127.0.0.1:{self.web}'), **parts)


def browsers_and_phones_meet():
    server = WebServer()
    try:
        for tls, user in ((True, 'alice'), (False, 'bob')):
            browser = WsClient(server.web + (0 if tls else 1), user, tls=tls)
            browser.register()
            phone = Client(('127.0.0.1', server.port), 'carol')
            phone.register()
            # A call from the phone reaches the browser over its own connection, and its answer the phone.
            challenge = phone.send_until('MESSAGE', f'sip:{user}@localhost', 407)
            phone.send(phone.text('MESSAGE', f'sip:{user}@localhost',
                                  fields=digest(challenge.get('proxy-authenticate'), 'MESSAGE', f'sip:{user}@localhost', 'carol', 'carol', True)))
            asked = browser.request('MESSAGE')
            check('.invalid;transport=ws' in asked.uri, asked.line)
            browser.answer(asked, 200)
            phone.wait('200', lambda m: m.status == 200 and 'MESSAGE' in m.get('cseq'))
            # The browser enters a room: the dialog runs over the WebSocket.
            answer = browser.ask('INVITE', 'sip:room-tea@localhost', body=SDP.format(ip='127.0.0.1'), call_id='call')
            check(answer.status == 200, answer.line)
            check(f'transport={"wss" if tls else "ws"}' in answer.get('record-route'), answer.text)
            check(server.room('room-tea') is not None, 'the room is there')
            bye = browser.ask('BYE', 'sip:room-tea@localhost', call_id='call', to_tag=answer.tag())
            check(bye.status == 200, bye.line)
            browser.close()
            phone.close()
    finally:
        server.close()


def a_browser_that_is_called_in_gets_an_offer_for_browsers():
    """DTLS, and all of congestion control, which phones are not asked for."""
    server = WebServer()
    try:
        browser = WsClient(server.web, 'bob')
        browser.register()
        phone = Client(('127.0.0.1', server.port), 'carol')
        phone.register()
        caller = Phone(server, 'alice', 'sip:videoconference-factory@localhost', options=['--invite', 'bob,carol'])
        asked = browser.request('INVITE')
        videos = [line for line in asked.body.splitlines() if line.startswith('m=video')]
        check(len(videos) == 1 and ' UDP/TLS/RTP/SAVPF ' in videos[0], asked.body)
        for what in ('a=fingerprint:sha-256 ', 'a=setup:actpass', 'transport-cc', 'goog-remb', 'rtx/90000', 'a=ice-ufrag:', 'a=rtcp-mux'):
            check(what in asked.body, f'{what}: {asked.body}')
        check('transport-cc' not in phone.request('INVITE').body, 'phones are offered what phones know')
        caller.quit()
    finally:
        server.close()


def a_closed_tab_ends_its_registration():
    """RFC 5626: the binding goes with its flow, and nobody is called over what is gone."""
    server = WebServer()
    try:
        browser = WsClient(server.web)
        browser.ask('REGISTER', 'sip:localhost', fields='Supported: outbound, path\r\nContact: <sip:alice@x.invalid;transport=ws>;reg-id=1;'
                    '+sip.instance="<urn:uuid:1>"\r\n')
        check(any(u['devices'] for u in server.control('users') if u['user'] == 'alice'), 'registered')
        browser.close()
        end = time.monotonic() + 5
        while any(d['contact'].startswith('sip:alice@x.invalid') for u in server.control('users') for d in u['devices']):
            check(time.monotonic() < end, 'the binding goes')
            time.sleep(0.05)
    finally:
        server.close()


def who_goes_in_the_middle_ends_nothing():
    """Connections reset while answers are on their way (EPIPE): the server goes on."""
    server = WebServer()
    try:
        for number in range(30):
            browser = WsClient(server.web + number % 2, tls=number % 2 == 0)
            request = browser.text('OPTIONS', 'sip:localhost', call_id=f'reset-{number}')
            for _ in range(40):
                browser.send(request)
            browser.ws.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            browser.close()
        check(http(server.web, '/api/server').status == 200, 'it is still there')
    finally:
        server.close()


def one_port_carries_everything():
    server = WebServer()
    try:
        check(http(server.web, '/api/server').status == 200, 'HTTPS')
        check(connect(server.web, alpn=['h2', 'http/1.1']).selected_alpn_protocol() == 'http/1.1', 'ALPN of browsers')
        phone = Client(('127.0.0.1', server.web), tls=client_context())
        phone.register()
        answer = phone.ask('INVITE', 'sip:room-tea@localhost', body=SDP.format(ip='127.0.0.1'))
        check(answer.status == 200 and 'transport=tls' in answer.get('record-route'), answer.text)
        # A keep-alive may come first, a request in pieces, and SIP by its name in ALPN.
        raw = connect(server.web)
        raw.sendall(b'\r\n\r\n')
        check(raw.recv(10) == b'\r\n', 'pong')
        request = phone.text('OPTIONS', 'sip:localhost', call_id='pieces').encode()
        for tls, alpn in ((True, None), (True, ['sip/2'])):
            raw = connect(server.web, tls, alpn)
            for octet in range(0, 40):
                raw.sendall(request[octet:octet + 1])
            raw.sendall(request[40:])
            check(raw.recv(65536).startswith(b'SIP/2.0 200'), f'ALPN {alpn}')
        for noise in (b'\x16\x03\x01', b'nonsense\x00', b'GET sip', b'x' * 200, b'SSH-2.0-x\r\n', b'GET  / HTTP/1.1'):
            raw = connect(server.web, True)
            raw.sendall(noise)
            raw.settimeout(5)
            try:
                left = raw.recv(100)
                check(not left or left.startswith((b'HTTP/1.1 400', b'SIP/2.0 4')), f'{noise!r}: {left!r}')
            except (ConnectionError, OSError) as error:
                check(not isinstance(error, TimeoutError) or noise == b'GET sip', f'{noise!r} is neither')
        # Without TLS there is no SIP on that port.
        raw = connect(server.web + 1, False)
        raw.sendall(request)
        check(raw.recv(100) == b'', 'closed')
    finally:
        server.close()


def handshakes_are_checked():
    server = WebServer()
    port = server.web
    try:
        cases = [
            ({}, 101), ({'origin': None}, 101), ({'path': '/'}, 101), ({'path': '/ws'}, 101), ({'protocols': 'xmpp, sip'}, 101),
            ({'host': '127.0.0.1'}, 101),
            ({'path': '/other'}, 404), ({'protocols': 'xmpp'}, 400), ({'protocols': None}, 400), ({'version': '8'}, 426),
            ({'key': 'short'}, 400), ({'key': 'dGhlIHNhbXBsZSBub25jZQ=!'}, 400),
            ({'origin': 'https://evil.example'}, 403), ({'origin': f'http://localhost:{port}'}, 403), ({'origin': 'null'}, 403),
            ({'origin': f'https://localhost:{port + 1}'}, 403),
            ({'extra': 'Origin: https://evil.example\r\n'}, 403),
            ({'host': 'evil.example'}, 421),
        ]
        for parts, status in cases:
            connection, reply = upgrade(port, **parts)
            check(reply.status == status, f'{parts}: {reply.status}')
            check(status != 426 or reply.fields['sec-websocket-version'] == '13', f'{reply.fields}')
            connection.close()
        check(upgrade(port + 1, tls=False)[1].status == 101, 'the same without TLS')
    finally:
        server.close()


def other_pages_may_be_let_in():
    with folder() as where:
        port, web = free_port(), free_port()
        server = Configured(where, settings(where, port, web__listen_tls=f'127.0.0.1:{web}', web__origins='https://meet.example'))
        try:
            check(upgrade(web, origin='https://meet.example')[1].status == 101, 'a page of the list')
            check(upgrade(web, origin='https://meet.example.evil')[1].status == 403, 'and no other')
            check(upgrade(web, host='meet.example', origin='https://meet.example')[1].status == 101, 'behind that name')
        finally:
            check(server.end() == 0, server.errors())


def frames_of_all_kinds():
    server = WebServer()
    try:
        browser = WsClient(server.web)
        ws = browser.ws
        request = browser.text('OPTIONS', 'sip:localhost')
        # In fragments with a ping between them, as binary, two in one piece, octet by octet.
        ws.send(request[:10], fin=False)
        ws.send(b'are you there', opcode=PING)
        ws.send(request[10:300], opcode=0, fin=False)
        ws.send(request[300:], opcode=0)
        check(ws.receive() == (PONG, b'are you there'), 'a ping is answered at once')
        check(browser.wait('200', lambda m: m.status == 200).get('cseq') == '1 OPTIONS', 'fragments are one message')
        ws.send(browser.text('OPTIONS', 'sip:localhost'), opcode=BINARY)
        browser.wait('200', lambda m: m.get('cseq') == '2 OPTIONS')
        ws.connection.sendall(frame(browser.text('OPTIONS', 'sip:localhost')) + frame(browser.text('OPTIONS', 'sip:localhost')))
        browser.wait('200', lambda m: m.get('cseq') == '3 OPTIONS')
        browser.wait('200', lambda m: m.get('cseq') == '4 OPTIONS')
        for octet in frame(browser.text('OPTIONS', 'sip:localhost')):
            ws.connection.sendall(bytes([octet]))
        browser.wait('200', lambda m: m.get('cseq') == '5 OPTIONS')
        # A keep-alive of RFC 5626 inside, and a message that is none: 400 or nothing, and the connection stays.
        ws.send('\r\n\r\n')
        check(ws.receive()[1] == b'\r\n', 'keep-alive')
        ws.send('this is not SIP')
        ws.send('')
        ws.send(browser.text('OPTIONS', 'sip:localhost'))
        browser.wait('200', lambda m: m.get('cseq') == '6 OPTIONS')
        ws.send(struct.pack('>H', 1000), opcode=8)
        ws.ended_with(1000)
        # The first message may come together with the handshake.
        early = connect(server.web)
        late = WsClient(server.web)
        text = late.text('OPTIONS', 'sip:localhost')
        early.sendall((f'GET /sip HTTP/1.1\r\nHost: localhost:{server.web}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                       'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n'
                       'Sec-WebSocket-Protocol: sip\r\n\r\n').encode() + frame(text))
        reply = Reply(early)
        data = reply.body
        early.settimeout(5)
        while b'SIP/2.0 200' not in data:
            more = early.recv(65536)
            check(more, 'the early message is answered')
            data += more
    finally:
        server.close()


def broken_frames_end_the_connection():
    server = WebServer()
    try:
        # 0: a close frame without a status, as wslay answers what it can't even cut into frames.
        cases = [
            (frame('x', mask=False), 1002), (frame('x', opcode=3), 1002), (frame('x', opcode=0), 1002), (b'\xf1\x81aaaa!', 1002),
            (frame(b'p' * 126, opcode=PING), 0), (frame('x', opcode=PING, fin=False), 0), (frame(b'\xff\xfe'), 1007),
            (frame(b'x' * 70000), 1009), (b'\x81\xff' + struct.pack('>Q', 1 << 62) + b'aaaab', 1009),
            (frame('a', fin=False) + frame('b'), 1002),
            (frame(b'x' * 40000, fin=False) + frame(b'x' * 40000, opcode=0, fin=False), 1009),
            (frame('', opcode=PING) * 200, 1008),
        ]
        for octets, status in cases:
            ws = WebSocket(server.web + 1, tls=False)
            ws.connection.sendall(octets)
            try:
                ws.ended_with(status)
            except Failure as failure:
                raise Failure(f'{octets[:30]}: {failure}') from None
        check(http(server.web, '/api/server').status == 200, 'the server is well')
    finally:
        server.close()


def slow_and_many_are_bounded():
    """T42: handshakes that never end, connections by the hundred, peers that read nothing."""
    with folder() as where:
        port, web = free_port(), free_port()
        add_account(where, 'alice')
        lines = settings(where, port, web__listen=f'127.0.0.1:{web}', web__listen_tls=f'127.0.0.1:{web + 1}', web__handshake_time='1s',
                         web__connections_per_address='20')
        server = Configured(where, lines)
        try:
            # Slow: nothing, half a TLS hello, half a head (which is told so), an octet now and then.
            idle, half = connect(web, False), connect(web, False)
            hello = socket.create_connection(('127.0.0.1', web + 1), timeout=10)
            hello.sendall(b'\x16\x03\x01\x02\x00\x01\x00')
            half.sendall(b'GET / HTTP/1.1\r\nHost: localhost\r\n')
            drip = connect(web, False)
            end = time.monotonic() + 4
            try:
                for octet in b'GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa':
                    drip.sendall(bytes([octet]))
                    time.sleep(0.1)
                    check(time.monotonic() < end, 'drips are cut off')
            except (ConnectionError, OSError):
                pass
            check(idle.recv(10) == b'', 'idle: closed')
            check(hello.recv(10) == b'', 'half a hello: closed')
            check(half.recv(100).startswith(b'HTTP/1.1 408'), 'half a request: 408')
            # Many from one address.
            several = [connect(web, False) for _ in range(20)]
            extra = connect(web, False)
            extra.settimeout(5)
            try:
                check(extra.recv(10) == b'', 'the twenty-first is closed')
            except ConnectionError:
                pass
            for each in several:
                each.close()
            end = time.monotonic() + 5
            while True:
                try:
                    check(http(web, '/api/server', tls=False).status == 200, 'then there is room again')
                    break
                except (Failure, OSError):
                    check(time.monotonic() < end, 'room again')
                    time.sleep(0.1)
            # A message that never ends is no reason to keep the connection; one that reads nothing neither.
            deaf = WebSocket(web, tls=False)
            deaf.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            request = WsClient(web, tls=False).text('OPTIONS', 'sip:localhost', fields='Subject: ' + 'x' * 8000 + '\r\n')
            deaf.connection.settimeout(20)
            sent = 0
            try:
                while sent < 200:
                    deaf.send(request)
                    sent += 1
            except (ConnectionError, OSError, TimeoutError):
                pass
            check(http(web, '/api/server', tls=False).status == 200, 'others are served')
        finally:
            check(server.end() == 0, server.errors())


def who_reads_nothing_is_cut_off():
    """T42: what waits for a peer is bounded, then the peer goes; others are served as before."""
    server = WebServer()
    try:
        browser = WsClient(server.web, 'bob')
        check(browser.ask('OPTIONS', 'sip:localhost').status == 200, 'served')
        before = server.resident_mb()
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.settimeout(10)
        raw.connect(('127.0.0.1', server.web + 1))
        deaf = WebSocket(server.web + 1, tls=False, connection=raw)
        # An answer repeats what came in Via.
        carol = WsClient(server.web, 'carol')
        long_via = 'Via: SIP/2.0/WS x.invalid;x=' + 'x' * 7000 + '\r\n'
        count, slowest, is_cut_off = 0, 0, False
        while not is_cut_off:
            check(count < 5000, f'{count} answers of 7 kB wait, {server.resident_mb():.0f} MB')
            try:
                deaf.send(carol.text('OPTIONS', 'sip:localhost', fields=long_via))
            except (ConnectionError, TimeoutError):
                is_cut_off = True
            count += 1
            if count % 50 == 0:
                began = time.monotonic()
                check(browser.ask('OPTIONS', 'sip:localhost').status == 200, 'others are served')
                slowest = max(slowest, time.monotonic() - began)
        check(count > 100, f'cut off after {count}')
        grown = server.resident_mb() - before
        check(grown < 12, f'{grown:.1f} MB for one that reads nothing')
        check(slowest < PATIENCE_SEC, f'somebody else waited for {slowest:.1f} s')
        check(browser.ask('OPTIONS', 'sip:localhost').status == 200, 'and still are')
        deaf.close()
        browser.close()
    finally:
        server.close()


def a_message_that_does_not_end_is_cut_off():
    """Begun and never ended: 30 s. One that is always inside of some message, but ends each, may stay."""
    server = WebServer()
    try:
        carol, busy = WsClient(server.web + 1, 'carol', tls=False), WsClient(server.web, 'bob')
        carol.register()  # strangers who say nothing go sooner
        busy.register()
        endless = carol.ws
        began = time.monotonic()
        endless.send('OPTIONS sip:localhost SIP/2.0\r\n', fin=False)
        texts = [frame(busy.text('OPTIONS', 'sip:localhost')) for _ in range(80)]
        octets = b''.join(texts)
        half = len(texts[0]) // 2
        busy.ws.connection.sendall(octets[:half])
        sent, told = half, None
        while told is None:
            check(time.monotonic() - began < 45, 'cut off within 45 s')
            # Each piece ends a message and begins the next.
            piece = octets[sent:sent + len(texts[0])]
            check(len(piece) == len(texts[0]), 'still octets to send')
            busy.ws.connection.sendall(piece)
            sent += len(piece)
            try:
                told = endless.receive(patience=0.5)
                told = None if told and told[0] == PING else told
            except Failure:
                pass
        took = time.monotonic() - began
        check(told[0] == CLOSE and int.from_bytes(told[1][:2], 'big') == 1008, told)
        check(29 < took < 45, f'after {took:.1f} s')
        check(endless.receive() is None, 'the connection ends')
        busy.ws.connection.sendall(octets[sent:])
        busy.wait('the last answer', lambda m: m.get('cseq') == '80 OPTIONS' and m.status == 200)
    finally:
        server.close()


def pages_are_served_safely():
    with folder() as where:
        page = where / 'page'
        (page / 'assets').mkdir(parents=True)
        (page / 'index.html').write_text('<!doctype html><title>confer</title>')
        (page / 'assets' / 'app.js').write_text('export {};')
        (page / '.secret').write_text('x')
        (where / 'outside.txt').write_text('outside')
        (page / 'link.txt').symlink_to(where / 'outside.txt')
        port, web = free_port(), free_port()
        server = Configured(where, settings(where, port, web__listen_tls=f'127.0.0.1:{web}', web__folder=page))
        try:
            reply = http(web)
            check(reply.status == 200 and b'<title>confer' in reply.body, f'{reply.status}')
            check(reply.fields['content-type'] == 'text/html; charset=utf-8', f'{reply.fields}')
            policy = reply.fields['content-security-policy']
            check("default-src 'none'" in policy and 'unsafe' not in policy and "frame-ancestors 'none'" in policy, policy)
            check(reply.fields['x-content-type-options'] == 'nosniff', f'{reply.fields}')
            tag = reply.fields['etag']
            check(http(web, fields=f'If-None-Match: "other", W/{tag}\r\n').status == 304, 'not modified')
            check(http(web, fields='If-None-Match: "other"\r\n').status == 200, 'modified')
            head = http(web, method='HEAD')
            check(head.status == 200 and head.body == b'' and head.fields['content-length'] == str(len(reply.body)), 'HEAD')
            script = http(web, '/assets/app.js')
            check(script.fields['content-type'].startswith('text/javascript') and 'immutable' in script.fields['cache-control'], f'{script.fields}')
            check(http(web, '/join/tea?token=x').body == reply.body, 'places of the page are the page')
            check(http(web, '/m/v1.2.tea').body == reply.body, 'so is a meeting with dots in its name')
            for path in ('/m/../outside.txt', '/m/tea/none.txt', '/../outside.txt', '/%2e%2e/outside.txt', '/.secret', '/link.txt', '/assets/../index.html', '//etc/passwd.txt',
                         '/assets/app.js%00', '/none.txt'):
                check(http(web, path).status == 404, path)
            check(http(web, method='POST', body='x').status == 405, 'POST to a file')
            check(http(web, '/api/none').status == 404 and http(web, '/api/server', method='DELETE').status == 405, 'the interface')
            # One connection, several requests, also in one piece; HTTP/1.0 and close end it.
            connection = connect(web)
            for _ in range(3):
                check(http(web, connection=connection).status == 200, 'keep-alive')
            connection.sendall(f'GET / HTTP/1.1\r\nHost: a:{web}\r\n\r\nGET /none.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'.encode())
            data = b''
            while True:
                more = connection.recv(65536)
                if not more:
                    break
                data += more
            check(data.count(b'HTTP/1.1 200') == 1 and data.count(b'HTTP/1.1 404') == 1, f'{data[:200]}')
            bad = [(b'GET / HTTP/1.1\r\n\r\n', 400), (b'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400), (b'BREW / HTTP/1.1\r\nHost: a\r\n\r\n', 400),
                   (b'GET /' + b'a' * 5000 + b' HTTP/1.1\r\nHost: a\r\n\r\n', 414),
                   (b'GET / HTTP/1.1\r\nHost: a\r\n' + b'X: y\r\n' * 70 + b'\r\n', 431),
                   (b'GET / HTTP/1.1\r\nHost: a\r\nX: ' + b'y' * 20000 + b'\r\n\r\n', 431),
                   (b'POST /api/server HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n', 413),
                   (b'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400)]
            for octets, status in bad:
                connection = connect(web)
                connection.sendall(octets)
                check(Reply(connection).status == status, f'{octets[:60]}: not {status}')
            # The page is read again by SIGHUP.
            (page / 'index.html').write_text('changed')
            server.reload('read again')
            check(http(web).body == b'changed', 'the new page')
        finally:
            check(server.end() == 0, server.errors())


if __name__ == '__main__':
    run_cases(browsers_and_phones_meet, a_browser_that_is_called_in_gets_an_offer_for_browsers,
              a_closed_tab_ends_its_registration, who_goes_in_the_middle_ends_nothing, one_port_carries_everything, handshakes_are_checked,
              other_pages_may_be_let_in, frames_of_all_kinds, broken_frames_end_the_connection, slow_and_many_are_bounded, who_reads_nothing_is_cut_off,
              a_message_that_does_not_end_is_cut_off, pages_are_served_safely)
