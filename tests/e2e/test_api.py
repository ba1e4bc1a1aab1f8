#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Meeting links, guests, and the HTTP interface of the real program against its document; attacks T20, T23, T43, T44."""
import pathlib
import re
import time
import urllib.parse

from api_client import DOCUMENT, Api, ApiServer
from confer_test import check, run_cases
from phone import Phone
from raw_sip import SDP, Client, digest
from raw_ws import WsClient, connect, http

ROOM = 'sip:room-tea@localhost'
INVITE = {'body': SDP.format(ip='127.0.0.1'), 'call_id': 'call'}


class Guest(WsClient):
    """A browser with what /api/join has answered: its token in every request."""

    def __init__(self, server, joined):
        self.joined = joined
        user, domain = joined['user'].removeprefix('sip:').split('@')
        super().__init__(server.web, user, domain)

    def ask(self, method, uri, fields='', **parts):
        return super().ask(method, uri, fields=f'Authorization: Bearer {self.joined["token"]}\r\n{fields}', **parts)


def join(server, status=200, **wish):
    return Api(server.plain).ask('POST', '/api/join', wish, status=status)


def member_of(server, user, patience=10):
    def matches(room):
        return any(p['user'] == user for p in room['participants'])
    room = server.wait_room(f'with {user}', matches, patience)
    return next(p for p in room['participants'] if p['user'] == user)


def a_link_is_a_meeting():
    """Two tabs with one link are two people, beside a phone, and each what its link says."""
    server = ApiServer()
    try:
        link = server.confer('link', 'tea', '--role', 'moderator', '--expires', '1h')[0]
        check(link['url'].startswith(f'http://localhost:{server.plain}/m/tea#'), link['url'])
        token = link['url'].split('#')[1]
        phone = Client(('127.0.0.1', server.port), 'carol')
        phone.register()
        check(phone.ask('INVITE', ROOM, **INVITE).status == 200, 'the phone is in')
        guests = [join(server, link=token, name=name).json for name in ('Ann', 'Ben')]
        check(guests[0]['user'] != guests[1]['user'] and guests[0]['room'] == 'room-tea' and guests[0]['role'] == 'moderator', f'{guests}')
        tabs = [Guest(server, guest) for guest in guests]
        for tab in tabs:
            check(tab.ask('INVITE', tab.joined['uri'], **INVITE).status == 200, 'in')
        for guest in guests:
            shown = member_of(server, guest['user'])
            check(shown['name'] == guest['name'] and shown['admin'] and not shown['verified'], f'{shown}')
        # The same tab after a reload is the same person, without a second one in the roster.
        again = Guest(server, guests[0])
        check(again.ask('INVITE', ROOM, **{**INVITE, 'call_id': 'again'}).status == 200, 'again')
        check(len(server.room('room-tea')['participants']) == 3, 'three people')
        # Digest with the parts of the token, for phones: over UDP.
        listener = server.confer('link', 'tea', '--role', 'listener', '--name', 'Old', 'Phone')[0]
        joined = join(server, link=listener['url'].split('#')[1]).json
        check(joined['name'] == 'Old Phone' and joined['role'] == 'listener', f'{joined}')
        user = joined['user'].removeprefix('sip:').split('@')[0]
        old = Client(('127.0.0.1', server.port), user)
        challenge = old.send_until('OPTIONS', ROOM, 401)
        line = digest(challenge.get('www-authenticate'), 'INVITE', ROOM, joined['username'], joined['password'])
        text = old.text('INVITE', ROOM, fields=line, **INVITE)
        old.send(text)
        check(old.wait('200', lambda m: m.status == 200).status == 200, 'in by digest')
        check(member_of(server, joined['user'])['role'] == 'listener', 'a listener')
    finally:
        server.close()


def guests_have_one_room():
    server = ApiServer()
    try:
        token = server.confer('link', 'tea', '--role', 'moderator')[0]['url'].split('#')[1]
        tab = Guest(server, join(server, link=token, name='Eve').json)
        for method, uri, parts in (('INVITE', 'sip:room-other@localhost', INVITE), ('INVITE', 'sip:alice@localhost', INVITE),
                                   ('MESSAGE', 'sip:alice@localhost', {}), ('REGISTER', 'sip:localhost', {}),
                                   ('SUBSCRIBE', 'sip:room-other@localhost', {'fields': 'Event: conference\r\n'}),
                                   ('INVITE', 'sip:videoconference-factory@localhost', INVITE)):
            answer = tab.ask(method, uri, **parts)
            check(answer.status in (401, 403, 407), f'{method} {uri}: {answer.line}')
        check(server.control('rooms') == [], 'and none was made')
        # In the name of others.
        for user in ('alice', 'guest~other'):
            answer = Guest(server, {**tab.joined, 'user': f'sip:{user}@localhost'}).ask('INVITE', ROOM, **INVITE)
            check(answer.status == 403, f'{user}: {answer.line}')
        # What is no token, or that of somebody with another key (T23).
        none = 'eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.' + tab.joined['token'].split('.')[1] + '.'
        for bad in (none, tab.joined['token'][:-2] + 'AA', 'x', 'a.b.c', 'A' * 4000, tab.joined['token'] + '.x', token):
            answer = Guest(server, {**tab.joined, 'token': bad}).ask('INVITE', ROOM, **INVITE)
            check(answer.status in (400, 401, 403), f'{bad[:60]}: {answer.line}')
            check(join(server, 403 if len(bad) <= 1024 and bad != token else 400 if bad != token else 200, link=bad).status != 500, bad[:60])
        check(server.room('room-tea') is None, 'nobody came in')
    finally:
        server.close()


def links_are_withdrawn():
    server = ApiServer()
    try:
        api = server.api('links')
        made = api.ask('POST', '/api/links', {'room': 'tea', 'role': 'speaker', 'name': 'Ann', 'expires': 3600}, status=201).json
        check(any(link['link'] == made['id'] for link in server.confer('links')), 'the same link')
        joined = join(server, link=made['token']).json
        early = Guest(server, joined)
        check(early.ask('INVITE', ROOM, **INVITE).status == 200, 'in')
        api.ask('DELETE', f'/api/links/{made["id"]}', status=204)
        check(join(server, 403, link=made['token']).code() == 'link-revoked', 'nobody comes by it')
        check(Guest(server, joined).ask('INVITE', ROOM, **{**INVITE, 'call_id': 'again'}).status == 401, 'nor who was a guest by it')
        # A page that asks on and on is not guessing: nobody at its address is locked out.
        past = Api(server.plain, joined['token'])
        for _ in range(20):
            past.ask('GET', '/api/ice-servers', status=401)
        api.ask('GET', '/api/links', status=200)
        check(server.room('room-tea')['in'] == 1, 'who is in stays')
        check(api.ask('GET', f'/api/links/{made["id"]}', status=200).json['revoked'], 'it is listed so')
        # Revoked after a restart of the process too; the key is the same.
        good = server.confer('link', 'tea')[0]['url'].split('#')[1]
        server.end()
        other = ApiServer(state=server.state)
        try:
            check(join(other, 403, link=made['token']).code() == 'link-revoked', 'still')
            check(Guest(other, joined).ask('INVITE', ROOM, **INVITE).status == 401, 'nor its guest')
            refused = Guest(other, {**joined, 'token': 'a.b.c'}).ask('INVITE', ROOM, **INVITE)
            check(f'authz_server="http://localhost:{other.plain}/api/join"' in refused.text, refused.text)
            join(other, 200, link=good)
            other.confer('rotate-keys')
            join(other, 200, link=good)
            fresh = other.confer('link', 'tea')[0]['url'].split('#')[1]
            other.confer('rotate-keys')
            check(join(other, 403, link=good).code() == 'link-invalid', 'two rotations end it')
            join(other, 200, link=fresh)
            other.confer('unlink', 'nonsense', status=1)
        finally:
            other.close()
    finally:
        server.owns_state = True
        server.close()


def sessions_are_ended_one_by_one():
    """Guests and accounts: listed, revoked, and gone for good, after a restart too; others are not touched."""
    server = ApiServer()
    try:
        api = server.api()
        link = server.confer('link', 'tea', '--role', 'moderator')[0]
        guests = [join(server, link=link['url'].split('#')[1], name=name).json for name in ('Ann', 'Ben', 'Cid')]
        tabs = [Guest(server, guest) for guest in guests]
        for tab in tabs:
            check(tab.ask('INVITE', ROOM, **INVITE).status == 200, 'in')
        # Who logs in twice has two sessions.
        alice = [Api(server.plain, api_session['token']) for api_session in (Api(server.plain).log_in('alice').json for _ in range(2))]
        server.confer('user', 'role', 'alice', 'admin')
        items = alice[0].ask('GET', '/api/sessions', status=200).json['items']
        check(sorted((i['kind'], i['user'], i.get('name'), i.get('link')) for i in items if i['kind'] == 'guest') ==
              sorted(('guest', g['user'], g['name'], link['link']) for g in guests), f'{items}')
        check([i['own'] for i in items if i['kind'] == 'account'].count(True) == 1, f'{items}')
        check(api.pages('/api/sessions', 2) == api.pages('/api/sessions', 100), 'the same')
        # One guest of three.
        mine = next(i['id'] for i in items if i['user'] == guests[0]['user'])
        alice[0].ask('DELETE', f'/api/sessions/{mine}', status=204)
        check(tabs[0].request('BYE') is not None, 'who is revoked is removed')
        check(Guest(server, guests[0]).ask('INVITE', ROOM, **{**INVITE, 'call_id': 'again'}).status == 401, 'and does not come again')
        old = Client(('127.0.0.1', server.port), guests[0]['user'].removeprefix('sip:').split('@')[0])
        challenge = old.send_until('OPTIONS', ROOM, 401)
        line = digest(challenge.get('www-authenticate'), 'INVITE', ROOM, guests[0]['username'], guests[0]['password'])
        old.send(old.text('INVITE', ROOM, fields=line, **{**INVITE, 'call_id': 'digest'}))
        check(old.wait('an answer', lambda m: m.status and m.status >= 200).status in (401, 403), 'nor by digest')
        Api(server.plain, guests[0]['token']).ask('GET', '/api/ice-servers', status=401)
        check(sorted(p['user'] for p in server.room('room-tea')['participants']) == sorted(g['user'] for g in guests[1:]), 'others stay')
        # By command; by whoever has it; of an account.
        check(server.confer('revoke', next(i['id'] for i in items if i['user'] == guests[1]['user'])) == [{'done': 'revoke'}], 'by command')
        check(tabs[1].request('BYE') is not None, 'removed as well')
        Api(server.plain, guests[2]['token']).ask('DELETE', '/api/session', status=204)
        check(tabs[2].request('BYE') is not None, 'who logs out leaves')
        server.wait_no_room('room-tea')
        alice[1].ask('DELETE', '/api/session', status=204)
        alice[1].ask('GET', '/api/ice-servers', status=401)
        check([(s['kind'], s['user']) for s in server.confer('sessions')] == [('account', 'alice')], 'one is left')
        for gone in (mine, 'none'):
            api.ask('DELETE', f'/api/sessions/{gone}', status=404)
            api.ask('GET', f'/api/sessions/{gone}', status=404)
        server.confer('revoke', 'none', status=1)
        join(server, 200, link=link['url'].split('#')[1], name='Dan')
        server.end()
        other = ApiServer(state=server.state)
        try:
            Api(other.plain, guests[0]['token']).ask('GET', '/api/ice-servers', status=401)
            Api(other.plain, alice[1].token).ask('GET', '/api/ice-servers', status=401)
            Api(other.plain, alice[0].token).ask('GET', '/api/ice-servers', status=200)
            check(len(other.confer('sessions')) == 2, 'they are listed still')
        finally:
            other.close()
    finally:
        server.owns_state = True
        server.close()


def pins_are_not_guessed():
    """T20 over the API: right ones are not looked at after too many wrong ones, and unknown rooms look the same."""
    server = ApiServer()
    try:
        api = server.api('rooms:read,rooms:write')
        api.ask('POST', '/api/rooms', {'name': 'board', 'pin': '4711'}, status=201)
        joined = join(server, room='board', pin='4711', name='Bob').json
        check(Guest(server, joined).ask('INVITE', joined['uri'], **INVITE).status == 200, 'the PIN is not asked for again')
        wrong = [join(server, 403, room=room, pin='0000').json for room in ('board', 'nowhere')]
        check(wrong[0] == wrong[1], 'there is no telling whether a room is there')
        while True:
            answer = Api(server.plain).ask('POST', '/api/join', {'room': 'board', 'pin': '1234'})
            if answer.status == 429:
                break
            check(answer.status == 403, f'{answer}')
        check(join(server, 429, room='board', pin='4711').fields['retry-after'], 'and when to come again')
        figures = dict(line.split() for line in server.api('statistics').ask('GET', '/metrics', status=200).text.splitlines() if line[0] != '#' and '{' not in line)
        check(int(figures['confer_pins_wrong_total']) >= 5 and int(figures['confer_pins_barred_total']) >= 2, f'{figures}')
        # By phone it is another counter: who is in the room by its door is not locked out by them.
        phone = Client(('127.0.0.1', server.port), 'carol')
        phone.register()
        check(phone.ask('INVITE', 'sip:room-board@localhost', **INVITE).status == 200, 'a phone still gets to the door')
        check(member_of(server, 'sip:carol@localhost')['devices'][0]['waiting'], 'and waits there for its PIN')
    finally:
        server.close()


def who_asks_behind_a_proxy_is_told_apart():
    """Limits are for who asks, and only a trusted proxy may say who that is."""
    def guess(server, asker, pin='1234'):
        fields = f'X-Forwarded-For: {asker}\r\n'
        return Api(server.plain).ask('POST', '/api/join', {'room': 'board', 'pin': pin}, fields=fields)
    for trusted in (True, False):
        server = ApiServer(config='[web]\ntrusted-proxies = 127.0.0.1\nconnections-per-address = 3\n' if trusted else '')
        try:
            server.api('rooms:write').ask('POST', '/api/rooms', {'name': 'board', 'pin': '4711'}, status=201)
            while guess(server, '203.0.113.9').status != 429:
                pass
            check(guess(server, '203.0.113.10', '4711').status == (200 if trusted else 429), f'another asker; trusted: {trusted}')
            check(guess(server, '198.51.100.1, 203.0.113.9', '4711').status == 429, 'what stands before the asker is not believed')
            many = [connect(server.plain, False) for _ in range(10)]
            for each in many:
                check(http(server.plain, '/api/server', connection=each).status == 200, 'a proxy comes for many')
                each.close()
        finally:
            server.close()


def a_lobby_holds_guests():
    server = ApiServer()
    try:
        api = server.api('rooms:read,rooms:write,links')
        api.ask('POST', '/api/rooms', {'name': 'tea', 'lobby': True, 'subject': 'Tea'}, status=201)
        links = {role: api.ask('POST', '/api/links', {'room': 'tea', 'role': role}, status=201).json['token'] for role in ('moderator', 'speaker')}
        ann = Guest(server, join(server, link=links['speaker'], name='Ann').json)
        check(ann.ask('INVITE', ROOM, **INVITE).status == 200, 'a call')
        check(member_of(server, ann.joined['user'])['devices'][0]['waiting'], 'that waits')
        members = api.pages('/api/rooms/tea/members', 1)
        check([(m['user'], m['waiting'], m['guest']) for m in members] == [(ann.joined['user'], True, True)], f'{members}')
        boss = Guest(server, join(server, link=links['moderator'], name='Boss').json)
        check(boss.ask('INVITE', ROOM, **INVITE).status == 200, 'in')
        check(not member_of(server, boss.joined['user'])['devices'][0]['waiting'], 'a moderator does not wait')
        api.ask('POST', '/api/rooms/tea/actions', {'action': 'admit', 'user': ann.joined['user']}, status=204)
        path = '/api/rooms/tea/members/' + urllib.parse.quote(ann.joined['user'], safe='')
        check(not api.ask('GET', path, status=200).json['waiting'], 'let in')
        api.ask('DELETE', path, status=204)
        ann.request('BYE')
        api.ask('PATCH', '/api/rooms/tea', {'locked': True}, status=200)
        check(Guest(server, ann.joined).ask('INVITE', ROOM, **{**INVITE, 'call_id': 'again'}).status == 403, 'a lock holds guests')
    finally:
        server.close()


def roles_have_their_rights():
    server = ApiServer()
    try:
        api = Api(server.plain)
        answer = api.log_in('bob')
        check(answer.status == 200 and answer.json['role'] == 'user' and answer.json['scopes'] == ['links'], f'{answer}')
        check(api.log_in('bob', 'wrong').status == 401 and api.log_in('nobody').status == 401, 'passwords are looked at')
        bob = Api(server.plain, answer.json['token'])
        bob.ask('POST', '/api/links', {'room': 'tea'}, status=201)
        bob.ask('POST', '/api/links', {'room': 'tea', 'role': 'moderator'}, status=403)
        for path in ('/api/links', '/api/rooms', '/api/legs', '/api/statistics', '/metrics'):
            bob.ask('GET', path, status=403)
        server.confer('user', 'role', 'bob', 'admin')
        check(bob.ask('GET', '/api/legs', status=200).json['items'] == [], 'an administrator sees all')
        bob.ask('POST', '/api/links', {'room': 'tea', 'role': 'moderator'}, status=201)
        server.confer('user', 'role', 'bob', 'user')
        bob.ask('GET', '/api/legs', status=403)
        server.confer('user', 'role', 'nobody', 'admin', status=1)
        # A guest who is moderator asks others into the own room.
        token = server.confer('link', 'tea', '--role', 'moderator')[0]['url'].split('#')[1]
        guest = Api(server.plain, join(server, link=token, name='M').json['token'])
        guest.ask('POST', '/api/links', {'room': 'tea'}, status=201)
        guest.ask('POST', '/api/links', {'room': 'other'}, status=403)
        guest.ask('GET', '/api/rooms', status=403)
        token = server.confer('link', 'tea')[0]['url'].split('#')[1]
        Api(server.plain, join(server, link=token, name='S').json['token']).ask('POST', '/api/links', {'room': 'tea'}, status=403)
        # Keys: what they were made for, until they are removed.
        key = server.confer('key', 'add', 'k', '--scopes', 'statistics')[0]
        Api(server.plain, key['key']).ask('GET', '/metrics', status=200)
        Api(server.plain, key['key']).ask('GET', '/api/rooms', status=403)
        Api(server.plain, key['key'][:-1] + '_').ask('GET', '/metrics', status=401)
        server.confer('key', 'remove', key['id'])
        Api(server.plain, key['key']).ask('GET', '/metrics', status=401)
        server.confer('key', 'add', 'k', '--scopes', 'everything', status=1)
    finally:
        server.close()


# --- the document ---

def server_routes():
    """(method, path, scopes) of the table in the source."""
    text = (pathlib.Path(__file__).parents[2] / 'src/server/web_routes.c').read_text()
    rows = re.findall(r'X\("(\w+)", "([^"]+)", (\w+), \w+\)', text)
    names = {'EVERYBODY': None, 'CF_API_ANY_SCOPE': None}
    return {(method, path): names.get(scope, scope.removeprefix('CF_SCOPE_').lower().replace('_', ':')) for method, path, scope in rows}


def document_routes():
    found = {}
    for path, operations in DOCUMENT['paths'].items():
        for method, operation in operations.items():
            scope = re.search(r'Scope: ([\w:]+)', operation.get('description', ''))
            found[method.upper(), path] = scope.group(1) if scope else None
    return found


def every_route_is_in_the_document():
    server, document = server_routes(), document_routes()
    check(server == document, f'only here: {set(server.items()) ^ set(document.items())}')
    ids = [o['operationId'] for p in DOCUMENT['paths'].values() for o in p.values()]
    check(len(ids) == len(set(ids)), 'each operation has an id of its own')


WRONG = {'string': 7, 'integer': 'x', 'boolean': 'yes', 'array': {}, 'object': []}


def every_request_is_as_the_document_says():
    """All operations, with what they take and what they refuse. Answers are compared with the document by api_client."""
    server = ApiServer()
    schemas = Api.schemas
    zrtp = None
    try:
        api = server.api()
        anonymous, powerless = Api(server.plain), server.api('statistics')
        weak = server.api('rooms:read')
        # Something is there to be seen: a room with people of all kinds.
        api.ask('GET', '/api/openapi.json', status=200)
        check(api.ask('GET', '/api/openapi.json').json == DOCUMENT, 'it is served as it is')
        anonymous.ask('GET', '/api/server', status=200)
        for name in ('tea', 'board', 'chess'):
            api.ask('POST', '/api/rooms', {'name': name, 'subject': name.title(), 'lobby': False, 'locked': False, 'aes256': False, 'pin': '1234'}, status=201)
        api.ask('PATCH', '/api/rooms/tea', {'pin': None, 'subject': 'Tea time', 'lobby': False, 'locked': False, 'aes256': False}, status=200)
        link = api.ask('POST', '/api/links', {'room': 'tea', 'name': 'Ann', 'role': 'listener', 'expires': 600}, status=201).json
        guest = Guest(server, join(server, link=link['token']).json)
        check(guest.ask('INVITE', ROOM, **INVITE).status == 200, 'in')
        bob = join(server, room='board', pin='1234', name='Bob').json
        anonymous.ask('GET', '/api/ice-servers', status=401)
        for token in (bob['token'], powerless.token):
            check(Api(server.plain, token).ask('GET', '/api/ice-servers', status=200).json['ice_servers'] == [], 'no relay')
        hooks = [api.ask('POST', '/api/webhooks', {'url': f'https://hooks.example/{i}', 'events': ['room.ended']}, status=201).json for i in 'ab']
        phone = Client(('127.0.0.1', server.port), 'carol')
        phone.register()
        check(phone.ask('INVITE', ROOM, **INVITE).status == 200, 'in')
        made = Client(('127.0.0.1', server.port), 'dave')
        made.register()
        check(made.ask('INVITE', 'sip:videoconference-factory@localhost', **INVITE).status in (200, 302), 'an ad hoc conference')
        zrtp = Phone(server, 'erin', ROOM, 1, 'tls', ['--encryption', 'zrtp', '--video', 'none', '--layout', 'audio'])
        zrtp.event('secured')
        member = urllib.parse.quote(guest.joined['user'], safe='')
        alice = api.log_in('alice').json
        end = time.monotonic() + 15
        while not any(leg['history']['in'] and leg.get('since') and leg['streams'] and leg.get('sas') for leg in api.ask('GET', '/api/legs', status=200).json['items']):
            check(time.monotonic() < end, 'samples are taken')
            time.sleep(0.2)
        # Each with too few rights, and with none.
        bodies = {'createRoom': {'name': 'x'}, 'changeRoom': {}, 'act': {'action': 'unmute', 'user': 'sip:carol@localhost'}, 'makeLink': {'room': 'tea'},
                  'addWebhook': {'url': 'https://hooks.example/x'}, 'join': {'link': 'x'}}
        paths = {'room': 'tea', 'user': member, 'link': link['id'], 'webhook': 'none', 'session': 'none'}
        for (method, template), scope in document_routes().items():
            path = re.sub(r'\{(\w+)\}', lambda m: paths[m.group(1)], template)
            operation = DOCUMENT['paths'][template][method.lower()]
            body = bodies.get(operation['operationId'])
            if scope is not None:
                anonymous.ask(method, path, body, status=401)
                (weak if scope == 'statistics' else powerless).ask(method, path, body, status=403)
            if 'requestBody' in operation:
                schema = schemas.resolve(operation['requestBody']['content']['application/json']['schema'])
                for raw in ('', '{', '[]', 'null', '"x"', '{"a":1}x', '{"unknown member":1}', '{"a":1,"a":2}', '{"a":"\\ud800"}', '\x00'):
                    api.ask(method, path, raw=raw, status=400)
                api.ask(method, path, raw='{}', fields='Content-Type: text/plain\r\n', status=415)
                api.ask(method, path, raw='{"x":"' + 'x' * 9000 + '"}', status=413)
                for name, inner in schema['properties'].items():
                    inner = schemas.resolve(inner)
                    kind = inner['type'] if isinstance(inner['type'], str) else inner['type'][0]
                    api.ask(method, path, {**(body or {}), name: WRONG[kind]}, status=400)
                    if 'maxLength' in inner:
                        api.ask(method, path, {**(body or {}), name: '1' * (inner['maxLength'] + 1)}, status=400)
                    if 'enum' in inner:
                        api.ask(method, path, {**(body or {}), name: 'nonsense'}, status=400)
                    for bound, step in (('minimum', -1), ('maximum', 1)):
                        if bound in inner:
                            api.ask(method, path, {**(body or {}), name: inner[bound] + step}, status=400)
                for name in schema.get('required', []):
                    api.ask(method, path, {k: v for k, v in (body or {}).items() if k != name}, status=400)
            if any(p.get('$ref', '').endswith('/limit') for p in operation.get('parameters', [])):
                for bad in ('limit=0', 'limit=101', 'limit=x', 'limit=-1', 'other=1', 'after=%zz', 'after=%00'):
                    api.ask(method, f'{path}?{bad}', status=400)
                check(api.pages(path, 1) == api.pages(path, 100), 'pages make a whole')
            for other in {'GET', 'POST', 'PATCH', 'DELETE', 'PUT'} - {m for m, t in document_routes() if t == template}:
                answer = api.ask(other, path, status=405)
                check(method in answer.fields['allow'], f'Allow: {answer.fields}')
        # What is not there, what is done already.
        for method, path in (('GET', '/api/rooms/none/members'), ('GET', '/api/rooms/a%2Fb'), ('DELETE', '/api/rooms/tea/members/nobody'),
                             ('GET', '/api/rooms/tea/members/nobody'), ('GET', '/api/links/none'), ('DELETE', '/api/links/none'),
                             ('GET', '/api/rooms/' + 'x' * 300), ('GET', '/api/nothing'), ('GET', '/api/')):
            answer = api.ask(method, path)
            check(answer.status in (400, 404), f'{method} {path}: {answer}')
        api.ask('POST', '/api/rooms', {'name': 'tea'}, status=409)
        api.ask('POST', '/api/rooms', {'name': 'no/slash'}, status=400)
        api.ask('POST', '/api/rooms', {'name': 'x', 'pin': '12'}, status=400)
        api.ask('GET', f'/api/rooms/tea/members/{member}', status=200)
        api.ask('DELETE', f'/api/rooms/tea/members/{member}', status=204)
        # Every action of the document is one of the server.
        actions = schemas.resolve(DOCUMENT['components']['schemas']['Action'])['properties']['action']['enum']
        for action in [a for a in actions if a not in ('kick', 'end', 'deny')] + ['end']:
            answer = api.ask('POST', '/api/rooms/tea/actions', {'action': action, 'user': 'sip:carol@localhost', 'text': '4711' if action == 'pin' else 'T'})
            check(answer.status in (204, 404, 409), f'{action}: {answer}')
        api.ask('GET', '/api/rooms/board', status=200)
        api.ask('DELETE', '/api/rooms/board', status=204)
        api.ask('GET', '/api/rooms/board', status=410)
        api.ask('GET', f'/api/links/{link["id"]}', status=200)
        api.ask('DELETE', f'/api/links/{link["id"]}', status=204)
        for bad in ('ftp://a/', 'https://', 'https://u:p@a/', 'https://a b'):
            api.ask('POST', '/api/webhooks', {'url': bad}, status=400)
        api.ask('POST', '/api/webhooks', {'url': 'https://a/', 'events': []}, status=400)
        api.ask('GET', f'/api/webhooks/{hooks[0]["id"]}', status=200)
        api.ask('DELETE', f'/api/webhooks/{hooks[0]["id"]}', status=204)
        sessions = api.ask('GET', '/api/sessions', status=200).json['items']
        api.ask('GET', f'/api/sessions/{sessions[0]["id"]}', status=200)
        api.ask('DELETE', f'/api/sessions/{next(s["id"] for s in sessions if s["kind"] == "guest")}', status=204)
        api.ask('DELETE', '/api/session', status=403)
        Api(server.plain, alice['token']).ask('DELETE', '/api/session', status=204)
        api.ask('GET', '/api/statistics', status=200)
        check(api.ask('GET', '/metrics', status=200).text.startswith('# HELP'), 'figures')
        api.ask('POST', '/api/drain', status=204)
        unmet = {o['operationId'] for p in DOCUMENT['paths'].values() for o in p.values()} - {name for name, status in Api.done if status[0] == '2'}
        check(not unmet, f'operations that were not seen to work: {unmet}')
        asked = {'Join', 'NewRoom', 'RoomChange', 'Action', 'NewLink', 'NewWebhook', 'Event'}
        rare = {('Stream', m) for m in ('round_trip', 'mos_in_estimate', 'mos_out_estimate', 'shows', 'grade', 'freezes', 'frozen', 'switches', 'discarded')}
        missing = {(s, m) for s, m in schemas.known if s not in asked} - schemas.seen - rare
        check(not missing, f'members of the document that no answer had: {missing}')
    finally:
        if zrtp:
            zrtp.end()
        server.end()


def hostile_names_stay_text():
    """T43, T44: what a stranger calls himself is data in JSON, never markup, a header, or another line of the log."""
    server = ApiServer()
    try:
        api = server.api()
        token = server.confer('link', 'tea')[0]['url'].split('#')[1]
        for name in ('<img src=x onerror=alert(1)>', '"><script>x</script>', 'a\r\nSet-Cookie: x=1', 'a\nerror sip: forged', '\u202eevil', '=1+1', 'x\u0000y'):
            answer = join(server, 400 if '\0' in name else 200, link=token, name=name)
            if answer.status == 200:
                guest = Guest(server, answer.json)
                check(guest.ask('INVITE', ROOM, fields=f'Subject: {name.splitlines()[0]}\r\n', **INVITE).status == 200, name)
                shown = api.ask('GET', '/api/rooms/tea/members/' + urllib.parse.quote(answer.json['user'], safe=''), status=200)
                check('\n' not in shown.json['name'] and '\u202e' not in shown.json['name'], f'{shown.json["name"]!r}')
                guest.ask('BYE', ROOM, call_id='call')
                guest.close()
        for path in ('/api/rooms', '/api/rooms/%3Cscript%3E', '/api/%0d%0aX: y', '/<script>'):
            reply = http(server.plain, path, tls=False, fields=f'Authorization: Bearer {api.token}\r\n')
            check(reply.fields['x-content-type-options'] == 'nosniff' and "default-src 'none'" in reply.fields['content-security-policy'], path)
            check('json' in reply.fields['content-type'] or reply.fields['content-type'].startswith('text/plain') or b'<script>' not in reply.body,
                  f'{path}: {reply.fields}')
        check('forged' not in '\n'.join(line for line in server.errors().splitlines() if line.startswith('error')), server.errors())
    finally:
        server.close()


run_cases(a_link_is_a_meeting, guests_have_one_room, links_are_withdrawn, sessions_are_ended_one_by_one, pins_are_not_guessed, who_asks_behind_a_proxy_is_told_apart, a_lobby_holds_guests, roles_have_their_rights,
          every_route_is_in_the_document, every_request_is_as_the_document_says, hostile_names_stay_text)
