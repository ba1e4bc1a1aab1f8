#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhooks of the real program, to HTTP servers of the test: what is told, how it is signed, what fails, and where nothing goes (T45)."""
import base64
import hashlib
import hmac
import http.server
import json
import queue
import threading
import time

from api_client import Api, ApiServer
from confer_test import Failure, check, run_cases
from raw_sip import SDP, Client, server_context

ROOM = 'sip:room-tea@localhost'


class Receiver:
    """An HTTP server that keeps what is POSTed; answers come from .answers (status each), then 204."""

    def __init__(self, answers=(), delay=0, context=None):
        self.got, self.answers = queue.Queue(), list(answers)
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers['Content-Length']))
                receiver.got.put((dict(self.headers), body, self.path, time.time()))
                time.sleep(delay)
                status = receiver.answers.pop(0) if receiver.answers else 204
                self.send_response(status)
                if status == 302:
                    self.send_header('Location', f'http://127.0.0.1:{receiver.port}/elsewhere')
                self.send_header('Content-Length', '0')
                self.end_headers()

            def log_message(self, *args):
                pass
        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path='/hook', scheme='http', host='127.0.0.1'):
        return f'{scheme}://{host}:{self.port}{path}'

    def next(self, patience=10):
        try:
            return self.got.get(timeout=patience)
        except queue.Empty:
            raise Failure(f'nothing came within {patience} s') from None

    def events(self, count, patience=10):
        return [json.loads(self.next(patience)[1]) for _ in range(count)]

    def nothing(self, patience=0.5):
        try:
            raise Failure(f'{self.got.get(timeout=patience)[1]} came')
        except queue.Empty:
            pass

    def recover(self):
        """No more errors; what was tried before is forgotten."""
        self.answers.clear()
        while not self.got.empty():
            self.got.get()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def private_server(private='yes', state=None, more=''):
    """conferd --dev that may call hooks on loopback."""
    return ApiServer(config=f'[web]\nwebhooks-private = {private}\n{more}', state=state)


def is_signed(secret, headers, body):
    key = base64.b64decode(secret.removeprefix('whsec_'))
    text = f'{headers["Webhook-Id"]}.{headers["Webhook-Timestamp"]}.'.encode() + body
    wanted = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return headers['Webhook-Signature'] == f'v1,{wanted}' and abs(int(headers['Webhook-Timestamp']) - time.time()) < 60


def meet(server):
    """Two phones meet; what is told of it."""
    clients = []
    for user in ('alice', 'bob'):
        client = Client(('127.0.0.1', server.port), user)
        answer = client.ask('INVITE', ROOM, body=SDP.format(ip='127.0.0.1'), call_id='call')
        check(answer.status == 200, answer.line)
        clients.append((client, answer))
    for client, answer in clients:
        check(client.ask('BYE', ROOM, call_id='call', to_tag=answer.tag()).status == 200, 'bye')


def events_are_told_and_signed():
    receiver = Receiver()
    server = private_server()
    try:
        api = server.api('webhooks,rooms:write')
        hook = api.ask('POST', '/api/webhooks', {'url': receiver.url('/a?b=c')}, status=201).json
        meet(server)
        told = []
        for _ in range(6):
            headers, body, path, _ = receiver.next()
            check(is_signed(hook['secret'], headers, body) and path == '/a?b=c', f'{headers}')
            check(headers['Content-Type'] == 'application/json' and headers['User-Agent'] == 'confer', f'{headers}')
            event = json.loads(body)
            Api.schemas.check(event, {'$ref': '#/components/schemas/Event'})
            check(event['id'] == headers['Webhook-Id'] and event['room'] == 'room-tea', f'{event}')
            told.append((event['event'], event.get('user', '').removeprefix('sip:').split('@')[0]))
        check(told == [('room.started', ''), ('member.joined', 'alice'), ('member.joined', 'bob'), ('member.left', 'alice'),
                       ('member.left', 'bob'), ('room.ended', '')], f'{told}')
        end = time.monotonic() + 10
        while api.ask('GET', f'/api/webhooks/{hook["id"]}', status=200).json['delivered'] != 6:
            check(time.monotonic() < end, 'counted')
        # A lobby, one event of those there are, and a second hook by command.
        other = Receiver()
        made = server.confer('webhook', other.url(), 'member.waiting')[0]
        api.ask('POST', '/api/rooms', {'name': 'door', 'lobby': True}, status=201)
        client = Client(('127.0.0.1', server.port), 'carol')
        check(client.ask('INVITE', 'sip:room-door@localhost', body=SDP.format(ip='127.0.0.1')).status == 200, 'at the door')
        headers, body, _, _ = other.next()
        check(is_signed(made['secret'], headers, body) and json.loads(body)['user'] == 'sip:carol@localhost', f'{body}')
        check(receiver.events(1)[0]['event'] == 'member.waiting', 'the first one too')
        check(len(api.pages('/api/webhooks', 1)) == 2 and len(server.confer('webhooks')) == 2, 'two')
        api.ask('DELETE', f'/api/webhooks/{hook["id"]}', status=204)
        server.confer('unwebhook', made['webhook'])
        server.confer('unwebhook', made['webhook'], status=1)
        server.confer('webhook', 'ftp://a', status=1)
        server.confer('webhook', other.url(), 'nonsense', status=1)
        meet(server)
        receiver.nothing()
        other.nothing(0.1)
    finally:
        server.close()
        receiver.close()


def failures_are_tried_again_in_order():
    receiver = Receiver(answers=[500, 302])
    server = private_server()
    try:
        hook = server.confer('webhook', receiver.url())[0]
        meet(server)
        first, again = receiver.next(), receiver.next(20)
        check(first[1] == again[1] and first[0]['Webhook-Id'] == again[0]['Webhook-Id'], 'the same thing')
        check(again[3] - first[3] >= 4.9, f'{again[3] - first[3]:.1f} s after it')
        check(is_signed(hook['secret'], again[0], again[1]), 'signed anew')
        receiver.nothing(1)  # the redirect is not followed, the others wait their turn
        shown = server.confer('webhooks')[0]
        check(shown['waiting'] == 6 and shown['delivered'] == 0, f'{shown}')
    finally:
        server.close()
        receiver.close()


def hooks_outlive_a_restart():
    receiver = Receiver()
    server = private_server()
    hook = server.confer('webhook', receiver.url())[0]
    server.end()
    other = private_server(state=server.state)
    try:
        meet(other)
        headers, body, _, _ = receiver.next()
        check(is_signed(hook['secret'], headers, body), 'the same secret')
    finally:
        server.owns_state = True
        other.close()
        server.close()
        receiver.close()


def what_waits_outlives_a_restart():
    """A receiver that is down when the server ends gets everything later, in order, each once."""
    receiver = Receiver(answers=[500] * 1000)
    server = private_server()
    hook = server.confer('webhook', receiver.url())[0]
    meet(server)
    first = receiver.next()
    waiting = server.confer('webhooks')[0]['waiting']
    check(waiting > 1, f'{waiting} wait')
    server.end()
    receiver.recover()
    other = private_server(state=server.state)
    try:
        told = [receiver.next() for _ in range(waiting)]
        check(told[0][1] == first[1] and told[0][0]['Webhook-Id'] == first[0]['Webhook-Id'], 'the one that failed first')
        check(all(is_signed(hook['secret'], headers, body) for headers, body, _, _ in told), 'the same secret')
        times = [json.loads(body)['time'] for _, body, _, _ in told]
        check(times == sorted(times) and len({headers['Webhook-Id'] for headers, *_ in told}) == waiting, f'in order, each once: {times}')
        until = time.monotonic() + 10
        while other.confer('webhooks')[0]['waiting'] > 0 and time.monotonic() < until:
            time.sleep(0.05)
        other.end()
        third = private_server(state=server.state)
        try:
            receiver.nothing(0.5)
        finally:
            third.close()
    finally:
        server.owns_state = True
        other.close()
        server.close()
        receiver.close()


def a_slow_receiver_holds_up_nobody():
    slow, quick = Receiver(delay=3), Receiver()
    server = private_server()
    try:
        server.confer('webhook', slow.url())
        server.confer('webhook', quick.url())
        begun = time.monotonic()
        meet(server)
        check(len(quick.events(6, 5)) == 6 and time.monotonic() - begun < 3, 'the quick one has all')
        begun = time.monotonic()
        check(server.end() == 0 and time.monotonic() - begun < 3, 'nor the end of the server')
    finally:
        server.close()
        slow.close()
        quick.close()


def private_addresses_are_left_alone():
    """T45: not by address, by name, nor by what a name leads to."""
    receiver = Receiver()
    server = private_server('no')
    try:
        for host in ('127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '2130706433', '0x7f.1'):
            server.confer('webhook', receiver.url(host=host), 'room.started')
        meet(server)
        receiver.nothing(2)
        check(all(h['waiting'] == 1 and h['delivered'] == 0 for h in server.confer('webhooks')), 'nothing was delivered')
    finally:
        server.close()
        receiver.close()


def certificates_are_checked():
    maker = ApiServer()  # its self-signed certificate is for localhost
    maker.end()
    context = server_context(f'{maker.state}/certificate.pem', f'{maker.state}/private-key.pem')
    receiver = Receiver(context=context)
    try:
        server = private_server()
        try:
            server.confer('webhook', receiver.url(scheme='https', host='localhost'), 'room.started')
            meet(server)
            receiver.nothing(2)
        finally:
            server.close()
        server = private_server(more=f'[tls]\nauthorities = {maker.state}/certificate.pem\n')
        try:
            server.confer('webhook', receiver.url(scheme='https', host='localhost'), 'room.started')
            meet(server)
            check(receiver.events(1)[0]['event'] == 'room.started', 'who is trusted is told')
        finally:
            server.close()
    finally:
        maker.owns_state = True
        maker.close()
        receiver.close()


if __name__ == '__main__':
    run_cases(events_are_told_and_signed, failures_are_tried_again_in_order, hooks_outlive_a_restart, what_waits_outlives_a_restart, a_slow_receiver_holds_up_nobody,
              private_addresses_are_left_alone, certificates_are_checked)
