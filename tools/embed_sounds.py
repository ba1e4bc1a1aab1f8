#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the C file that carries the spoken prompts: sounds/LANGUAGE/WORD.opus as arrays of octets, and a table of them.

  tools/embed_sounds.py FOLDER OUT.c OUT.d
"""
import os
import sys


def sounds(folder):
    found = []
    for language in sorted(os.listdir(folder)):
        inside = os.path.join(folder, language)
        if os.path.isdir(inside):
            found += [(language, name[:-5], os.path.join(inside, name)) for name in sorted(os.listdir(inside)) if name.endswith(".opus")]
    return found


def print_octets(out, name, octets):
    out.write("static const uint8_t %s[] = {\n" % name)
    for at in range(0, len(octets), 32):
        out.write(",".join(str(octet) for octet in octets[at:at + 32]) + ",\n")
    out.write("};\n")


def main(folder, target, dependencies):
    found = sounds(folder)
    with open(target, "w", encoding="ascii") as out:
        out.write('#include "adapt/opus/prompt_files.h"\n')
        for index, (_, _, path) in enumerate(found):
            with open(path, "rb") as sound:
                print_octets(out, "file_%d" % index, sound.read())
        out.write("const struct cf_prompt_file cf_prompt_files[] = {\n")
        for index, (language, word, _) in enumerate(found):
            out.write('{CF_STR_INIT("%s"), CF_STR_INIT("%s"), {file_%d, sizeof file_%d}},\n' % (language, word, index, index))
        out.write("};\nconst size_t cf_prompt_file_count = %d;\n" % len(found))
    with open(dependencies, "w", encoding="utf-8") as out:
        folders = sorted({os.path.dirname(path) for _, _, path in found})
        out.write("%s: %s\n" % (target, " ".join([path for _, _, path in found] + [folder] + folders)))


if __name__ == "__main__":
    main(*sys.argv[1:4])
