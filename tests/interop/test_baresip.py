#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""baresip, an ordinary phone, in a room with Linphones: it is heard and hears, with Opus and PCMU, plain and with SDES, and its VP8
pictures are seen."""
import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'e2e'))
sys.path.insert(0, os.path.dirname(__file__))
from baresip import Baresip, expect_heard  # noqa: E402
from linphone import site  # noqa: E402
from confer_test import run_cases  # noqa: E402

# baresip 1.0 gives up at a challenge for SHA-256, whatever else is offered.
MD5 = '[accounts]\nalgorithms = MD5\n'


@contextlib.contextmanager
def with_baresip(server, **keys):
    phone = Baresip(server, 'dave', **keys)
    try:
        yield phone.registered()
    finally:
        phone.close()


def is_heard_and_hears(video=0, **keys):
    with site('alice', 'bob', video=video, config=MD5) as (server, alice, bob), with_baresip(server, **keys) as dave:
        for phone in (alice, bob):
            phone.call(server.uri('room-tea')).running().conference_created()
        dave.call(server.uri('room-tea'))
        alice.hears('bob', 'dave')
        bob.hears('alice', 'dave')
        expect_heard(dave, alice, 'alice', 'bob')
        alice.sees_members(server.uri('bob'), server.uri('dave'))
        if video:
            alice.speaks(False)
            bob.speaks(False)
            first = None

            def decoded(event):
                nonlocal first
                first = event['frames'] if first is None or event['colour'] in ('green', 'red') else first
                return event['frames'] >= first + 8
            alice.forget('picture')
            alice.await_event('picture', 'pictures of baresip', decoded)
        dave.hang()
        alice.sees_members(server.uri('bob'))


def opus_plain():
    is_heard_and_hears()


def pcmu_plain_over_tcp():
    is_heard_and_hears(codec='pcmu', clock_hz=8000, transport='tcp')


def opus_with_sdes():
    is_heard_and_hears(more=';mediaenc=srtp-mand')


def vp8_pictures():
    is_heard_and_hears(video=1)


if __name__ == '__main__':
    run_cases(opus_plain, pcmu_plain_over_tcp, opus_with_sdes, vp8_pictures)
