#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs every fuzz target for some seconds (argument, default 60) on a copy of its corpus. What it finds is left in build-fuzz/.
set -eu
seconds=${1:-60}
cd "$(dirname "$0")/.."
CC=clang tools/set_up_tests.sh build-fuzz -Dfuzzing=true -Db_sanitize=address,undefined -Db_lundef=false -Dinterop=disabled
ninja -C build-fuzz --quiet
status=0
for target in build-fuzz/tests/fuzz/fuzz_*; do
    [ -f "$target" ] && [ -x "$target" ] || continue
    name=${target##*/fuzz_}
    mkdir -p "build-fuzz/corpus/$name"
    if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="build-fuzz/$name-" \
        "build-fuzz/corpus/$name" "tests/fuzz/corpus/$name" >"build-fuzz/$name.txt" 2>&1; then
        echo "$name: $(grep -o 'cov: [0-9]*' "build-fuzz/$name.txt" | tail -1), $(grep -o 'DONE.*\|#[0-9]*' "build-fuzz/$name.txt" | tail -1)"
    else
        echo "$name: FAILED, see build-fuzz/$name.txt"
        status=1
    fi
done
exit $status
