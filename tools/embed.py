#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a C file of a file's octets. Usage: embed.py INPUT OUTPUT HEADER FUNCTION: FUNCTION of HEADER returns them as a cf_span."""
import pathlib
import sys


def main():
    source, target, header, function = sys.argv[1:]
    octets = pathlib.Path(source).read_bytes()
    lines = [','.join(str(octet) for octet in octets[at:at + 32]) + ',' for at in range(0, len(octets), 32)]
    pathlib.Path(target).write_text(
        f'/* Made by tools/embed.py. */\n#include "{header}"\n\nstatic const uint8_t octets[] = {{\n' + '\n'.join(lines) +
        f'\n}};\n\nstruct cf_span {function}(void) {{\n    return (struct cf_span){{octets, sizeof octets}};\n}}\n')


if __name__ == '__main__':
    main()
