#!/usr/bin/env python3
"""Compares result documents that two versions of asbench wrote of the same inputs, value by value.

    compare.py BEFORE AFTER        folders of result documents (*.json), or two documents

Every value of a document in BEFORE must stand in the document of the same name in AFTER, equal: numbers to the last digit.
What AFTER has in addition is counted by place. Not compared: `provenance` apart from weights, decoder, products and libraries
(time, commit and threads say nothing about numbers); with --signatures-may-differ the signatures' text; with
--wording-may-differ the details of findings, titles and definitions of metrics, the lines of `overrides` and the hashes of the
documents that values are normalised by, which hold such words; with --decoder-may-differ the decoder's name.
Exit status: 0 all equal, 1 something differs or is missing.
"""
import argparse
import collections
import json
import pathlib
import sys

KEPT_PROVENANCE = ("weights", "decoder", "products", "libraries")


def load(path, left_out=()):
    document = json.loads(path.read_text())
    provenance = document.get("provenance") or {}
    document["provenance"] = {key: provenance[key] for key in KEPT_PROVENANCE if key in provenance and key not in left_out}
    return document


def general(place):
    """The place with * for list indices and ids of metrics, so that additions can be counted."""
    above = [""] + place
    return ["*" if step.isdigit() or above[i] == "metrics" else step for i, step in enumerate(place)]


class Comparison:
    def __init__(self, signatures, wording):
        self.signatures = signatures
        self.wording = wording
        self.equal = 0
        self.numbers = 0
        self.differences = []
        self.added = collections.Counter()

    def is_wording(self, place):
        return (place[:2] == ["coverage", "findings"] and place[-1:] == ["detail"]) or place[:1] == ["overrides"] \
            or (place[:1] == ["normalised_between"] and place[-1:] == ["sha256"]) \
            or (place[2:3] == ["description"] and place[-1] in ("title", "definition", "source"))

    def walk(self, before, after, place):
        if not self.wording and self.is_wording(place):
            return
        if isinstance(before, dict) and isinstance(after, dict):
            for key in before:
                if key not in after:
                    self.differences.append(("/".join(place + [key]), "missing afterwards", ""))
                else:
                    self.walk(before[key], after[key], place + [key])
            for key in after:
                if key not in before:
                    self.added["/".join(general(place) + [key])] += 1
        elif isinstance(before, list) and isinstance(after, list):
            if len(before) != len(after):
                self.differences.append(("/".join(place), f"{len(before)} entries", f"{len(after)} entries"))
            for index, (one, other) in enumerate(zip(before, after)):
                self.walk(one, other, place + [str(index)])
        elif place[-1] == "signature" and not self.signatures:
            return
        elif type(before) is not type(after) or before != after:
            self.differences.append(("/".join(place), repr(before), repr(after)))
        else:
            self.equal += 1
            self.numbers += isinstance(before, (int, float)) and not isinstance(before, bool)


def documents(path):
    return {file.name: file for file in sorted(path.glob("*.json"))} if path.is_dir() else {path.name: path}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("before", type=pathlib.Path)
    parser.add_argument("after", type=pathlib.Path)
    parser.add_argument("--signatures-may-differ", action="store_true")
    parser.add_argument("--wording-may-differ", action="store_true")
    parser.add_argument("--decoder-may-differ", action="store_true")
    options = parser.parse_args()
    before, after = documents(options.before), documents(options.after)
    if not options.before.is_dir():
        after = dict(zip(before, after.values()))
    if not before:
        sys.exit(f"{options.before}: no result documents")
    failed = False
    added = collections.Counter()
    print("| document | values equal | of which numbers | different or missing |\n|---|---|---|---|")
    for name, path in before.items():
        if name not in after:
            print(f"| {name} | | | missing afterwards |")
            failed = True
            continue
        comparison = Comparison(not options.signatures_may_differ, not options.wording_may_differ)
        left_out = ("decoder",) if options.decoder_may_differ else ()
        comparison.walk(load(path, left_out), load(after[name], left_out), [])
        added += comparison.added
        print(f"| {name} | {comparison.equal} | {comparison.numbers} | {len(comparison.differences)} |")
        for place, one, other in comparison.differences[:20]:
            print(f"  {name}: {place}: {one} -> {other}", file=sys.stderr)
        failed |= bool(comparison.differences)
    if added:
        print("\nAdded: " + ", ".join(f"`{place}` ({count})" for place, count in sorted(added.items())))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
