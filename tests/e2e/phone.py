# SPDX-License-Identifier: GPL-3.0-or-later
"""confer call as the end-to-end tests use it: one process a phone, driven by lines on its standard input."""
import os
import struct
import subprocess
import tempfile
import wave

from confer_test import BUILD, Program, check


def heard_in(recording, *sources):
    """Which of the WAV files are in the recording, by confer hear: a list of {'source', 'likeness', 'heard', ...}. That takes seconds of a
    processor, which phones that are still talking need first: those can't wait."""
    import json
    out = subprocess.run([f'{BUILD}/confer', 'hear', recording, *sources], capture_output=True, text=True, timeout=300, preexec_fn=lambda: os.nice(19))
    check(out.returncode == 0, f'confer hear: {out.stderr}')
    return [json.loads(line) for line in out.stdout.splitlines()]


WAV_HEADER = 44


def recorded(path):
    """What a phone has recorded, which may still be at it and write the length into the header at the end: samples a second, samples."""
    with open(path, 'rb') as sound:
        header, octets = sound.read(WAV_HEADER), sound.read()
    return (struct.unpack('<I', header[24:28])[0], octets) if len(header) == WAV_HEADER else (1, b'')


def write_sound(path, rate, octets):
    """Samples of one channel into a WAV file."""
    with wave.open(path, 'wb') as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(octets)


def end_together(phones, seconds):
    """They hear each other for so long, all that are in now, and hang up at once. Until then their recordings are as different as they came late,
    and that may be long on a busy machine; only the ends are of the same time."""
    for phone in phones:
        now = phone.event('stats')['audible_ms']
        phone.hears(now + 1000 * (seconds + 1), 60)
    for phone in phones:
        phone.say('quit')
    for phone in phones:
        phone.finish()


# A second and a half of speech. Fewer pieces of so short a recording are alike by chance now and then.
PIECES_MIN = 8


def heard_at_the_end(recording, phones, seconds):
    """Which voices are in the end of a recording, after end_together(): what confer hear says of each phone, if by enough of it."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for path in [recording] + [p.recording('sent.wav') for p in phones]:
            rate, octets = recorded(path)
            files.append(f'{folder}/{len(files)}.wav')
            write_sound(files[-1], rate, octets[-2 * rate * seconds:])
        return [{**result, 'heard': result['heard'] and result['pieces'] >= PIECES_MIN} for result in heard_in(*files)]


class Phone(Program):
    """A confer call. number: of its voice and test card."""

    def __init__(self, server, user, target=None, number=1, transport='udp', options=(), expect='connected', password=None,
                 duration=None, records=False):
        self.user = user
        self.folder = tempfile.TemporaryDirectory(prefix=f'confer-{user}-') if records else None
        port = server.port + 1 if transport == 'tls' else server.port
        argv = [f'{BUILD}/confer', 'call', *([target] if target else []), '--user', f'sip:{user}@localhost', '--password',
                user if password is None else password, '--server', f'127.0.0.1:{port}', '--transport', transport,
                '--audio', f'voice:{number}', '--video', f'card:{number}', '--size', '160x120', '--video-rate', '100',
                '--expect', expect, *options]
        argv += ['--insecure'] if transport == 'tls' else []
        argv += ['--answer'] if target is None and '--wait' not in options else []
        argv += ['--duration', str(duration)] if duration else []
        argv += ['--record', self.folder.name] if self.folder else []
        super().__init__(user, argv)

    def recording(self, name='heard.wav'):
        return f'{self.folder.name}/{name}'

    def event(self, name, patience=20, **values):
        """The next event of that name with those values."""
        return self.wait(f'{name} {values}', lambda e: e.get('event') == name and all(e.get(k) == v for k, v in values.items()),
                         patience)

    def sees(self, *cards, least=5, patience=20):
        """Wait until at least so many pictures of each of the cards were decoded."""
        def matches(event):
            seen = {}
            for line in event.get('lines', []) if event.get('event') == 'stats' else []:
                for card, count in line.get('cards', {}).items():
                    seen[int(card)] = seen.get(int(card), 0) + count
            return all(seen.get(card, 0) >= least for card in cards)
        return self.wait(f'pictures of {cards}', matches, patience)

    def hears(self, milliseconds=500, patience=20):
        """Wait until so much sound was heard since the call began."""
        return self.wait('sound', lambda e: e.get('event') == 'stats' and e['audible_ms'] >= milliseconds, patience)

    def present(self, count, patience=20):
        """Wait until the roster has so many people in the conference."""
        return self.event('roster', patience, present=count)

    def command(self, line):
        """A command that must be possible."""
        self.say(line)
        done = self.event('command', command=line.split()[0])
        check(done['done'], f'{self.name}: {line}: {done.get("why")}')

    def finish(self, status=0):
        """Wait for its end; the outcome."""
        outcome = self.event('outcome')
        code = self.process.wait(10)
        check(code == status, f'{self.name}: ended with {code}, not {status}: {outcome} {self.errors()}')
        return outcome

    def quit(self, status=0):
        self.say('quit')
        return self.finish(status)
