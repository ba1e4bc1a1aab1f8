#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The relay and coturn's client, over UDP, TCP and TLS, in a network of its own with a public address in it."""
import os
import re
import shutil
import subprocess
import sys

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), '..', 'e2e')]
from networks import enter_own_network, run, skip  # noqa: E402
from confer_test import check, free_port, run_cases  # noqa: E402
from configured import Configured, folder, settings  # noqa: E402

PEER = '198.41.0.4'
SECRET = 'swordfish'


def talk(port, *options, peer=PEER, secret=SECRET):
    command = ['turnutils_uclient', '-W', secret, '-u', 'test', '-e', peer, '-r', '3480', '-n', '30', '-m', '2', '-l', '300', '-z', '5', '-c',
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
        self.server = Configured(self.where, settings(self.where, free_port(), web__listen_tls=f'127.0.0.1:{self.web}', turn__enabled='yes',
                                                      turn__listen=f'127.0.0.1:{self.udp}', turn__secret=SECRET, media__address='127.0.0.1',
                                                      **more))
        self.peer = subprocess.Popen(['turnutils_peer', '-L', PEER, '-p', '3480'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def close(self):
        self.peer.kill()
        self.peer.wait()
        status = self.server.end()
        self.inside.__exit__(None, None, None)
        check(status == 0, f'conferd ended with {status}: {self.server.errors()}')


def over_each_transport():
    site = Site(turn__peers='public')
    try:
        everything_comes_back(talk(site.udp))
        everything_comes_back(talk(site.udp, '-s'))  # by indications
        everything_comes_back(talk(site.web, '-t'))
        everything_comes_back(talk(site.web, '-t', '-s'))
        everything_comes_back(talk(site.web, '-t', '-S'))
    finally:
        site.close()


def to_nobody_but_ourselves():
    """What is not our media is refused, by default all of it (attacks T30); so is who has no credential (T31)."""
    site = Site()
    try:
        check('403' in talk(site.udp), 'public peers are not allowed')
        check('403' in talk(site.udp, peer='127.0.0.2'), 'nor those of this host')
        check('Cannot complete Allocation' in talk(site.udp, secret='sharkfish'), 'nor those without the secret')
    finally:
        site.close()


if __name__ == '__main__':
    if not shutil.which('turnutils_uclient'):
        skip('no turnutils_uclient')
    enter_own_network()
    run('ip', 'addr', 'add', f'{PEER}/32', 'dev', 'lo')
    run_cases(over_each_transport, to_nobody_but_ourselves)
