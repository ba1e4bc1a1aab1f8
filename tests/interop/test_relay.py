#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The relay and coturn's client, over UDP, TCP and TLS, in a network of its own with a public address in it."""
import os
import re
import shutil
import subprocess
import sys

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), '..', 'e2e')]
import raw_turn  # noqa: E402
from networks import enter_own_network, run, skip  # noqa: E402
from confer_test import check, free_port, run_cases  # noqa: E402
from configured import Configured, folder, settings  # noqa: E402

PEER = '198.41.0.4'
PEER6 = '2001:503:ba3e::2:30'
SECRET = 'swordfish'


def talk(port, *options, peer=PEER, secret=SECRET):
    command = ['turnutils_uclient', '-W', secret, '-u', 'test', '-e', peer, '-r', '3480', '-n', '30', '-m', '2', '-l', '300', '-z', '5',
               '-p', str(port), *options, '127.0.0.1']
    out = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return out.stdout + out.stderr


def everything_comes_back(said, count=60):
    match = re.search(r'tot_send_msgs=(\d+), tot_recv_msgs=(\d+)\s*\n.*tot_send_bytes[^\n]*\n.*Total transmit', said)
    check(match is not None and match.group(1) == match.group(2) == str(count), said)


class Site:
    def __init__(self, **more):
        self.inside = folder()
        self.where = self.inside.__enter__()
        (self.where / 'state').mkdir()
        self.web = free_port()
        self.udp = free_port()
        port = free_port()
        self.server = Configured(self.where, settings(self.where, port, server__listen=f'127.0.0.1:{port} [::1]:{port}',
                                                      web__listen_tls=f'127.0.0.1:{self.web}', turn__enabled='yes',
                                                      turn__listen=f'127.0.0.1:{self.udp}', turn__secret=SECRET, **more))
        self.peer = subprocess.Popen(['turnutils_peer', '-L', PEER, '-L', PEER6, '-p', '3480'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def close(self):
        self.peer.kill()
        self.peer.wait()
        status = self.server.end()
        self.inside.__exit__(None, None, None)
        check(status == 0, f'conferd ended with {status}: {self.server.errors()}')


def over_each_transport():
    site = Site(turn__peers='public')
    try:
        everything_comes_back(talk(site.udp, '-c'))
        everything_comes_back(talk(site.udp, '-c', '-s'))  # by indications
        everything_comes_back(talk(site.web, '-c', '-t'))
        everything_comes_back(talk(site.web, '-c', '-t', '-s'))
        everything_comes_back(talk(site.web, '-c', '-t', '-S'))
    finally:
        site.close()


def of_other_kinds():
    """A pair of ports, the second by its reservation; IPv6; what is not there."""
    site = Site(turn__peers='public')
    try:
        everything_comes_back(talk(site.udp))
        everything_comes_back(talk(site.udp, '-c', '-x', peer=PEER6))
        check('420' in talk(site.udp, '-c', '-g'), 'nobody is promised that datagrams stay whole')
    finally:
        site.close()


def of_both_families():
    """One client, addresses of both families, and peers of both."""
    site = Site(turn__peers='public')
    client = raw_turn.TurnClient(site.udp, SECRET)
    try:
        answer = client.ask(raw_turn.ALLOCATE, lambda _: raw_turn.attribute(raw_turn.TRANSPORT, bytes([17, 0, 0, 0])) +
                            raw_turn.attribute(raw_turn.ADDITIONAL_FAMILY, bytes([2, 0, 0, 0])))
        check(answer.type == raw_turn.ALLOCATE | 0x100 and answer.addresses(raw_turn.RELAYED) == ['127.0.0.1', '::1'],
              f'{answer.type:x} {answer.attributes}')

        def peer(ip, identity):
            return raw_turn.attribute(raw_turn.XOR_PEER, raw_turn.xor_address(ip, 3480, identity))
        permitted = client.ask(raw_turn.CREATE_PERMISSION, lambda identity: peer(PEER, identity) + peer(PEER6, identity))
        check(permitted.type == raw_turn.CREATE_PERMISSION | 0x100, f'{permitted.type:x} {permitted.attributes}')
        for ip in (PEER, PEER6):
            back = client.send_until_back(lambda identity, ip=ip: peer(ip, identity) + raw_turn.attribute(raw_turn.DATA_OCTETS, ip.encode()))
            check(back.type == raw_turn.DATA and back.addresses(raw_turn.XOR_PEER) == [ip] and back.all(raw_turn.DATA_OCTETS) == [ip.encode()],
                  f'{ip}: {back.type:x} {back.attributes}')
    finally:
        client.close()
        site.close()


def to_nobody_but_ourselves():
    """What is not our media is refused, by default all of it (attacks T30); so is who has no credential (T31)."""
    site = Site()
    try:
        check('403' in talk(site.udp, '-c'), 'public peers are not allowed')
        check('403' in talk(site.udp, '-c', peer='127.0.0.2'), 'nor those of this host')
        check('Cannot complete Allocation' in talk(site.udp, '-c', secret='sharkfish'), 'nor those without the secret')
    finally:
        site.close()


if __name__ == '__main__':
    if not shutil.which('turnutils_uclient'):
        skip('no turnutils_uclient')
    enter_own_network()
    run('ip', 'addr', 'add', f'{PEER}/32', 'dev', 'lo')
    run('ip', 'addr', 'add', f'{PEER6}/128', 'dev', 'lo', 'nodad')
    run_cases(over_each_transport, of_other_kinds, of_both_families, to_nobody_but_ourselves)
