#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes a Debian package of this tree, build-deb/confer_VERSION_ARCHITECTURE.deb, for machines with the same release of Debian.
# What it depends on is read off the programs. Run by make deb.
set -eu
cd "$(dirname "$0")/.."
if [ ! -f build-deb/build.ninja ]; then
    meson setup build-deb --prefix=/usr -Dtests=disabled -Dstrip=true >/dev/null
fi
ninja -C build-deb --quiet
tools/build_page.sh run build-deb/web

root=build-deb/debian/confer # where dpkg-shlibdeps looks
rm -rf build-deb/debian
mkdir -p "$root/DEBIAN"
DESTDIR="$PWD/$root" meson install -C build-deb --no-rebuild --quiet
install -D -m 644 packaging/confer.conf "$root/etc/confer/confer.conf"
install -D -m 644 LICENSE "$root/usr/share/doc/confer/copyright"
install -m 755 packaging/debian/postinst packaging/debian/prerm "$root/DEBIAN/"
echo /etc/confer/confer.conf >"$root/DEBIAN/conffiles"

version=$(meson introspect build-deb --projectinfo | python3 -c 'import json, sys; print(json.load(sys.stdin)["version"])')
architecture=$(dpkg --print-architecture)
printf 'Source: confer\n\nPackage: confer\nArchitecture: any\n' >build-deb/debian/control # dpkg-shlibdeps wants one
needs=$(cd build-deb && dpkg-shlibdeps -O -edebian/confer/usr/bin/conferd -edebian/confer/usr/bin/confer)
sed -e "s/@version@/$version/" -e "s/@architecture@/$architecture/" -e "s/@needs@/${needs#*=}/" packaging/debian/control.in >"$root/DEBIAN/control"
file="build-deb/confer_${version}_$architecture.deb"
dpkg-deb --root-owner-group --build "$root" "$file" >/dev/null
echo "$file"
