#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sets a build folder up with the tests, if it is not. Usage: set_up_tests.sh FOLDER [MESON OPTION...]
set -eu
cd "$(dirname "$0")/.."
folder=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if [ ! -f "$folder/build.ninja" ]; then
    meson setup "$folder" -Dtests=enabled "$@" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
elif [ ! -d "$folder/tests" ]; then # by make run, when the packages that tests need were not there
    meson configure "$folder" -Dtests=enabled
fi
