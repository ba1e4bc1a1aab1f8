#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# After make install on this machine (not into DESTDIR): makes the user of the service, gives the configuration a first text, tells systemd.
set -eu
[ -z "${DESTDIR:-}" ] || exit 0
cd "$(dirname "$0")/../packaging"
if command -v systemd-sysusers >/dev/null 2>&1; then
    systemd-sysusers "$PWD/confer.sysusers"
fi
[ -e /etc/confer/confer.conf ] || install -D -m 644 confer.conf /etc/confer/confer.conf
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
fi
echo "Installed. Edit /etc/confer/confer.conf, then: systemctl enable --now confer. docs/install.md says more."
