#!/usr/bin/env python3
"""Reads a result document (asbench/result@1) and prints its metrics as a table.

    read_document.py RESULT.json [METRIC]

With METRIC, the stories of that metric follow, worst first. Needs nothing but Python's standard library.
"""
import json
import sys

# A metric without a direction is a control: no end of it is better.
ARROWS = {"higher": "^", "lower": "v", "none": ""}


def text(value):
    """A number of the document; null means that it could not be measured, and a finding says why."""
    return "-" if value is None else f"{value:.4f}"


def print_metrics(document):
    coverage = document["coverage"]
    print(f"{document['system']['name']}: {coverage['scored_shots']} of {coverage['expected_shots']} shots scored, "
          f"missing={coverage['policy']}" + ("" if document["canonical"] else ", not canonical"))
    print(f"{'metric':<30} {'mean':>9}  {'95 % interval':>20}  {'N':>5}")
    for name, metric in document["metrics"].items():
        interval = " .. ".join(map(text, metric["ci95"])) if metric["ci95"] else "-"
        label = f"{name} {ARROWS[metric['direction']]}".strip()
        print(f"{label:<30} {text(metric['mean']):>9}  {interval:>20}  {metric['n_evaluated']:>5}")


def print_stories(document, name):
    metric = document["metrics"].get(name)
    if metric is None:
        raise SystemExit(f"read_document.py: the document has no metric {name}; it has: {', '.join(document['metrics'])}")
    values = [(story["id"], story["metrics"][name]["mean"]) for story in document["stories"] if name in story["metrics"]]
    measured = sorted((value, story) for story, value in values if value is not None)
    print(f"\n{name} by story")
    for value, story in measured if metric["direction"] != "lower" else reversed(measured):
        print(f"{text(value):>9}  {story}")
    for story, value in values:
        if value is None:
            print(f"{'-':>9}  {story}")


def main(arguments):
    if len(arguments) not in (2, 3):
        raise SystemExit(__doc__.strip())
    with open(arguments[1], encoding="utf-8") as file:
        document = json.load(file)
    if document.get("schema") != "asbench/result@1":
        raise SystemExit(f"read_document.py: {arguments[1]} is not a result document (schema asbench/result@1)")
    print_metrics(document)
    if len(arguments) == 3:
        print_stories(document, arguments[2])


if __name__ == "__main__":
    main(sys.argv)
