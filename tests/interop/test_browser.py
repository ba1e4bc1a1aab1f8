#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium as a member: its offer (unified plan, BUNDLE, rtcp-mux, ICE, DTLS) goes to conferd by SIP, the answer comes back into the page,
and media flows both ways with confer call in the same room."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
from browser import Browser  # noqa: E402
from confer_test import PATIENCE_SEC, Failure, Server, check, run_cases  # noqa: E402
from phone import Phone  # noqa: E402
from test_handshakes import Caller  # noqa: E402

ROOM = 'sip:room-tea@localhost'


def wait_figures(browser, what, matches):
    end = time.monotonic() + PATIENCE_SEC
    figures = {}
    while time.monotonic() < end:
        figures = browser.run('figures()')
        if matches(figures):
            return figures
        time.sleep(0.2)
    raise Failure(f'{what}: {figures}')


def join(server, browser, user):
    caller = Caller(server, user)
    offer = browser.run('offer()')
    answer = caller.call(ROOM, offer)
    check(answer.startswith('SIP/2.0 200'), f'{answer}\n{offer}')
    body = answer.split('\r\n\r\n', 1)[1]
    browser.run(f'answered({json.dumps(body)})')
    return offer, body


def a_browser_meets_a_phone():
    server = Server()
    browser = Browser()
    phone = None
    try:
        _, answer = join(server, browser, 'alice')
        figures = wait_figures(browser, 'connection', lambda f: f['state'] == 'connected')
        check(figures['dtls'] == 'connected' and figures['role'] == 'client', f'{figures}')
        check(figures['srtp'] == 'SRTP_AEAD_AES_128_GCM', f'{figures}\n{answer}')
        phone = Phone(server, 'bob', ROOM, 2, 'tls', ['--encryption', 'dtls', '--video-codecs', 'VP8'], 'connected,encrypted')
        phone.event('secured')
        phone.hears()
        wait_figures(browser, 'sound and pictures in the browser', lambda f: f.get('audio', {}).get('energy', 0) > 0.001 and
                     f.get('video', {}).get('frames', 0) > 10)
        phone.wait('pictures of the browser', lambda e: e.get('event') == 'stats' and any(
            line.get('decoded', 0) > 5 for line in e.get('lines', [])))
        seen = {p['user']: p['devices'][0] for p in server.room('room-tea')['participants']}
        check(seen['sip:alice@localhost']['encryption'] == 'dtls AEAD_AES_128_GCM', f'{seen}')
    finally:
        if phone is not None:
            phone.end()
        browser.close()
        server.close()


if __name__ == '__main__':
    run_cases(a_browser_meets_a_phone)
