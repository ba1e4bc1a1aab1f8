#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Have the prompts of src/core/prompt/prompt_table.h spoken into sounds/en (Ogg Opus). Not part of a build: its results are committed.

Needs Debian's flite (voice cmu_us_slt), sox and opus-tools. Each prompt is freed of the silence around it, of rumble, and
brought to LOUDNESS, so that all are equally loud. docs/adr/0115-prompts-are-committed-sounds.md says why this voice.

  tools/make_sounds.py [WORD...]     only those prompts
"""
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TABLE = os.path.join(ROOT, "src/core/prompt/prompt_table.h")
FOLDER = os.path.join(ROOT, "sounds/en")
VOICE = "slt"
LOUDNESS = -20.0  # dBFS RMS, pauses included
PEAK = -3.0       # dBFS; what is louder is compressed
RATE_KBPS = "24"


def rows():
    with open(TABLE, encoding="utf-8") as table:
        found = re.findall(r'^X\(\w+, "([^"]+)",\s+((?:"[^"]+"\s*)+)\)', table.read(), flags=re.M)
    return [(word, "".join(re.findall(r'"([^"]+)"', text))) for word, text in found]


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True)


def measure(path):
    """RMS and peak, dBFS."""
    text = run("sox", path, "-n", "stats").stderr
    return (float(re.search(r"RMS lev dB\s+(\S+)", text).group(1)), float(re.search(r"Pk lev dB\s+(\S+)", text).group(1)))


def make(word, text, folder):
    spoken, clean, loud = (os.path.join(folder, name) for name in ("spoken.wav", "clean.wav", "loud.wav"))
    run("flite", "-voice", VOICE, "-t", text, "-o", spoken)
    trim = ["silence", "1", "0.01", "0.3%", "reverse"]
    run("sox", spoken, "-r", "48000", "-b", "16", "-c", "1", clean, "highpass", "80", *trim, *trim)
    rms, _ = measure(clean)
    for gain in (LOUDNESS - rms, LOUDNESS - rms + 1, LOUDNESS - rms + 2):
        # Peaks above -12 dBFS are bent softly, none gets above PEAK.
        curve = "6:-80,-80,-12,-12,0,%.1f" % (PEAK - 2)
        run("sox", clean, loud, "gain", "%.2f" % gain, "compand", "0.001,0.05", curve, "0", "-90", "0.001", "fade", "t", "0.005", "-0",
            "0.02", "pad", "0.01", "0.05")
        if measure(loud)[0] > LOUDNESS - 0.5:
            break
    target = os.path.join(FOLDER, word + ".opus")
    run("opusenc", "--quiet", "--bitrate", RATE_KBPS, "--speech", "--framesize", "20", "--discard-comments", "--padding", "0",
        "--serial", "1", loud, target)
    rms, peak = measure(loud)
    print("%-22s %6d octets %6.1f dBFS RMS %6.1f peak" % (word, os.path.getsize(target), rms, peak))


def main():
    wanted = sys.argv[1:]
    os.makedirs(FOLDER, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for word, text in rows():
            if not wanted or word in wanted:
                make(word, text, folder)


if __name__ == "__main__":
    main()
