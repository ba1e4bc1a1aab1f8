# SPDX-License-Identifier: GPL-3.0-or-later
"""baresip as an ordinary phone: driven by its standard input, its sound filter dumps what it hears into its own folder."""
import glob
import shutil
import subprocess
import tempfile

from confer_test import Failure
from linphone import Phone
import sound

MODULES = '/usr/lib/baresip/modules'
CONFIG = '''poll_method epoll
net_interface 127.0.0.1
audio_source aufile,{folder}/tone.wav
audio_player aufile,{folder}/out.wav
audio_alert aufile,/dev/null
video_source fakevideo,nil
video_display fakevideo,nil
video_size 176x144
video_fps 10
sndfile_path .
module_path {modules}
module stdio.so
module g711.so
module opus.so
module aufile.so
module sndfile.so
module vp8.so
module fakevideo.so
module srtp.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
'''


class Baresip(Phone):
    """One account; clock_hz is the codec's, at which it plays its user's tone. Extra account parameters by @more."""

    def __init__(self, server, user, codec='opus/48000/2', clock_hz=48000, transport='udp', more=''):
        self.user = user
        self.folder = tempfile.mkdtemp(prefix=f'confer-baresip-{user}-')
        sound.make_tone(f'{self.folder}/tone.wav', sound.TONES_HZ[user], seconds=90, rate=clock_hz, channels=2 if codec.endswith('/2') else 1)
        with open(f'{self.folder}/config', 'w', encoding='ascii') as out:
            out.write(CONFIG.format(folder=self.folder, modules=MODULES))
        with open(f'{self.folder}/accounts', 'w', encoding='ascii') as out:
            out.write(f'<sip:{user}@localhost;transport={transport}>;auth_user={user};auth_pass={user};outbound="{server.proxy(transport)}"'
                      f';regint=600;audio_codecs={codec}{more}\n')
        super().__init__(f'baresip {user}', ['baresip', '-f', self.folder], cwd=self.folder)

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.strip())
            self.note({'event': 'line', 'text': line})
        with self.news:
            self.has_ended = True
            self.news.notify_all()

    def says(self, text):
        self.await_event('line', text, lambda e: text in e['text'])
        return self

    def registered(self):
        return self.says('200 OK')

    def call(self, uri):
        self.say(f'/dial {uri}')
        return self.says('Call established')

    def heard(self):
        """The levels of all tones at the end of what it has heard."""
        files = glob.glob(f'{self.folder}/dump-*-dec.wav')
        return sound.tones_in(files[-1], 0) if files else {}

    def hang(self):
        self.say('/hangup')
        return self.says('terminate')

    def close(self):
        if self.process.poll() is None:
            try:
                self.say('/quit')
                self.process.wait(10)
            except (OSError, subprocess.TimeoutExpired):
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def expect_heard(baresip, clock, *users):
    """@clock is a Linphone whose figures come every second; asks after each whether baresip hears exactly these users."""
    levels = {}

    def is_heard(_):
        nonlocal levels
        levels = baresip.heard()
        return sound.is_heard(levels, users)
    try:
        clock.stats(f'sound of {users} at {baresip.name}', is_heard)
    except Failure as failure:
        raise Failure(f'{failure}; levels {levels}') from None
