#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# All tests: a plain build with -Werror (unit, sim, conformance, rules of the house, interop with real phones), the same cores under
# AddressSanitizer and UndefinedBehaviorSanitizer with the fuzzing corpora, the threads under ThreadSanitizer. The last line is
# "N passed, N failed", counted per test case.
set -u
cd "$(dirname "$0")/.."
failed_builds=0
priority= # in front of a build

build() { # folder, options...
    tools/set_up_tests.sh "$@" && $priority ninja -C "$1" --quiet
}

build_only() { # folder, target, options...
    only=$2
    first=$1
    shift 2
    tools/set_up_tests.sh "$first" "$@" && $priority ninja -C "$first" --quiet "$only"
}

run() { # folder, meson test options...
    folder=$1
    shift
    echo "== $folder: $*"
    rm -f "$folder/meson-logs/testlog.junit.xml"
    meson test -C "$folder" --no-rebuild --print-errorlogs "$@" 2>&1 | grep -vE '^ *[0-9]+/[0-9]+ .* OK |^$|Full log|Unexpected Pass|Expected Fail'
    cp "$folder/meson-logs/testlog.junit.xml" "$results/$folder-$runs.xml" 2>/dev/null
    runs=$((runs + 1))
}

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
runs=0

build_asan() {
    build build-asan -Db_sanitize=address,undefined -Db_lundef=false -Dinterop=disabled --buildtype=debug --optimization=1
}

# Threads meet in the mailbox alone: it by itself, as rings between workers, and in the whole server with calls.
build_tsan() {
    build_only build-tsan tests/unit/unit_shell_test_mailbox -Db_sanitize=thread -Db_lundef=false -Dinterop=disabled &&
        $priority ninja -C build-tsan --quiet tests/unit/unit_server_test_worker_peers conferd confer
}

# Tests with real programs mostly wait: the sanitized builds take the time that they leave over, and no more.
build_meanwhile() {
    priority='nice -n 19'
    build_asan && touch "$results/has-asan"
    build_tsan && touch "$results/has-tsan"
}

if build build --werror; then
    run build --suite checks --suite unit --suite sim --suite conformance --suite counts --suite tidy
    (build_meanwhile) >"$results/meanwhile.log" 2>&1 &
    meanwhile=$!
    run build --suite e2e --num-processes 2
    run build --suite interop --num-processes 2
    # The page: its types, its model, SIP clients of browsers, the page in a browser.
    if tools/build_page.sh test; then
        run build --suite web --num-processes 2
    else
        failed_builds=$((failed_builds + 1))
    fi
    wait "$meanwhile"
else
    failed_builds=$((failed_builds + 1))
    (build_meanwhile) >"$results/meanwhile.log" 2>&1
fi
if [ -e "$results/has-asan" ]; then
    run build-asan --suite unit --suite sim --suite conformance --suite fuzz --timeout-multiplier 4
else
    failed_builds=$((failed_builds + 1))
fi
if [ -e "$results/has-tsan" ]; then
    run build-tsan shell/test_mailbox server/test_worker_peers e2e/threads e2e/threads_workers --timeout-multiplier 4
else
    failed_builds=$((failed_builds + 1))
fi
if ! [ -e "$results/has-asan" ] || ! [ -e "$results/has-tsan" ]; then
    cat "$results/meanwhile.log"
fi
python3 tools/summarize_tests.py "$results" "$failed_builds"
