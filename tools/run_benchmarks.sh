#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs every benchmark of tests/bench one after the other and keeps what they print in bench/results.
set -eu
cd "$(dirname "$0")/.."
[ -f build/build.ninja ] || meson setup build >/dev/null
ninja -C build --quiet
mkdir -p bench/results
meson test -C build --benchmark --verbose --num-processes 1 2>&1 | tee "bench/results/$(git rev-parse --short HEAD 2>/dev/null || echo tree).txt"
