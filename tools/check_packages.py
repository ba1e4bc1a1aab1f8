#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make run must build with the packages that it installs: every library that the build asks for outside of tests/ belongs to a package of
packaging/debian-packages.txt that is not for tests only, or to one that such a package needs. Usage: check_packages.py ROOT."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

ASKED = re.compile(r"(dependency|find_library)\('([^']+)'(.*)")


def asked_for(root):
    """(library, how it is asked for) of every build file but those of the tests; what only the option "tests" wants is left out."""
    for path in sorted(root.rglob("meson.build")):
        if path.relative_to(root).parts[0] not in ("meson.build", "src"):
            continue
        for line in path.read_text().splitlines():
            found = ASKED.search(line)
            if found and found[2] != "threads" and "get_option('tests')" not in found[3]:
                yield found[2], found[1]


def packages_to_run(root):
    """Names of the packages that make run installs."""
    rows = (line.partition("#") for line in (root / "packaging/debian-packages.txt").read_text().splitlines())
    return {name.strip() for name, _, note in rows if name.strip() and not re.search(r"\b(test|peers|package)\b", note)}


def with_what_they_need(packages):
    """The packages and those that they depend on, as far as they are installed here."""
    known, new = set(), set(packages)
    while new:
        known |= new
        lines = said("dpkg-query", "-W", "-f", "${Depends}\n", *sorted(new))
        new = set(re.findall(r"(?:^|[,|] *)([a-z0-9][a-z0-9.+-]+)", lines, re.M)) - known
    return known


def said(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def file_of(library, how):
    """The library's description or, without one, its link."""
    if how == "dependency":
        return f"{said('pkg-config', '--variable=pcfiledir', library)}/{library}.pc"
    return os.path.normpath(said("gcc", f"-print-file-name=lib{library}.so"))


def owners(libraries):
    """Library to the package that has it, or None; libraries: pairs as asked_for() gives them."""
    files = {library: file_of(library, how) for library, how in libraries}
    rows = (line.rpartition(": ") for line in said("dpkg-query", "-S", *sorted(files.values())).splitlines())
    found = {file: package for package, _, file in rows}
    return {library: found.get(file, "").partition(":")[0] for library, file in files.items()}


def main():
    root = pathlib.Path(sys.argv[1])
    if shutil.which("dpkg-query") is None:
        sys.exit(77)  # no Debian: skipped
    packages = with_what_they_need(packages_to_run(root))
    faults = [f"{library}: in {package or 'no package'}, which make run does not install"
              for library, package in sorted(owners(set(asked_for(root))).items()) if package not in packages]
    print("\n".join(faults))
    sys.exit(1 if faults else 0)


main()
