#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing of packaging/debian-packages.txt. Usage: install_packages.sh [run|test|peers|package]. Needs root or sudo only if
# something is missing; does nothing but check otherwise.
set -eu
what=${1:-run}
cd "$(dirname "$0")/.."
if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "This is not a Debian system: install the equivalents of packaging/debian-packages.txt by hand." >&2
    exit 0
fi
architecture=$(dpkg --print-architecture)
missing=
while read -r package comment; do
    case "$package" in '#'* | '') continue ;; esac
    case "$comment" in
    *peers*) [ "$what" = peers ] || continue ;;
    *package*) [ "$what" = package ] || continue ;;
    *test*) [ "$what" = test ] || continue ;;
    *amd64*) [ "$architecture" = amd64 ] || continue ;;
    esac
    case "$comment" in
    *unless*) ! command -v "${comment##* }" >/dev/null 2>&1 || continue ;;
    esac
    if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed'; then
        missing="$missing $package"
    fi
done <packaging/debian-packages.txt
[ -n "$missing" ] || exit 0
sudo=
if [ "$(id -u)" != 0 ]; then
    sudo=sudo
    command -v sudo >/dev/null 2>&1 || { echo "Please install as root:$missing" >&2; exit 1; }
fi
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of words is meant
$sudo apt-get install -y --no-install-recommends $missing >/tmp/confer-install.log 2>&1 || {
    $sudo apt-get update >/tmp/confer-install.log 2>&1
    $sudo apt-get install -y --no-install-recommends $missing >>/tmp/confer-install.log 2>&1 || {
        tail -20 /tmp/confer-install.log >&2
        exit 1
    }
}
