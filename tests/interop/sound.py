# SPDX-License-Identifier: GPL-3.0-or-later
"""Tones: files to play, and which of them are in a recording that may still be growing."""
import math
import struct
import wave

RATE_HZ = 16000
AMPLITUDE = 6000
SECONDS = 150
# Far enough apart, below 4 kHz for G.711, none a harmonic of another.
TONES_HZ = {'alice': 440, 'bob': 730, 'carol': 1130, 'dave': 1710, 'erin': 2390}
# A tone is there above the first, absent below the second; between them nothing is sure. dB of full scale.
PRESENT_DB = -34.0
ABSENT_DB = -46.0
WINDOW_SEC = 0.5


def second_of(hz, rate=RATE_HZ):
    """A second of a sine; it can be repeated, as hz is whole."""
    return b''.join(struct.pack('<h', int(AMPLITUDE * math.sin(2 * math.pi * hz * i / rate))) for i in range(rate))


def make_tone(path, hz, seconds=SECONDS, rate=RATE_HZ, channels=1):
    """A WAV file with a sine, the same in all channels."""
    second = second_of(hz, rate)
    frames = b''.join(second[i:i + 2] * channels for i in range(0, len(second), 2))
    with wave.open(path, 'wb') as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(frames * seconds)


def overwrite(path, hz, seconds=SECONDS):
    """Another sine, 0: silence, into a file that somebody is reading."""
    with open(path, 'r+b') as out:
        out.seek(44)
        out.write(second_of(hz) * seconds)


def read_tail(path, clock_hz, seconds=WINDOW_SEC):
    """The last samples of a WAV file and their rate; none if it is too short. A file that is still being written has no header yet:
    it is taken to have one channel at @clock_hz."""
    with open(path, 'rb') as recording:
        header = recording.read(44)
        channels, rate = struct.unpack('<HI', header[22:28]) if header[:4] == b'RIFF' else (1, clock_hz)
        size = int(seconds * rate) * 2 * channels
        recording.seek(0, 2)
        total = (recording.tell() - 44) // (2 * channels) * (2 * channels)
        if total < size or size == 0:
            return [], rate
        recording.seek(44 + total - size)
        samples = struct.unpack(f'<{size // 2}h', recording.read(size))
        return samples[::channels], rate


def level_db(samples, rate, hz):
    """Level of a tone (Goertzel with a Hann window), dB of full scale."""
    count = len(samples)
    turn = 2 * math.pi * hz / rate
    coefficient = 2 * math.cos(turn)
    before = last = 0.0
    for i, sample in enumerate(samples):
        weight = 1 - math.cos(2 * math.pi * i / count)
        before, last = last, sample * weight + coefficient * last - before
    power = last * last + before * before - coefficient * last * before
    return 10 * math.log10(max(power, 1e-9)) - 20 * math.log10(count / 2 * 32768)


def tones_in(path, clock_hz):
    """Levels of all tones at the end of a recording, {} if there is too little of it."""
    samples, rate = read_tail(path, clock_hz)
    return {name: level_db(samples, rate, hz) for name, hz in TONES_HZ.items()} if samples else {}


def is_heard(levels, expected):
    """Are exactly the tones of these people there, without doubt?"""
    return bool(levels) and all(level > PRESENT_DB if name in expected else level < ABSENT_DB for name, level in levels.items())
