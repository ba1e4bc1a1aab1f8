#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs every benchmark of tests/bench one after the other and keeps what they print in bench/results, with plots.
set -eu
cd "$(dirname "$0")/.."
tools/set_up_tests.sh build
ninja -C build --quiet
mkdir -p bench/results
results="bench/results/$(git rev-parse --short HEAD 2>/dev/null || echo tree).txt"
meson test -C build --benchmark --verbose --num-processes 1 2>&1 | tee "$results"
python3 tests/bench/plot_results.py "$results" bench/results
