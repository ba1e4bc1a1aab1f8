# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Linphone (Debian's 5.1, or a later one) as a Python object: says commands, waits for events. It never sleeps: the phone tells its figures every
second, its roster whenever it changes."""
import collections
import contextlib
import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'e2e'))
from confer_test import BUILD, PATIENCE_SEC, Failure, Program, Server  # noqa: E402
import sound  # noqa: E402

LOGS = os.environ.get('CONFER_LINPHONE_LOGS')  # a folder: what phones log is kept there
COLOURS = {'alice': 'red', 'bob': 'green', 'carol': 'blue', 'dave': 'yellow', 'erin': 'cyan', 'screen': 'magenta'}


PR_CAPBSET_DROP, CAP_SYS_NICE = 24, 23


def be_nobody_special():
    """Root's Linphones put their clocks before everything else on the machine (SCHED_FIFO 99), the server included."""
    resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_SYS_NICE, 0, 0, 0)


class Phone(Program):
    """A program that tells events, each kind of which is waited for apart from the others."""

    def __init__(self, name, argv, **options):
        self.news = threading.Condition()
        self.by_kind = collections.defaultdict(list)
        self.taken = collections.Counter()
        self.has_ended = False
        super().__init__(name, argv, **options)

    def note(self, event):
        with self.news:
            self.by_kind[event.get('event')].append(event)
            self.news.notify_all()

    def await_event(self, kind, what, matches, patience=PATIENCE_SEC):
        """The next event of a kind, of those not waited for yet, for which matches(event) is true."""
        end = time.monotonic() + patience
        with self.news:
            while True:
                events = self.by_kind[kind]
                while self.taken[kind] < len(events):
                    event = events[self.taken[kind]]
                    self.taken[kind] += 1
                    if matches(event):
                        return event
                if self.has_ended:
                    raise Failure(f'{self.name} ended before {what}: {self.errors()}')
                if not self.news.wait(end - time.monotonic()):
                    raise Failure(f'{self.name}: no {what} within {patience} s; {kind}: {events[-4:]}')

    def forget(self, *kinds):
        """Events that came until now are not waited for."""
        with self.news:
            for kind in kinds:
                self.taken[kind] = len(self.by_kind[kind])


class Linphone(Phone):
    """One phone with one account; its files are in .folder. Its user's tone is played, his colour is filmed."""

    def __init__(self, server, user, transport='udp', domain='localhost', program=None, **keys):
        self.user = user
        self.folder = tempfile.mkdtemp(prefix=f'confer-linphone-{user}-')
        tone = f'{self.folder}/tone.wav'
        sound.make_tone(tone, sound.TONES_HZ.get(user, 0))
        keys = {'play': tone, 'colour': COLOURS.get(user, 'red'), **keys}
        if LOGS:
            keys['log'] = f'{LOGS}/{user}-{keys["colour"]}.log'
        options = [f'{key}={value}' for key, value in keys.items()]
        home = dict(os.environ, HOME=self.folder, XDG_DATA_HOME=self.folder, XDG_CONFIG_HOME=self.folder)
        super().__init__(f'linphone {user}', [program or f'{BUILD}/tests/interop/linphone/linphone_client', self.folder, user, domain,
                                              server.proxy(transport), *options], env=home, preexec_fn=be_nobody_special)

    def _read(self):
        for line in self.process.stdout:
            self.take(line)
        with self.news:
            self.has_ended = True
            self.news.notify_all()

    def take(self, line):
        import json
        try:
            event = json.loads(line)
        except ValueError:
            return
        self.lines.append(event)
        self.note(event)

    def registered(self):
        self.await_event('registration', 'registration', lambda e: e['detail'] == 'LinphoneRegistrationOk')
        return self

    def call(self, uri):
        self.say(f'call {uri}')
        return self

    def call_state(self, *states, patience=PATIENCE_SEC):
        return self.await_event('call', f'call state {states}', lambda e: e['state'] in states, patience)

    def running(self):
        self.call_state('StreamsRunning')
        return self

    def conference_created(self):
        self.await_event('conference', 'conference', lambda e: e['detail'] == 'Created')
        return self

    def settled(self):
        """5.1 sends a re-INVITE when it becomes administrator, tells nobody, and loses what it is asked meanwhile: one full second."""
        for _ in range(2):
            self.stats('figures', lambda s: True)
        return self

    def roster(self, what, matches):
        """The roster as soon as it matches: asked for once, told from then on."""
        self.say('roster')
        return self.await_event('roster', f'roster with {what}', lambda e: 'participants' in e and matches(e))

    def sees_members(self, *uris):
        """The roster as soon as it has exactly these besides oneself."""
        return self.roster(f'{uris}', lambda r: {p['uri'] for p in r['participants']} == set(uris))

    def speaks(self, is_speaking=True):
        """Is his user's tone, or silence, from now on: in the very file that is being played (5.1 can't be told in a conference)."""
        sound.overwrite(f'{self.folder}/tone.wav', sound.TONES_HZ[self.user] if is_speaking else 0)
        return self

    def stats(self, what, matches):
        self.forget('stats')
        return self.await_event('stats', what, lambda e: 'audio_down' in e and matches(e))

    def hears(self, *users):
        """Exactly these people's tones are at the end of what was recorded."""
        levels = {}

        def heard(stats):
            nonlocal levels
            levels = sound.tones_in(f'{self.folder}/heard.wav', stats['clock'])
            return sound.is_heard(levels, users)
        try:
            self.stats(f'sound of {users}', heard)
        except Failure as failure:
            raise Failure(f'{failure}; levels {({k: round(v, 1) for k, v in levels.items()})}') from None
        return self

    def sees(self, user, frames=8, window=None):
        """So many frames in a row, all of one person's colour; window: from 5.4 on, the one they are in."""
        colour = COLOURS.get(user, 'red')
        first = None

        def enough(event):
            nonlocal first
            if window not in (None, event['window']):
                return False
            if event['colour'] != colour:
                first = None
            elif first is None:
                first = event['frames']
            return first is not None and event['frames'] - first >= frames
        self.forget('picture')
        self.await_event('picture', f'{frames} pictures of {user} in {window or "the window"}', enough)
        return self

    def seen_moving(self, window, frames=8):
        """So many new frames in a window, of whatever they are."""
        self.forget('picture')
        first = self.await_event('picture', f'a picture in {window}', lambda e: e['window'] == window)['frames']
        self.await_event('picture', f'{frames} pictures in {window}', lambda e: e['window'] == window and e['frames'] - first >= frames)

    def close(self):
        if self.process.poll() is None:
            try:
                self.say('quit')
                self.process.wait(15)
            except (OSError, subprocess.TimeoutExpired):  # 5.1 crashes or hangs at times when it ends
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def site(*users, config='', transports=None, make=None, **keys):
    """A server, with lines of configuration or made by make(), and registered phones; transports: of each phone."""
    state = tempfile.mkdtemp(prefix='confer-interop-')
    server = None
    phones = []
    try:
        server = make() if make else Server(state=state, config=config)
        for number, user in enumerate(users):
            own = {key: value[number] if isinstance(value, (list, tuple)) else value for key, value in keys.items()}
            phones.append(Linphone(server, user, transport=transports[number] if transports else 'udp', **own))
        for phone in phones:
            phone.registered()
        yield (server, *phones)
    finally:
        for phone in phones:
            phone.close()
        try:
            if server is not None and LOGS:
                with open(f'{LOGS}/conferd.log', 'w', encoding='utf-8') as out:
                    out.write(server.whole_log())
            if server is not None:
                server.close()
        finally:
            shutil.rmtree(state, ignore_errors=True)
