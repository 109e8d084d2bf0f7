#!/usr/bin/env python3
"""Follows CONTRIBUTING.md, "A worked example": writes what it tells to write into a folder.

    follow_metric_recipe.py SOURCE OUT

A paragraph that begins with `path`: names the file of the code block after it. A new file is written whole. Of a file that
exists in SOURCE, the block holds lines to add: an #include goes behind the file's last one of its folder, a line of
registry.cpp into the list of measures, a line of metrics.json into the list of metrics.
"""
import pathlib
import re
import sys


def blocks(text):
    section = text.split("#### A worked example", 1)[1].split("\n### ", 1)[0]
    return re.findall(r"^`([^`\n]+)`[^\n]*:\n+```\w*\n(.*?)^```$", section, flags=re.S | re.M)


def add_lines(path, text, lines):
    for line in lines:
        if line.startswith("#include"):
            place = [match.end() for match in re.finditer(r'^#include "metrics/story/[^\n]*\n', text, flags=re.M)][-1]
            text = text[:place] + line + "\n" + text[place:]
        elif path.endswith("registry.cpp"):
            place = text.index("        copy_rate(),\n")
            text = text[:place] + "        " + line.strip() + "\n" + text[place:]
        elif path.endswith("metrics.json"):
            place = text.index('    {"id": "copy_rate"')
            text = text[:place] + "    " + line.strip().rstrip(",") + ",\n" + text[place:]
        else:
            sys.exit(f"CONTRIBUTING.md: the recipe adds to {path}, which this script does not know how to do")
    return text


def main():
    source, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    found = blocks((source / "CONTRIBUTING.md").read_text())
    if len(found) < 4:
        sys.exit(f"CONTRIBUTING.md: expected at least 4 named code blocks in the worked example, found {len(found)}")
    written = {}
    for path, code in found:
        if (source / path).exists():
            text = written.get(path, (source / path).read_text())
            code = add_lines(path, text, [line for line in code.split("\n") if line.strip()])
        written[path] = code
    for path, text in written.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        if not (out / path).exists() or (out / path).read_text() != text:
            (out / path).write_text(text)


main()
