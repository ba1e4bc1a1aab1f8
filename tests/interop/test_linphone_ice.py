#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Linphone 5.1 phones with ICE. It has no candidates on loopback: the test runs in a network of its own with one more address, where
the server receives media; signalling stays on loopback."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(__file__))
import networks  # noqa: E402
from linphone import site  # noqa: E402
from confer_test import BUILD, ConfiguredServer, check, run_cases  # noqa: E402

ADDRESS = '10.99.0.1'
HOST_CONNECTION = 3  # LinphoneIceStateHostConnection


def enter_network_with_an_address():
    """One of our own, in which there is an address beside loopback."""
    networks.enter_own_network()
    for words in ('link add v0 type veth peer name v1', f'addr add {ADDRESS}/24 dev v0', 'link set v0 up', 'link set v1 up',
                  'route add default via 10.99.0.2'):
        networks.run('ip', *words.split())


class NetworkServer(ConfiguredServer):
    """Receives media at the address, over TCP too, so that such candidates are in its descriptions. (--dev would stay on loopback.)"""

    def __init__(self):
        super().__init__(f'address = {ADDRESS}\nsdes-insecure = yes\n[web]\nlisten-tls = {ADDRESS}:8443\n')

    def add_accounts(self):
        for name in ('alice', 'bob', 'carol'):
            subprocess.run([f'{BUILD}/confer', '--state', self.state, 'user', 'add', name, name, '--domain', 'localhost'], check=True,
                           capture_output=True)


def meet_with_ice(**keys):
    with site('alice', 'bob', 'carol', make=NetworkServer, ice=1, video=0, **keys) as (server, *phones):
        for phone in phones:
            phone.call(server.uri('room-tea'))
        for phone in phones:
            phone.running().conference_created()
        for phone in phones:
            stats = phone.stats('checked by ICE', lambda s: s['ice'] == HOST_CONNECTION)
            check(stats['ice'] == HOST_CONNECTION, f'{phone.user}: {stats}')
        for phone in phones:
            phone.hears(*(other.user for other in phones if other is not phone))


def each_line_has_ports_of_its_own():
    meet_with_ice()


def bundled_members_share_one_port():
    meet_with_ice(bundle=1)


def keys_in_the_description():
    meet_with_ice(bundle=1, encryption='sdes')


def keys_by_handshakes_on_the_shared_port():
    meet_with_ice(bundle=1, encryption='dtls')


def keys_by_handshakes_on_two_ports():
    meet_with_ice(encryption='dtls')


if __name__ == '__main__':
    enter_network_with_an_address()
    run_cases(each_line_has_ports_of_its_own, bundled_members_share_one_port, keys_in_the_description,
              keys_by_handshakes_on_the_shared_port, keys_by_handshakes_on_two_ports)
