#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""DTLS-SRTP with a real worker: a call by hand over SIP, and OpenSSL's own client in the media path."""
import contextlib
import hashlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time

from api_client import Api, ApiServer
from confer_test import Failure, Server, check, run_cases
from phone import Phone
from raw_sip import Client

CRLF = '\r\n'


def field(message, name):
    match = re.search(rf'^{name}: *(.*?)\r?$', message, re.MULTILINE | re.IGNORECASE)
    return match.group(1) if match else ''


class Caller(Client):
    """A phone made of little: one call."""

    def __init__(self, server, user):
        super().__init__(('127.0.0.1', server.port), user)
        self.call_id = f'{os.getpid()}-{time.monotonic_ns()}@127.0.0.1'
        self.to_tag = None

    def call(self, uri, body):
        """The final answer to an INVITE, acknowledged."""
        answer = self.ask('INVITE', uri, patience=20, body=body, call_id=self.call_id, to_tag=self.to_tag)
        self.to_tag = answer.tag()
        return answer.text

    def ended(self):
        """Wait for the server's BYE; returns it."""
        return self.request('BYE', 20).text


class Certificate:
    """A key and a certificate in a folder of its own."""

    def __init__(self, *options):
        self.folder = tempfile.mkdtemp(prefix='confer-dtls-')
        self.key = f'{self.folder}/key.pem'
        self.certificate = f'{self.folder}/certificate.pem'
        subprocess.run(['openssl', 'req', '-x509', '-nodes', '-days', '2', '-subj', '/CN=test', '-keyout', self.key, '-out',
                        self.certificate, *(options or ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'))],
                       check=True, capture_output=True)

    def fingerprint(self, name='sha-256'):
        with open(self.certificate, encoding='ascii') as file:
            octets = ssl.PEM_cert_to_DER_cert(file.read())
        digest = hashlib.new(name.replace('-', ''), octets).hexdigest().upper()
        return f'{name} ' + ':'.join(digest[i:i + 2] for i in range(0, len(digest), 2))

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def offer(port, fingerprint, setup='active'):
    return CRLF.join(['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0',
                      f'm=audio {port} UDP/TLS/RTP/SAVPF 0', 'a=rtcp-mux', f'a=setup:{setup}', f'a=fingerprint:{fingerprint}', ''])


@contextlib.contextmanager
def openssl_client(answer, port, certificate, *options, patience=20):
    """`openssl s_client` in a handshake with the media port in @p answer. It does not end by itself while media comes in; its output
    ends with it, or when @p patience does."""
    media = int(re.search(r'^m=audio (\d+)', answer, re.MULTILINE).group(1))
    command = ['openssl', 's_client', '-dtls1_2', '-timeout', '-connect', f'127.0.0.1:{media}', '-bind', f'127.0.0.1:{port}', '-cert',
               certificate.certificate, '-key', certificate.key, *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    watchdog = threading.Timer(patience, process.kill)
    watchdog.start()
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        watchdog.cancel()


def said_up_to(process, mark):
    """What it says, up to a line with @p mark, or to its end."""
    said = ''
    for line in process.stdout:
        said += line
        if mark in line:
            break
    return said


def shake(answer, port, certificate, *options, patience=20):
    """What the client says of a handshake; keys are the last lines that are looked for."""
    with openssl_client(answer, port, certificate, '-keymatexport', 'EXTRACTOR-dtls_srtp', '-keymatexportlen', '56', *options,
                        patience=patience) as client:
        return said_up_to(client, '    Keying material:')


def free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(('127.0.0.1', 0))
        return udp.getsockname()[1]


class Scene:
    """A server and a caller with a certificate."""

    def __init__(self, *options, config=''):
        self.server = Server(config=config)
        self.certificate = Certificate(*options)
        self.caller = Caller(self.server, 'alice')
        self.port = free_udp_port()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.certificate.close()
        self.server.close()

    def encryption(self):
        rooms = self.server.control('rooms')
        devices = [d for r in rooms for p in r['participants'] for d in p['devices']]
        return devices[0].get('encryption', '') if devices else ''

    def wait_encryption(self, wanted):
        end = time.monotonic() + 20
        while self.encryption() != wanted:
            if time.monotonic() > end:
                raise Failure(f'encryption is {self.encryption()!r}, not {wanted!r}')
            time.sleep(0.1)


def agree(offered, taken, shown, fingerprint='sha-256', options=()):
    with Scene(*options) as s:
        answer = s.caller.call('sip:room-tea@localhost', offer(s.port, s.certificate.fingerprint(fingerprint)))
        check(answer.startswith('SIP/2.0 200') and 'a=setup:passive' in answer, answer)
        said = shake(answer, s.port, s.certificate, '-use_srtp', offered)
        check(f'SRTP Extension negotiated, profile={taken}' in said and 'Keying material: ' in said, said)
        s.wait_encryption(shown)


def gcm_128():
    agree('SRTP_AEAD_AES_128_GCM', 'SRTP_AEAD_AES_128_GCM', 'dtls AEAD_AES_128_GCM')


def gcm_256():
    agree('SRTP_AEAD_AES_256_GCM', 'SRTP_AEAD_AES_256_GCM', 'dtls AEAD_AES_256_GCM')


def cm_128_with_sha1_fingerprint_and_a_large_rsa_key():
    agree('SRTP_AES128_CM_SHA1_80', 'SRTP_AES128_CM_SHA1_80', 'dtls AES_CM_128_HMAC_SHA1_80', 'sha-1', ('-newkey', 'rsa:4096'))


def we_prefer_gcm():
    agree('SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM', 'SRTP_AEAD_AES_128_GCM', 'dtls AEAD_AES_128_GCM')


def t29_another_certificate_ends_the_call():
    with Scene() as s:
        other = Certificate()
        answer = s.caller.call('sip:room-tea@localhost', offer(s.port, s.certificate.fingerprint()))
        said = shake(answer, s.port, other, '-use_srtp', 'SRTP_AEAD_AES_128_GCM')
        check('SSL alert number' in said, f'no alert: {said}')
        goodbye = s.caller.ended()
        check('not the one that signalling promised' in field(goodbye, 'Reason'), goodbye)
        other.close()


def t28_a_stranger_hinders_nobody():
    with Scene() as s:
        other = Certificate()
        answer = s.caller.call('sip:room-tea@localhost', offer(s.port, s.certificate.fingerprint()))
        # From another port, before the caller: with a cipher that we have not, and with another certificate.
        shake(answer, free_udp_port(), other, '-use_srtp', 'SRTP_AEAD_AES_128_GCM', '-cipher', 'AES256-SHA', patience=3)
        shake(answer, free_udp_port(), other, '-use_srtp', 'SRTP_AEAD_AES_128_GCM', patience=3)
        said = shake(answer, s.port, s.certificate, '-use_srtp', 'SRTP_AEAD_AES_128_GCM')
        check('SRTP Extension negotiated, profile=SRTP_AEAD_AES_128_GCM' in said, said)
        s.wait_encryption('dtls AEAD_AES_128_GCM')
        other.close()


def t29_renegotiation_is_refused():
    """A second handshake inside of the first: an alert, and nothing else; the call and its keys stay."""
    with Scene() as s:
        answer = s.caller.call('sip:room-tea@localhost', offer(s.port, s.certificate.fingerprint()))
        with openssl_client(answer, s.port, s.certificate, '-use_srtp', 'SRTP_AEAD_AES_128_GCM') as client:
            s.wait_encryption('dtls AEAD_AES_128_GCM')
            client.stdin.write('R\n')
            client.stdin.flush()
            said = said_up_to(client, 'no renegotiation')
        check('RENEGOTIATING' in said and 'no renegotiation' in said, said)
        check(s.encryption() == 'dtls AEAD_AES_128_GCM', 'the keys are gone')
        s.caller.nothing('a request', lambda m: m.method is not None)


def another_fingerprint_is_another_association():
    """A later offer (RFC 8842 section 4): with the same fingerprint the keys stay, with another one they are agreed on anew."""
    with Scene() as s:
        other = Certificate()
        answer = s.caller.call('sip:room-tea@localhost', offer(s.port, s.certificate.fingerprint()))
        said = shake(answer, s.port, s.certificate, '-use_srtp', 'SRTP_AEAD_AES_128_GCM')
        check('SRTP Extension negotiated, profile=SRTP_AEAD_AES_128_GCM' in said, said)
        s.wait_encryption('dtls AEAD_AES_128_GCM')
        answer = s.caller.call('sip:room-tea@localhost', offer(s.port, s.certificate.fingerprint()))
        check(answer.startswith('SIP/2.0 200'), answer)
        check(s.encryption() == 'dtls AEAD_AES_128_GCM', 'the keys are gone')
        answer = s.caller.call('sip:room-tea@localhost', offer(s.port, other.fingerprint()))
        check(answer.startswith('SIP/2.0 200') and 'a=setup:passive' in answer, answer)
        said = shake(answer, s.port, other, '-use_srtp', 'SRTP_AEAD_AES_256_GCM')
        check('SRTP Extension negotiated, profile=SRTP_AEAD_AES_256_GCM' in said, said)
        s.wait_encryption('dtls AEAD_AES_256_GCM')
        # The former certificate is nobody's any more.
        answer = s.caller.call('sip:room-tea@localhost', offer(s.port, other.fingerprint()))
        shake(answer, free_udp_port(), s.certificate, '-use_srtp', 'SRTP_AEAD_AES_128_GCM', patience=3)
        check(s.encryption() == 'dtls AEAD_AES_256_GCM', 'a stranger has made keys')
        other.close()


def without_srtp_the_call_ends():
    with Scene() as s:
        answer = s.caller.call('sip:room-tea@localhost', offer(s.port, s.certificate.fingerprint()))
        shake(answer, s.port, s.certificate)
        check('no SRTP suite in common' in field(s.caller.ended(), 'Reason'), 'no reason')


def a_room_can_demand_aes_256():
    with Scene(config='[media]\naes256-rooms = vault\n') as s:
        keys = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:' + 'A' * 40 + CRLF
        plain = CRLF.join(['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', 'm=audio 9 RTP/SAVP 0', keys])
        answer = s.caller.call('sip:room-vault@localhost', plain)
        check(answer.startswith('SIP/2.0 488') and 'AES-256 is required here' in field(answer, 'Warning'), answer)
        other = Caller(s.server, 'bob')
        answer = other.call('sip:room-vault@localhost', offer(s.port, s.certificate.fingerprint()))
        said = shake(answer, s.port, s.certificate, '-use_srtp', 'SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM')
        check('SRTP Extension negotiated, profile=SRTP_AEAD_AES_256_GCM' in said, said)
        s.wait_encryption('dtls AEAD_AES_256_GCM')


def a_room_remembers_that_it_demands_aes_256():
    """Set by command while somebody is in with less: that one goes, may come again with 256, and a restart changes nothing."""
    config = '[conferences]\nrooms = vault\n'
    server = Server(config=config)
    room = 'sip:room-vault@localhost'
    try:
        for suite, status in (('AEAD_AES_128_GCM', 0), ('AEAD_AES_256_GCM', 1)):
            phone = Phone(server, 'alice', room, 1, 'tls', ['--encryption', 'dtls'], 'connected,encrypted,ended=bye')
            phone.event('secured', suite=suite)
            server.wait_room(f'with {suite}', lambda r, suite=suite: any(
                d['encryption'] == f'dtls {suite}' for p in r['participants'] for d in p['devices']))
            check(server.control('aes256', 'room-vault')[0].get('done') == 'aes256', 'not done')
            check(server.room('room-vault')['aes256'], 'it is not shown')
            if status == 0:
                phone.finish()
            else:
                phone.end()
        state, port = server.state, server.port
        server.owns_state = False
        server.close()
        server = Server(state=state, port=port, config=config)
        server.owns_state = True
        check(server.room('room-vault')['aes256'], 'it was forgotten')
        keys = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:' + 'A' * 40 + CRLF
        weak = CRLF.join(['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', 'm=audio 9 RTP/SAVP 0', keys])
        answer = Caller(server, 'bob').call(room, weak)
        check(answer.startswith('SIP/2.0 488') and 'Media line 1: AES-256 is required here' in field(answer, 'Warning'), answer)
        check(server.control('no-aes256', 'room-vault')[0].get('done') == 'no-aes256', 'not done')
        check(not server.room('room-vault')['aes256'], 'still demanded')
    finally:
        server.close()


def our_own_phones_meet_by_all_keyings():
    """confer call by DTLS, ZRTP and SDES in one room: each hears and sees another, whatever keys that one has."""
    server = ApiServer()
    room = 'sip:room-tea@localhost'
    phones = []
    try:
        for number, (user, encryption) in enumerate((('alice', 'dtls'), ('bob', 'zrtp'), ('carol', 'sdes')), 1):
            phones.append(Phone(server, user, room, number, 'tls', ['--encryption', encryption], 'connected,encrypted'))
        secured = phones[0].event('secured', keying='dtls', suite='AEAD_AES_128_GCM')
        check('sas' not in secured, secured)
        sas = phones[1].event('secured', keying='zrtp', suite='AES_256_CM_HMAC_SHA1_80')['sas']
        for phone in phones:
            phone.hears()
        seen = {p['user']: p['devices'][0] for p in server.room('room-tea')['participants']}
        check(seen['sip:alice@localhost']['encryption'] == 'dtls AEAD_AES_128_GCM', seen)
        check(seen['sip:bob@localhost']['encryption'] == 'zrtp AES_256_CM_HMAC_SHA1_80', seen)
        check(seen['sip:bob@localhost']['sas'] == sas, seen)
        check(seen['sip:carol@localhost']['encryption'].startswith('sdes '), seen)
        # The same at the HTTP interface, in both of its views.
        api = Api(server.plain, server.confer('key', 'add', 'test', '--scopes', 'admin,rooms:read')[0]['key'])
        legs = {leg['user']: leg for leg in api.ask('GET', '/api/legs', status=200).json['items']}
        members = {m['user']: m['devices'][0] for m in api.ask('GET', '/api/rooms/tea/members', status=200).json['items']}
        for view in (legs, members):
            check(view['sip:bob@localhost']['sas'] == sas and not view['sip:bob@localhost']['sas_verified'], view)
            check('sas' not in view['sip:alice@localhost'] and 'sas_verified' not in view['sip:carol@localhost'], view)
    finally:
        for phone in phones:
            phone.end()
        server.close()


def a_string_is_verified_and_remembered():
    """By the operator and the phone; in the next call both know, until one takes it back."""
    server = Server()
    room = 'sip:room-tea@localhost'
    folder = tempfile.mkdtemp(prefix='confer-zrtp-')

    def shown():
        return [(d['sas'], d['sas-verified']) for r in server.control('rooms') for p in r['participants'] for d in p['devices'] if 'sas' in d]
    try:
        for verified in (False, True, False):
            phone = Phone(server, 'bob', room, 2, 'tls', ['--encryption', 'zrtp', '--zrtp-secrets', f'{folder}/secrets.db'], 'connected,encrypted')
            secured = phone.wait('a string', lambda e: e.get('event') == 'secured' and 'sas' in e)
            check(secured['sas-verified'] == verified, secured)
            sas = secured['sas']
            server.wait_room('with the string', lambda r, want=[(sas, verified)]: shown() == want)
            if verified:
                check('done' in server.control('unverify-sas', 'room-tea', 'sip:bob@localhost')[0], 'not taken back')
            else:
                wrong = server.control('verify-sas', 'room-tea', 'sip:bob@localhost', 'none')[0]
                check('string' in wrong.get('error', ''), wrong)
                check('error' in server.control('verify-sas', 'room-tea', 'sip:bob@localhost')[0], 'without the string')
                check('done' in server.control('verify-sas', 'room-tea', 'sip:bob@localhost', sas.upper())[0], 'not verified')
                phone.command('verify-sas')
            server.wait_room('that has understood', lambda r, want=[(sas, not verified)]: shown() == want)
            phone.quit()
            server.wait_no_room('room-tea')
    finally:
        phone.end()
        server.close()
        shutil.rmtree(folder, ignore_errors=True)


def dtls_outlives_hold_and_resume():
    server = Server()
    phone = Phone(server, 'alice', 'sip:room-tea@localhost', 1, 'tls', ['--encryption', 'dtls'], 'connected,encrypted')
    other = Phone(server, 'bob', 'sip:room-tea@localhost', 2, 'tls', ['--encryption', 'dtls'], 'connected,encrypted')
    try:
        phone.event('secured')
        other.event('secured')
        phone.hears()
        phone.say('hold')
        server.wait_room('with alice on hold', lambda r: any(d['status'] == 'on-hold' for p in r['participants'] for d in p['devices']))
        phone.say('resume')
        server.wait_room('with nobody on hold', lambda r: all(
            d['status'] == 'connected' for p in r['participants'] for d in p['devices']))
        phone.hears(2000)
        other.hears(2000)
    finally:
        phone.end()
        other.end()
        server.close()


if __name__ == '__main__':
    run_cases(gcm_128, gcm_256, cm_128_with_sha1_fingerprint_and_a_large_rsa_key, we_prefer_gcm,
              t29_another_certificate_ends_the_call, t28_a_stranger_hinders_nobody, t29_renegotiation_is_refused, another_fingerprint_is_another_association,
              without_srtp_the_call_ends,
              a_room_can_demand_aes_256, a_room_remembers_that_it_demands_aes_256, our_own_phones_meet_by_all_keyings, a_string_is_verified_and_remembered, dtls_outlives_hold_and_resume)
