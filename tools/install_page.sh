#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the web page beside the programs, if it was built (make web). Run by meson install. Usage: install_page.sh FOLDER, below the prefix.
set -eu
page=$MESON_BUILD_ROOT/web
if [ ! -f "$page/index.html" ]; then
    echo "The web page was not built (make web): it is not installed." >&2
    exit 0
fi
mkdir -p "$MESON_INSTALL_DESTDIR_PREFIX/$1"
cp -R "$page/." "$MESON_INSTALL_DESTDIR_PREFIX/$1/"
