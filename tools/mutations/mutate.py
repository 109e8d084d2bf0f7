#!/usr/bin/env python3
"""Breaks the code on purpose, one change at a time, and shows which tests notice.

    tools/mutations/mutate.py tools/mutations/document.json [--build build/release]

The list names the test programs and, for each mutation, a file, a text that occurs once in it and its replacement. Each
mutation is applied, the test programs are built and run, and the file is put back. The table goes to standard output, in
Markdown; the tables beside the tests (MUTATIONS.md) were made so. Exit 1 when a mutation goes unseen that the list does not
explain ("unseen": "why"). Run it in a clean working tree: it edits the sources.
"""
import argparse, json, pathlib, re, subprocess, sys

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("list", type=pathlib.Path)
parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
parser.add_argument("--first", type=int, default=0, help="begin with this mutation of the list, from 0")
options = parser.parse_args()
root = pathlib.Path(__file__).resolve().parents[2]
plan = json.loads(options.list.read_text())


def build():
    return subprocess.run(["cmake", "--build", str(options.build), "--target", *plan["programs"]], cwd=root,
                          capture_output=True, text=True)


def failures():
    names = []
    for program in plan["programs"]:
        binary = root / options.build / "bin" / program
        run = subprocess.run([str(binary)], cwd=root, capture_output=True, text=True, timeout=600)
        failed = [name for name in re.findall(r"^\[  FAILED  \] (\S+?),? ", run.stdout, re.M) if "." in name]
        names += failed or ([f"{program} ended with {run.returncode}"] if run.returncode else [])
    return list(dict.fromkeys(names))


def cell(text):
    text = " ".join(text.split())
    return "`" + (text if len(text) < 110 else text[:107] + "...").replace("|", "\\|") + "`"


if build().returncode or (before := failures()):
    sys.exit("the unchanged code does not build, or its tests fail")
print("| file | what was broken | tests that fail |\n|---|---|---|")
unseen = 0
for mutation in plan["mutations"][options.first:]:
    path = root / mutation["file"]
    text = path.read_text()
    if text.count(mutation["old"]) != 1:
        sys.exit(f"{mutation['file']}: expected once, found {text.count(mutation['old'])} times: {mutation['old']}")
    try:
        path.write_text(text.replace(mutation["old"], mutation["new"]))
        built = build()
        if built.returncode:
            print(f"{mutation['file']}: does not compile: {mutation['new']}\n{built.stdout[-2000:]}", file=sys.stderr)
            unseen += 1
            continue
        failed = failures()
    finally:
        path.write_text(text)
    if failed:
        seen = ", ".join(failed[:3]) + (f" and {len(failed) - 3} more" if len(failed) > 3 else "")
    else:
        seen = "none: " + mutation.get("unseen", "UNEXPLAINED")
        unseen += "unseen" not in mutation
    print(f"| `{mutation['file']}` | {cell(mutation['old'])} → {cell(mutation['new'])} | {seen} |", flush=True)
build()
sys.exit(1 if unseen else 0)
