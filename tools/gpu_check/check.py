#!/usr/bin/env python3
"""Checks asbench on one GPU: correctness, speed, search and failures, in a few minutes.

    check.py --asbench build/release/bin/asbench --out gpu-check [--budget 480] [--steps features,cold]

Each step's results are in OUT/<group>.json as soon as it has found them; OUT/report.md and OUT/summary.json judge them
against the targets. A step that fails or takes too long does not stop the others. README.md beside this file says more.
Exit code: 0 no target was missed and every step ended well or was skipped with a reason; 1 otherwise; 2 wrong usage.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.dont_write_bytecode = True

import failure_steps
import feature_steps
import report
import search_steps
import setup_steps
import speed_steps
from runner import Check, Step, run_all

STEPS = (
    Step("versions", "01-setup", 60, setup_steps.versions),
    Step("inputs", "01-setup", 120, setup_steps.make_inputs),
    Step("features", "02-features", 100, feature_steps.features),
    Step("cold", "03-speed", 120, speed_steps.cold),
    Step("rival", "03-speed", 130, speed_steps.rival),
    Step("search", "05-search", 120, search_steps.search),
    Step("failures", "06-failures", 90, failure_steps.failures),
    Step("invariance", "02-features", 80, feature_steps.invariance),
    Step("scores", "02-features", 60, feature_steps.scores),
    Step("video", "04-video", 60, feature_steps.video),
    Step("gpu_tests", "01-setup", 60, setup_steps.gpu_tests),
    Step("precision", "02-features", 40, feature_steps.precision),
)
BUDGET_SECONDS = 480.0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--asbench", type=Path, help="the program: of a build (build/release/bin/asbench) or of a bundle")
    parser.add_argument("--out", type=Path, default=Path("gpu-check"), help="folder of the results (default: gpu-check)")
    parser.add_argument("--work", type=Path, help="folder of clips, weights and stores, 2 GB (default: OUT-work, beside OUT)")
    parser.add_argument("--budget", type=float, default=BUDGET_SECONDS, help=f"seconds for everything (default: {BUDGET_SECONDS:.0f})")
    parser.add_argument("--steps", help="only these, with commas between them (default: all; see --list)")
    parser.add_argument("--device", default="cuda:0", help="cuda:N; cpu tries the check itself (default: cuda:0)")
    parser.add_argument("--clips", type=int, default=640, help="clips of the speed steps (default: 640)")
    parser.add_argument("--drawn", type=int, default=160, help="how many of them are drawn; the rest are these with other bytes (default: 160)")
    parser.add_argument("--pictures", type=int, default=64, help="pictures of the step features; three times as many texts (default: 64)")
    parser.add_argument("--preset", choices=("tiny", "real"), default="real", help="size of the seeded weights (default: real)")
    parser.add_argument("--rounds", type=int, default=2, help="rounds against the rival (default: 2)")
    parser.add_argument("--rows", default="1000000/512,200000/768", help="cases of the search, ROWS/COLUMNS (default: 1000000/512,200000/768)")
    parser.add_argument("--patience", type=float, default=1.0, help="factor on each step's limit, for slow machines (default: 1)")
    parser.add_argument("--list", action="store_true", help="list the steps and their limits, and run nothing")
    options = parser.parse_args(arguments)
    if options.list:
        return options
    if options.asbench is None or not os.access(options.asbench, os.X_OK):
        parser.error(f"--asbench {options.asbench}: no program")
    if options.device != "cpu" and options.device.removeprefix("cuda").lstrip(":0123456789"):
        parser.error(f"--device {options.device}: cpu, cuda or cuda:N")
    names = [step.name for step in STEPS]
    unknown = [name for name in (options.steps or "").split(",") if name and name not in names]
    if unknown:
        parser.error(f"--steps {','.join(unknown)}: no such step; there are {', '.join(names)}")
    options.on_gpu = options.device != "cpu"
    options.gpu = (options.device.partition(":")[2] or "0") if options.on_gpu else None
    options.rows = [size for size in options.rows.split(",") if size]
    options.asbench = options.asbench.absolute()
    options.out = options.out.absolute()
    options.work = (options.work or options.out.with_name(options.out.name + "-work")).absolute()
    return options


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    if options.list:
        print(*(f"{step.name:11} {step.group}.json  {step.limit_seconds:.0f} s" for step in STEPS), sep="\n")
        return 0
    for folder in (options.out, options.work):
        folder.mkdir(parents=True, exist_ok=True)
    wanted = options.steps.split(",") if options.steps else [step.name for step in STEPS]
    cores = len(os.sched_getaffinity(0))
    check = Check(options, options.out, options.work, facts={"cores": cores})
    begin = time.monotonic()
    steps = [replace(step, limit_seconds=step.limit_seconds * options.patience) for step in STEPS if step.name in wanted]
    run_all(check, steps, options.budget, lambda line: print(line, flush=True))
    about = {"device": options.device, "cores": cores, "clips": options.clips, "weights": options.preset,
             "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - (time.monotonic() - begin))),
             "seconds": round(time.monotonic() - begin, 1)}
    verdicts = report.write(options.out, check.records, options.on_gpu, about)
    print("", *(f"{v.verdict:8} {v.target}: {v.measured or v.reason}" for v in verdicts), "", options.out / "report.md", sep="\n")
    good = all(v.verdict != "fail" for v in verdicts) and all(r["state"] in ("done", "skipped") for r in check.records.values())
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
