#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds up the JUnit files of a folder and closes with the line "N passed, N failed". A failed build counts as one failure."""
import glob
import sys
import xml.etree.ElementTree as tree


def main():
    folder, failed_builds = sys.argv[1], int(sys.argv[2])
    passed, failed, skipped, names = 0, failed_builds, 0, []
    for path in sorted(glob.glob(f'{folder}/*.xml')):
        for case in tree.parse(path).getroot().iter('testcase'):
            if case.find('failure') is not None or case.find('error') is not None:
                failed += 1
                names.append(f'{path.split("/")[-1]}: {case.get("classname")} {case.get("name")}')
            elif case.find('skipped') is not None:
                skipped += 1
            else:
                passed += 1
    for name in names:
        print('FAILED', name)
    if passed == 0:
        failed += 1
    print(f'{passed} passed, {failed} failed' + (f', {skipped} skipped' if skipped else ''))
    sys.exit(1 if failed else 0)


main()
