#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the web page. Usage: build_page.sh [run|test] [FOLDER]. FOLDER (build/web) is where conferd looks; "test" installs what the
# tests of the page need too. Packages come from the npm registry as web/package-lock.json has them, once, and no script of theirs is run.
# Where Node.js, npm or the registry is missing, says so and ends with 1.
set -eu
what=${1:-run}
cd "$(dirname "$0")/.."
folder=$(realpath -m "${2:-build/web}")
cd web

complain() {
    echo "$1" >&2
    exit 1
}

command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || complain "Building the web page needs Node.js 18 or later and npm."
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' ||
    complain "Building the web page needs Node.js 18 or later; here is $(node --version)."

# What npm wrote last tells whether the lock file is carried out already.
mark=node_modules/.package-lock.json
if [ ! -f "$mark" ] || [ package-lock.json -nt "$mark" ] || { [ "$what" = test ] && [ ! -d node_modules/typescript ]; }; then
    omit=
    [ "$what" = test ] || omit=--omit=dev
    log=$(mktemp)
    # shellcheck disable=SC2086 # no word if it is empty
    if ! timeout 240 npm ci $omit --ignore-scripts --no-audit --no-fund --prefer-offline --fetch-retries 1 --fetch-timeout 30000 \
        --loglevel error >"$log" 2>&1; then
        head -3 "$log" >&2
        rm -f "$log"
        rm -rf node_modules
        complain "The npm packages of the web page could not be installed. Is the npm registry reached?"
    fi
    rm -f "$log"
fi
node build.mjs "$folder"
