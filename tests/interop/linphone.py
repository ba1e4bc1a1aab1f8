# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Linphone 5.1 as a Python object."""
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'e2e'))
from confer_test import BUILD, Program  # noqa: E402


class Linphone(Program):
    """One phone with one account; its files are in .folder."""

    def __init__(self, server, user, transport='udp', domain='localhost', **keys):
        self.user = user
        self.folder = tempfile.mkdtemp(prefix=f'confer-linphone-{user}-')
        options = [f'{key}={value}' for key, value in keys.items()]
        super().__init__(f'linphone {user}', [f'{BUILD}/tests/interop/linphone_client', self.folder, user, domain,
                                              server.proxy(transport), *options])

    def registered(self):
        self.wait('registration', lambda e: e.get('event') == 'registration' and e['detail'] == 'LinphoneRegistrationOk')
        return self

    def call_state(self, state, patience=20):
        return self.wait(f'call state {state}',
                         lambda e: e.get('event') == 'call' and e['detail'].startswith(f'LinphoneCall{state} '), patience)

    def conference_created(self):
        return self.wait('conference', lambda e: e.get('event') == 'conference' and 'Created' in e['detail'])

    def ask(self, command):
        self.say(command)
        return self.wait(command, lambda e: e.get('event') == command)

    def roster(self, matches, what='roster', tries=60):
        """Ask for the roster until it matches."""
        import time
        roster = {}
        for _ in range(tries):
            roster = self.ask('roster')
            if matches(roster):
                return roster
            time.sleep(0.2)
        from confer_test import Failure
        raise Failure(f'{self.name}: {what}: {roster}')

    def stats(self, matches, what='stats', tries=80):
        """Ask for statistics until they match."""
        import time
        stats = {}
        for _ in range(tries):
            stats = self.ask('stats')
            if 'audio_down' in stats and matches(stats):
                return stats
            time.sleep(0.25)
        from confer_test import Failure
        raise Failure(f'{self.name}: {what}: {stats}')

    def close(self):
        if self.process.poll() is None:
            try:
                self.say('quit')
                self.process.wait(15)
            except (OSError, Exception):  # noqa: BLE001 - 5.1 crashes at times when it ends (docs/interop.md)
                self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
