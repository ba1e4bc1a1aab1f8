#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator does with the real program: configuration, reload, drain, restart, behind a proxy, DNS, certificates."""
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time

from confer_test import BUILD, Server, check, free_port, run_cases
from configured import Configured, add_account, add_somebody, folder, proxied, settings
from phone import Phone
from raw_sip import SDP, Client, Dns, Message, client_context, digest, server_context


def conferd(*argv):
    return subprocess.run([f'{BUILD}/conferd', *argv], capture_output=True, text=True, timeout=20)


def configuration_is_checked():
    with folder() as where:
        file = where / 'c.conf'
        file.write_text(conferd('--print-config').stdout)
        check(conferd('--check-config', '--config', str(file)).returncode == 0, 'what is printed can be read')
        cases = [('[server]\nlisen = 127.0.0.1:5060\n', ['c.conf:2', 'lisen', 'listen']),
                 ('[server]\n\n\ndrain-time = soon\n', ['c.conf:4', 'drain-time']),
                 ('[media]\nports = 30000-20000\n', ['c.conf:2', 'ports']),
                 ('[tls]\ncertificate = a.pem\n', ['c.conf:2', 'private-key']),
                 ('[accounts]\n\nregistrar = no\n', ['c.conf:3', 'trusted-proxies']),
                 ('[accounts]\noutbound-proxy = sip:p.example\n', ['c.conf:2', 'outbound-proxy']),
                 ('[accounts]\nexpires-most = 2m\ndevices = 3\nexpires-least = 3m\n', ['c.conf:4', 'expires-least is above']),
                 ('[turn]\nports = 25000-26000\n[media]\nports = 20000-29999\n[turn]\nenabled = yes\n', ['c.conf:6', 'overlap']),
                 ('[conferences]\n\nprompts = phone\n', ['c.conf:3', '"phone"', 'phones, all or off', 'did you mean "phones"?']),
                 ('[web]\ntrusted-proxies = 192.0.2.1 proxy.example\n', ['c.conf:2', 'proxy.example', 'an IP address']),
                 ('[server]\nadvertise = sip.example.org\n', ['c.conf:2', 'server.advertise', 'an IP address']),
                 ('[log]\nlevel = verbose\n', ['c.conf:2', 'error, warning, info or debug'])]
        for text, words in cases:
            file.write_text(text)
            out = conferd('--check-config', '--config', str(file))
            check(out.returncode == 2, f'{text!r} was taken')
            check(all(word in out.stderr for word in words), f'{text!r}: {out.stderr!r} lacks one of {words}')
        for text, words in cases[-2:]:
            file.write_text(text)
            out = conferd('--config', str(file))
            check(out.returncode == 2 and all(word in out.stderr for word in words), f'at the start: {out.returncode} {out.stderr}')
        check(conferd('--config', str(where / 'none')).returncode == 2, 'a file that is not there is an error')
        file.write_text(f'[server]\nstate = {where}/state\n')
        out = conferd('--config', str(file))
        check(out.returncode == 1 and 'server.listen' in out.stderr, f'nothing is open by default: {out.stderr}')
        check(conferd('--dev', '--listen', '0.0.0.0:5060').returncode == 2, 'known passwords stay on loopback')
        check(conferd('--dev', '--web', '0.0.0.0:8443', '--check-config').returncode == 2, 'the page of known passwords, too')
        for section, key in (('server', 'listen'), ('server', 'listen-tls'), ('web', 'listen'), ('web', 'listen-tls'), ('turn', 'listen')):
            file.write_text(f'[{section}]\n{key} = 127.0.0.1:5070 192.0.2.1:5070\n')
            out = conferd('--dev', '--config', str(file), '--check-config')
            check(out.returncode == 2 and 'c.conf:2: --dev' in out.stderr, f'{section}.{key} of a file: {out.returncode} {out.stderr}')
            file.write_text(f'[{section}]\n{key} = 127.0.0.2:5070\n')
            check(conferd('--dev', '--config', str(file), '--check-config').returncode == 0, f'{section}.{key} on loopback')


def fails(server, lines):
    """What conferd says that does not start with those settings; the server has ended."""
    server.write(lines)
    out = conferd('--config', str(server.file))
    check(out.returncode == 1, f'it started: {out.stderr}')
    return out.stderr


def own_prompts_are_checked():
    """What is said comes from the operator's folder; a file that is none of it is named at the start."""
    root = pathlib.Path(__file__).resolve().parents[2]
    table = re.findall(r'X\(\w+, "([\w-]+)",\s*("[^)]*")\)', (root / 'src/core/prompt/prompt_table.h').read_text())
    words = [word for word, text in table if text != '""' and not re.fullmatch(r'\d+|hundred|thousand', word)]
    told = re.findall(r'^\| `([\w-]+)` \|', (root / 'docs/prompts.md').read_text(), re.M)
    check(len(words) > 20 and told == words, f'docs/prompts.md does not tell the words: {set(told) ^ set(words)}')
    with folder() as where:
        sounds = where / 'prompts' / 'de'
        sounds.mkdir(parents=True)
        shutil.copy(root / 'sounds/en/muted.opus', sounds / 'muted.opus')
        (sounds / 'LICENSE').write_text('free')
        lines = settings(where, free_port(), conferences__prompts_folder=where / 'prompts', conferences__language='de')
        server = Configured(where, lines)
        check(server.end() == 0, server.errors())
        lines['conferences.language'] = 'fr'
        out = fails(server, lines)
        check('conferences.language, fr' in out, f'a language that is not there: {out}')
        lines['conferences.language'] = 'de'
        for name, content, why in (('muted.opus', b'OggS', 'muted.opus'), ('muffled.opus', b'', 'no prompt is called so')):
            (sounds / name).write_bytes(content)
            out = fails(server, lines)
            check(f'{sounds / name}: ' in out and why in out, f'{name}: {out}')
            (sounds / name).unlink()


def enter(client, room='tea'):
    answer = client.ask('INVITE', f'sip:room-{room}@localhost', body=SDP.format(ip='127.0.0.1'), call_id=f'call-{client.port}')
    check(answer.status == 200, f'{client.user} did not get in: {answer.line}')
    return answer


def sigterm_drains():
    with folder() as where:
        port = free_port()
        for name in ('alice', 'bob'):
            add_account(where, name)
        server = Configured(where, settings(where, port, server__drain_time='3s', conferences__open_rooms='yes'))
        try:
            alice, bob = Client(('127.0.0.1', port)), Client(('127.0.0.1', port), 'bob')
            enter(alice)
            server.process.send_signal(signal.SIGTERM)
            server.logged('draining 1 calls')
            answer = bob.ask('INVITE', 'sip:room-tea@localhost', body=SDP.format(ip='127.0.0.1'))
            check(answer.status == 503 and answer.get('retry-after'), f'a new call while draining: {answer.line}')
            bye = alice.request('BYE')
            alice.answer(bye, 200)
            check(server.process.wait(10) == 0, f'status {server.process.returncode}: {server.errors()}')
        finally:
            server.end()


def confer(server, *argv):
    out = subprocess.run([f'{BUILD}/confer', '--state', server.state, *argv], capture_output=True, text=True, timeout=20)
    check(out.returncode == 0, out.stderr)
    return out.stdout


def wait_figure(server, name, least, patience=20):
    """Figures of media are told every few seconds."""
    end = time.monotonic() + patience
    count = -1
    while count < least:
        check(time.monotonic() < end, f'{name} is {count}')
        time.sleep(0.2)
        found = re.search(rf'^confer_{name} (\d+)$', confer(server, 'metrics'), re.M)
        count = int(found[1]) if found else -1


def figures_say_what_comes_and_what_is_not_used():
    server = Server()
    try:
        phone = Phone(server, 'alice', 'sip:room-tea@localhost')
        phone.event('connected')
        wait_figure(server, 'media_datagrams_in_total', 100)
        text = confer(server, 'metrics')
        check(text.count('confer_media_datagrams_discarded_total{reason="') > 10, text)
        phone.end()
    finally:
        server.close()


def who_gets_no_processor_says_so():
    """As on a machine that is busy with other things: conferd isn't run for a while. Afterwards all goes on."""
    server = Server()
    try:
        phones = [Phone(server, user, 'sip:room-tea@localhost', number) for number, user in enumerate(('alice', 'bob'), 1)]
        for phone in phones:
            phone.hears()
        server.process.send_signal(signal.SIGSTOP)
        try:
            time.sleep(2)
        finally:
            server.process.send_signal(signal.SIGCONT)
        wait_figure(server, 'media_late_milliseconds_total', 1500)
        check('too late within ten seconds' in server.whole_log(), server.errors())
        heard = max(e['audible_ms'] for e in phones[0].lines if e.get('event') == 'stats')
        phones[0].hears(heard + 1000)
        for phone in phones:
            phone.end()
    finally:
        server.close()


def sigterm_ends_at_once_without_calls():
    with folder() as where:
        server = Configured(where, settings(where, free_port(), server__drain_time='1h'))
        server.process.send_signal(signal.SIGTERM)
        check(server.process.wait(10) == 0, 'an idle server ends')


def presented(port):
    """Certificate that the server shows."""
    with socket.create_connection(('127.0.0.1', port)) as tcp, client_context().wrap_socket(tcp) as tls:
        return tls.getpeercert(True)


def make_certificate(where, domain):
    """A self-signed certificate, by a conferd that makes one at its first start."""
    maker = Configured(where, settings(where, free_port(), server__domains=domain))
    maker.end()
    return where / 'state' / 'certificate.pem', where / 'state' / 'private-key.pem'


def sighup_reads_again():
    with folder() as where, folder() as other:
        port = free_port()
        lines = settings(where, port, conferences__open_rooms='no')
        add_account(where, 'alice')
        server = Configured(where, lines)
        try:
            alice = Client(('127.0.0.1', port))
            check(alice.ask('INVITE', 'sip:room-tea@localhost', body=SDP.format(ip='127.0.0.1')).status == 404, 'rooms are closed')
            before = presented(port + 1)
            certificate, key = make_certificate(other, 'elsewhere.example')
            server.write({**lines, 'conferences.open-rooms': 'yes', 'accounts.algorithms': 'MD5', 'server.user-agent': 'renamed',
                          'tls.certificate': certificate, 'tls.private-key': key})
            server.reload('read again')
            check(presented(port + 1) != before, 'the new certificate is shown')
            challenge = Client(('127.0.0.1', port))
            answer = challenge.send_until('REGISTER', 'sip:localhost', 401)
            check(answer.fields['www-authenticate'] and all('MD5' in v for v in answer.fields['www-authenticate']), answer.text)
            check(answer.get('server') == 'renamed', answer.text)
            enter(alice)
            # What can't change while it runs, and what is wrong, changes nothing.
            server.write({**lines, 'server.listen': f'127.0.0.1:{free_port()}'})
            server.reload("server.listen can't be changed")
            server.write({**lines, 'media.plain': 'perhaps'})
            server.reload('plain')
            server.write({**lines, 'web.trusted-proxies': 'localhost'})
            server.reload('web.trusted-proxies: "localhost" is not an IP address')
            check(server.errors().count('read again') == 1, 'nothing that is wrong was applied')
            (other / 'broken.pem').write_text('nonsense')
            server.write({**lines, 'conferences.open-rooms': 'yes', 'tls.certificate': other / 'broken.pem', 'tls.private-key': key})
            shown = presented(port + 1)
            server.reload('the old certificates stay')
            check(presented(port + 1) == shown, 'a broken certificate replaces nothing')
            check(server.end() == 0, server.errors())
        finally:
            server.end()


def a_renewed_certificate_is_noticed():
    """Without a signal, by the time of its files; one that is broken is not taken."""
    with folder() as where, folder() as first, folder() as second:
        old, fresh = make_certificate(first, 'localhost'), make_certificate(second, 'localhost')
        port = free_port()
        for source, name in zip(old, ('c.pem', 'k.pem')):
            shutil.copy(source, where / name)
        server = Configured(where, settings(where, port, tls__certificate=where / 'c.pem', tls__private_key=where / 'k.pem'))
        try:
            before = presented(port + 1)
            (where / 'c.pem').write_text('half of it')
            server.logged("can't be read as PEM")
            check(presented(port + 1) == before, 'what is broken is not taken')
            for source, name in zip(fresh, ('c.pem', 'k.pem')):
                shutil.copy(source, where / name)
            server.logged('the certificate was renewed')
            check(presented(port + 1) != before, 'the new one is shown')
        finally:
            check(server.end() == 0, server.errors())


def connections_of_one_address_are_limited():
    """Whoever is beyond the limit is hung up on; a place that is given back is taken by the next."""
    server = Server(config='[server]\nconnections-per-address = 3\n')

    def answers(connection):
        connection.settimeout(10)
        try:
            connection.sendall(b'\r\n\r\n')
            return connection.recv(16) == b'\r\n'
        except ConnectionError:
            return False

    try:
        held = []
        for _ in range(3):
            held.append(socket.create_connection(('127.0.0.1', server.port)))
            check(answers(held[-1]), 'within the limit')
        with socket.create_connection(('127.0.0.1', server.port)) as one_more:
            check(not answers(one_more), 'beyond the limit')
        check(all(answers(connection) for connection in held), 'the others go on')
        held.pop().close()
        end = time.monotonic() + 10
        while True:
            held.append(socket.create_connection(('127.0.0.1', server.port)))
            if answers(held[-1]):
                break
            held.pop().close()
            check(time.monotonic() < end, 'the place is free again')
        for connection in held:
            connection.close()
    finally:
        server.end()


def registrations_survive_kill_9():
    with folder() as where:
        port = free_port()
        first = Server(state=str(where), port=port)
        alice, bob = Client(('127.0.0.1', port)), Client(('127.0.0.1', port), 'bob')
        gruu = alice.ask('REGISTER', 'sip:localhost', call_id='reg-gruu', fields='Supported: gruu\r\nContact: <sip:alice@10.9.8.7>'
                         ';+sip.instance="<urn:uuid:00000000-0000-1000-8000-000a95a0e128>"\r\n')
        temporary = re.search(r'temp-gruu="([^"]+)"', gruu.text).group(1)
        first.end(signal.SIGKILL)
        second = Server(state=str(where), port=port)
        try:
            bob.register()
            # The phone is reached where it registered from, though its contact is an address behind a NAT.
            for target in ('sip:alice@localhost;gr=urn:uuid:00000000-0000-1000-8000-000a95a0e128', temporary):
                challenge = bob.send_until('OPTIONS', target, 407)
                bob.send(bob.text('OPTIONS', target,
                                  fields=digest(challenge.get('proxy-authenticate'), 'OPTIONS', target, 'bob', 'bob', True)))
                asked = alice.request('OPTIONS')
                alice.answer(asked, 200)
                bob.wait('200', lambda m: m.status == 200 and m.get('cseq') == asked.get('cseq'))
        finally:
            check(second.end() == 0, second.errors())


def a_trusted_proxy_says_who_calls():
    with folder() as where:
        port = free_port()
        server = Configured(where, proxied(where, port))
        try:
            proxy, stranger = Client(('127.0.0.1', port), 'proxy', ip='127.0.0.2'), Client(('127.0.0.1', port), 'mallory')
            identity = 'P-Asserted-Identity: "Dave" <sip:dave@corp.example>\r\n'
            parts = {'body': SDP.format(ip='127.0.0.1'), 'fields': identity}
            check(stranger.ask('INVITE', 'sip:room-tea@localhost', **parts).status == 403, 'a stranger is not believed')
            check(proxy.ask('INVITE', 'sip:room-tea@localhost', **parts).status == 200, 'the proxy is believed')
            rooms = subprocess.run([f'{BUILD}/confer', '--state', str(where / 'state'), 'rooms'], capture_output=True, text=True, timeout=20)
            check('sip:dave@corp.example' in rooms.stdout, f'the asserted identity is in the roster: {rooms.stdout}')
            check(proxy.ask('REGISTER', 'sip:localhost').status == 405, 'nobody registers here')
        finally:
            check(server.end() == 0, server.errors())


def calls_out_find_the_proxy_by_dns():
    with folder() as where:
        port = free_port()
        outbound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        outbound.bind(('127.0.0.2', 0))
        dns = Dns({('_sip._udp.proxy.test', 'SRV'): [(10, 1, 9, 'gone.proxy.test'), (20, 1, outbound.getsockname()[1], 'a.proxy.test')],
                   ('a.proxy.test', 'A'): ['127.0.0.2']})
        server = Configured(where, proxied(where, port, server__dns=f'127.0.0.1:{dns.port}',
                                           accounts__outbound_proxy='sip:proxy.test'))
        try:
            add_somebody(server, Client(('127.0.0.1', port), 'dave', ip='127.0.0.2'), 'sip:erin@corp.example')
            outbound.settimeout(10)
            invite = Message(outbound.recvfrom(65536)[0].decode())
            check(invite.method == 'INVITE' and invite.uri == 'sip:erin@corp.example', invite.line)
            check('proxy.test' in invite.get('route'), f'Route: {invite.get("route")}')
            check(('proxy.test', 'NAPTR') in dns.asked and ('_sip._udp.proxy.test', 'SRV') in dns.asked, f'{dns.asked}')
        finally:
            dns.close()
            outbound.close()
            check(server.end() == 0, server.errors())


def a_silent_dns_keeps_nobody_waiting():
    """Attacks T11: who needs no name is served while a question hangs."""
    with folder() as where:
        port = free_port()
        dns = Dns({}, silent=True)
        server = Configured(where, proxied(where, port, server__dns=f'127.0.0.1:{dns.port}',
                                           accounts__outbound_proxy='sip:proxy.test'))
        try:
            dave = Client(('127.0.0.1', port), 'dave', ip='127.0.0.2')
            add_somebody(server, dave, 'sip:erin@corp.example')
            end = time.monotonic() + 10
            while not dns.asked:
                check(time.monotonic() < end, 'the DNS is asked')
                time.sleep(0.01)
            began = time.monotonic()
            check(dave.ask('OPTIONS', 'sip:localhost').status == 200, 'others are served')
            check(time.monotonic() - began < 1, 'at once')
        finally:
            dns.close()
            check(server.end() == 0, server.errors())


def certificates_of_others_are_checked():
    """Attacks T13 and RFC 5922: calls out over TLS go only to who proves to be the proxy."""
    with folder() as good, folder() as bad:
        certificate, key = make_certificate(good, 'proxy.test')
        wrong_certificate, wrong_key = make_certificate(bad, 'mallory.test')
        cases = [(certificate, key, certificate, True), (wrong_certificate, wrong_key, certificate, False),
                 (wrong_certificate, wrong_key, wrong_certificate, False), (certificate, key, '', False)]
        for shown, its_key, trusted, is_good in cases:
            with folder() as where, socket.socket() as listener:
                listener.bind(('127.0.0.2', 0))
                listener.listen()
                listener.settimeout(10)
                port = free_port()
                dns = Dns({('proxy.test', 'A'): ['127.0.0.2']})
                lines = proxied(where, port, server__dns=f'127.0.0.1:{dns.port}',
                                accounts__outbound_proxy=f'sip:proxy.test:{listener.getsockname()[1]};transport=tls')
                if trusted:
                    lines['tls.authorities'] = trusted
                server = Configured(where, dict(sorted(lines.items())))
                try:
                    add_somebody(server, Client(('127.0.0.1', port), 'dave', ip='127.0.0.2'), 'sip:erin@corp.example')
                    tcp = listener.accept()[0]
                    tcp.settimeout(10)
                    try:
                        with server_context(shown, its_key).wrap_socket(tcp, server_side=True) as tls:
                            got = tls.recv(65536)
                    except (ssl.SSLError, ConnectionError):
                        got = b''
                    check(got.startswith(b'INVITE') == is_good, f'{shown} with authorities {trusted}: {got[:60]}')
                finally:
                    dns.close()
                    check(server.end() == 0, server.errors())


if __name__ == '__main__':
    os.environ.pop('SSL_CERT_FILE', None)
    run_cases(configuration_is_checked, own_prompts_are_checked, sigterm_drains, figures_say_what_comes_and_what_is_not_used,
              who_gets_no_processor_says_so,
              sigterm_ends_at_once_without_calls, sighup_reads_again, a_renewed_certificate_is_noticed,
              connections_of_one_address_are_limited, registrations_survive_kill_9, a_trusted_proxy_says_who_calls, calls_out_find_the_proxy_by_dns,
              a_silent_dns_keeps_nobody_waiting, certificates_of_others_are_checked)
