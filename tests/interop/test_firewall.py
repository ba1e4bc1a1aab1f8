#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only one TCP port is open: a phone and a browser behind such a firewall take part, by ICE-TCP and by the relay over TLS."""
import json
import os
import shutil
import ssl
import subprocess
import sys
import urllib.request

sys.path.insert(0, os.path.dirname(__file__))
from browser import PAGE, Browser  # noqa: E402
from networks import Client, enter_own_network  # noqa: E402
from confer_test import BUILD, Failure, Program, check, free_port, run_cases  # noqa: E402
from phone import Phone  # noqa: E402
from test_browser import wait_figures  # noqa: E402
from test_handshakes import Caller  # noqa: E402
from configured import Configured, add_account, folder, settings  # noqa: E402

SERVER = '10.99.1.1'
CLIENT = '10.99.1.2'
WEB = 8443
ROOM = 'sip:room-tea@localhost'
CRLF = '\r\n'
NETWORK = []


class Site:
    """A server with its page on the one port, and a network that reaches only that."""

    def __init__(self, **more):
        self.inside = folder()
        self.where = self.inside.__enter__()
        self.port = free_port()
        self.state = str(self.where / 'state')
        if 'web__folder' not in more:
            more['web__folder'] = self.where / 'pages'
            more['web__folder'].mkdir()
            (more['web__folder'] / 'index.html').write_text(PAGE)
        (self.where / 'state').mkdir()
        for name in ('alice', 'bob'):
            add_account(self.where, name)
        self.server = Configured(self.where, settings(self.where, self.port, conferences__open_rooms='yes', web__listen_tls=f'{SERVER}:{WEB}',
                                                      media__address=SERVER, turn__enabled='yes', **more))

    def command(self, *words):
        out = subprocess.run([f'{BUILD}/confer', '--state', self.state, *words], capture_output=True, text=True, timeout=20, check=True)
        return [json.loads(line) for line in out.stdout.splitlines() if line.startswith('{')]

    def key(self):
        return self.command('key', 'add', 'test', '--scopes', 'links')[0]['key']

    def ice_servers(self, key):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        request = urllib.request.Request(f'https://{SERVER}:{WEB}/api/ice-servers', headers={'Authorization': f'Bearer {key}'} if key else {})
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:
            return json.load(answer)['ice_servers']

    def close(self):
        status = self.server.end()
        self.inside.__exit__(None, None, None)
        check(status == 0, f'conferd ended with {status}: {self.server.errors()}')


class Inner(Program):
    """A confer call in the network behind the firewall: SIP over TLS on the one port."""

    def __init__(self, user, *options):
        super().__init__(user, [*NETWORK[0].before, f'{BUILD}/confer', 'call', ROOM, '--user', f'sip:{user}@localhost', '--password', user,
                                '--server', f'{SERVER}:{WEB}', '--transport', 'tls', '--insecure', '--audio', 'voice:2', '--video', 'card:2',
                                '--size', '160x120', '--video-rate', '100', '--bundle', '--encryption', 'dtls', *options])


def outside(site):
    return Phone(site, 'alice', ROOM, 1)


def sees(program, card):
    program.wait(f'pictures of {card}', lambda e: e.get('event') == 'stats' and any(
        line.get('cards', {}).get(str(card), 0) >= 5 for line in e.get('lines', [])))


def a_phone_behind_a_firewall():
    site = Site()
    phones = []
    try:
        phones = [outside(site), Inner('bob', '--ice-tcp')]
        reached = phones[1].wait('a way', lambda e: e.get('event') == 'reached')
        check(reached['by'] == 'tcp' and reached['remote'] == f'{SERVER}:{WEB}', f'{reached}')
        sees(phones[0], 2)
        sees(phones[1], 1)
        for phone in phones:
            phone.wait('sound', lambda e: e.get('event') == 'stats' and e['audible_ms'] >= 500)
    finally:
        for phone in phones:
            phone.end()
        site.close()


def browser_takes_part(configuration, expected):
    """The page is loaded through the firewall; its description goes by SIP from outside, media through the firewall."""
    site = Site()
    browser, phone = None, None
    try:
        if configuration == 'relay':
            try:
                site.ice_servers(None)
                raise Failure('credentials for everybody')
            except urllib.error.HTTPError as error:
                check(error.code == 401, f'{error.code}')
            servers = site.ice_servers(site.key())
            # The page's list has plain TCP as well; over TLS is what is looked at.
            servers[0]['urls'] = [url for url in servers[0]['urls'] if url.startswith('turns:')]
            check(servers[0]['urls'] == [f'turns:{SERVER}:{WEB}?transport=tcp'], f'{servers}')
            configuration = {'iceServers': servers, 'iceTransportPolicy': 'relay'}
        browser = Browser(f'https://{SERVER}:{WEB}/', NETWORK[0].before, ['--ignore-certificate-errors'])
        phone = outside(site)
        phone.event('connected')
        caller = Caller(site, 'bob')
        answer = caller.call(ROOM, browser.run(f'offer({json.dumps(configuration)})'))
        check(answer.startswith('SIP/2.0 200'), answer)
        browser.run(f'answered({json.dumps(answer.split(CRLF * 2, 1)[1])})')
        figures = wait_figures(browser, 'connection', lambda f: f['state'] == 'connected' and 'path' in f)
        check({key: figures['path'].get(key) for key in expected} == expected, f'{figures["path"]}')
        wait_figures(browser, 'sound and pictures in the browser', lambda f: f.get('audio', {}).get('packets', 0) > 50 and
                     f.get('video', {}).get('frames', 0) > 10)
        phone.wait('pictures of the browser', lambda e: e.get('event') == 'stats' and any(
            line.get('decoded', 0) > 5 for line in e.get('lines', [])))
    finally:
        if browser is not None:
            browser.close()
        if phone is not None:
            phone.end()
        site.close()


def a_browser_by_tcp():
    browser_takes_part({}, {'protocol': 'tcp', 'type': 'prflx', 'remote': 'host'})


def a_browser_by_the_relay_over_tls():
    browser_takes_part('relay', {'type': 'relay', 'relay': 'tls'})


def the_page_by_the_relay():
    """The page as it is built, by a meeting link; without ICE-TCP nothing but the relay leads anywhere."""
    site = Site(web__folder=os.path.join(BUILD, 'web'), media__ice_tcp='no')
    browser, phone = None, None
    try:
        phone = outside(site)
        phone.event('connected')
        link = site.command('link', 'tea', '--name', 'Ann')[0]['url']
        browser = Browser(f'https://{SERVER}:{WEB}/m/tea#{link.partition("#")[2]}', NETWORK[0].before, ['--ignore-certificate-errors'])
        browser.run('''new Promise(done => { const wait = () => document.getElementById('join-button').disabled ||
                       !document.getElementById('preview').srcObject ? setTimeout(wait, 100) : done(); wait(); })
                       .then(() => document.getElementById('join-form').requestSubmit())''')
        phone.wait('pictures of the browser', lambda e: e.get('event') == 'stats' and any(
            line.get('decoded', 0) > 5 for line in e.get('lines', [])))
        rooms = site.command('rooms')
        paths = [d['paths'] for r in rooms for p in r.get('participants', []) for d in p['devices'] if d['paths']]
        check(len(paths) == 1 and paths[0][0]['state'] == 'connected', f'{rooms}')
        address, _, port = paths[0][0]['remote'].rpartition(':')
        check(address == SERVER and 30000 <= int(port) <= 39999, f'{paths}')
    finally:
        if browser is not None:
            browser.close()
        if phone is not None:
            phone.end()
        site.close()


if __name__ == '__main__':
    enter_own_network()
    NETWORK.append(Client(SERVER, CLIENT, WEB))
    try:
        cases = [a_phone_behind_a_firewall]
        if shutil.which('chromium'):
            cases += [a_browser_by_tcp, a_browser_by_the_relay_over_tls]
            if os.path.exists(f'{BUILD}/web/index.html'):
                cases.append(the_page_by_the_relay)
        run_cases(*cases)
    finally:
        NETWORK[0].close()
