#!/usr/bin/env python3
"""Distribution metrics and similarity search against their targets: the table of docs/performance.md.

    compare.py --asbench build/release/bin/asbench --work build/benchmark [--threads 2] [--rounds 3] [CASE ...]

`asbench distribution` and scipy's matrix root or the prdc package take turns on the same features, each as a process of its own with the
same number of threads, bound to as many CPUs. Ours is timed from start to exit; theirs without imports and reading, which favours them.
Memory is the process's peak. The search among a million rows is similarity_benchmark's (7 GB of memory). Needs requirements.txt.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "end_to_end"))
import machine  # noqa: E402

NEIGHBOURS = 5
PRDC = ("precision", "recall", "density", "coverage")


@dataclass(frozen=True)
class Case:
    what: str
    rows: int           # N = M
    dim: int
    metrics: tuple
    other: str | None   # the side it is compared with
    faster: float = 0   # target: at least so many times
    share: float = 0    # target: at most this share of the other's memory
    mib: float = 0      # target: at most so much memory


CASES = {
    "frechet_2000": Case("Fréchet, N = 2,000, d = 2,048", 2000, 2048, ("frechet",), "scipy", faster=10),
    "frechet_200": Case("Fréchet, N = 200, d = 2,048", 200, 2048, ("frechet",), "scipy", faster=300),
    "prdc_5000": Case("PRDC, N = M = 5,000, d = 400", 5000, 400, PRDC, "prdc", faster=5, share=0.25),
    "prdc_50000": Case("PRDC, N = M = 50,000, d = 400", 50000, 400, PRDC, None, mib=4096),
}
SEARCH = "search_1000000"
NAMES = {"scipy": "scipy sqrtm", "prdc": "prdc package"}


def features(path: Path, rows: int, dim: int, seed: int) -> None:
    import numpy as np
    if path.exists():
        return
    random = np.random.default_rng(seed)
    scale = np.sqrt(np.arange(1, dim + 1))
    np.save(path, (random.standard_normal((rows, dim)) / scale + (0.01 if seed % 2 else 0.0)).astype(np.float32))


def their_side(kind: str, real: str, generated: str) -> None:
    """What a child process does: the other side's computation, with its own seconds."""
    import numpy as np
    x, y = (np.load(path).astype(np.float64) for path in (real, generated))
    if kind == "scipy":
        import scipy.linalg
        begin = time.perf_counter()
        s_x, s_y = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
        root = scipy.linalg.sqrtm(s_x @ s_y)
        difference = x.mean(0) - y.mean(0)
        found = {"frechet": difference @ difference + np.trace(s_x) + np.trace(s_y) - 2 * np.trace(root).real}
    else:
        import prdc
        begin = time.perf_counter()
        found = prdc.compute_prdc(x, y, NEIGHBOURS)
    print(json.dumps({"seconds": time.perf_counter() - begin, **{key: float(value) for key, value in found.items()}}))


def run(command: list, log: Path, threads: int) -> tuple[dict, machine.Cost]:
    environment = {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    cost = machine.run_measured([str(part) for part in command], log, environment)
    text = log.read_text()
    return json.loads(text[text.index("{"):]), cost


def measure(name: str, options: argparse.Namespace) -> dict:
    case = CASES[name]
    real, generated = (options.work / f"{side}_{case.rows}_{case.dim}.npy" for side in ("real", "generated"))
    features(real, case.rows, case.dim, 2)
    features(generated, case.rows, case.dim, 3)
    result = {"ours": [], "theirs": [], "difference": 0.0}
    for turn in range(options.rounds):
        log = options.work / "logs" / f"{name}_{turn}"
        found, cost = run([options.asbench, "distribution", "--real", real, "--generated", generated, "--metrics", ",".join(case.metrics),
                           "--no-noise-floor", "--threads", options.threads, "--k", NEIGHBOURS], log.with_suffix(".asbench"), options.threads)
        result["ours"].append({**cost.as_json(), "seconds": cost.wall_seconds})
        if not case.other:
            break
        compared, cost = run([sys.executable, __file__, "--side", case.other, real, generated], log.with_suffix("." + case.other), options.threads)
        result["theirs"].append({**cost.as_json(), "seconds": compared["seconds"]})
        for metric in case.metrics:
            result["difference"] = max(result["difference"], abs(found[metric] - compared[metric]) / abs(compared[metric]))
    return result


def measure_search(options: argparse.Namespace) -> dict:
    program = options.asbench.parent / "similarity_benchmark"
    log = options.work / "logs" / f"{SEARCH}.json"
    found, cost = run([program, "--benchmark_filter=/1000000", "--benchmark_format=json"], log, options.threads)
    devices = {row["name"].split("/")[1]: row for row in found["benchmarks"] if not row.get("error_occurred")}
    return {"devices": {name: {"label": row["label"], "seconds": row["real_time"], "build": row["build_seconds"], "same": row.get("same")}
                        for name, row in devices.items()}, **cost.as_json()}


def spread(values: list[float], digits: int = 1) -> str:
    middle = f"{statistics.median(values):.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def verdict(reached: bool) -> str:
    return "reached" if reached else "missed"


def table(results: dict) -> list[str]:
    lines = ["| measure | target | measured | |", "|---|---|---|---|"]
    for name, case in CASES.items():
        if name not in results:
            continue
        ours, theirs = results[name]["ours"], results[name]["theirs"]
        if theirs:
            ratios = [b["seconds"] / a["seconds"] for a, b in zip(ours, theirs)]
            lines.append(f"| {case.what}: {NAMES[case.other]} / asbench, seconds | ≥ {case.faster:g} | {spread(ratios)} | "
                         f"{verdict(statistics.median(ratios) >= case.faster)} |")
        if case.share:
            share = max(run["peak_mib"] for run in ours) / min(run["peak_mib"] for run in theirs)
            lines.append(f"| the same: asbench's share of the package's memory | ≤ {case.share:g} | {share:.2f} | {verdict(share <= case.share)} |")
        if case.mib:
            mib = max(run["peak_mib"] for run in ours)
            lines.append(f"| {case.what}: memory | ≤ {case.mib:g} MiB | {mib:.0f} MiB | {verdict(mib <= case.mib)} |")
    search = results.get(SEARCH, {}).get("devices", {})
    if "gpu" in search:
        ratio = search["cpu"]["seconds"] / search["gpu"]["seconds"]
        lines.append(f"| 800 queries in 1,000,000 x 512: FAISS on the CPU / on the GPU, seconds | ≥ 20 | {ratio:.1f} | {verdict(ratio >= 20)} |")
        lines.append(f"| the same: share of equal nearest rows | 1 | {search['gpu']['same']:.4f} | {verdict(search['gpu']['same'] == 1)} |")
    lines += ["", "| case | asbench, s | other side, s | asbench's memory | other's memory | largest relative difference |", "|---|---|---|---|---|---|"]
    for name, case in CASES.items():
        if name not in results:
            continue
        ours, theirs = results[name]["ours"], results[name]["theirs"]
        memory = [f"{max(run['peak_mib'] for run in side):.0f} MiB" if side else "–" for side in (ours, theirs)]
        other = f"{spread([run['seconds'] for run in theirs], 2)} ({NAMES[case.other]})" if theirs else "–"
        difference = f"{results[name]['difference']:.1e}" if theirs else "–"
        lines.append(f"| {case.what} | {spread([run['seconds'] for run in ours], 3)} | {other} | {memory[0]} | {memory[1]} | {difference} |")
    if search:
        lines += ["", "| 800 queries in 1,000,000 x 512 | seconds | copying the rows, s |", "|---|---|---|"]
        lines += [f"| {device['label']} | {device['seconds']:.2f} | {device['build']:.1f} |" for device in search.values()]
    return lines


def heading(options: argparse.Namespace, results: dict) -> list[str]:
    here = machine.describe()
    commit = subprocess.run(["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("numpy", "scipy", "scikit-learn", "prdc"))
    runs = [run for case in results.values() for side in ("ours", "theirs") for run in case.get(side, [])]
    others = max((run["others_percent"] for run in runs), default=0.0)
    stolen = max((run["stolen_percent"] for run in runs), default=0.0)
    return [f"Measured {datetime.date.today()} at commit {commit or 'unknown'}.", "",
            f"{here['cpu']}, {here['cpus']} CPUs, {here['memory_gib']} GiB, {here['system']}; {options.threads} threads. Python {here['python']}: {packages}. "
            f"Other processes took up to {others:.0f} % of the machine during a run, other machines {stolen:.0f} %.", ""]


def main() -> None:
    if sys.argv[1:2] == ["--side"]:
        their_side(*sys.argv[2:5])
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--asbench", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder for features (about 250 MB), logs, results.json and table.md")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"some of {', '.join([*CASES, SEARCH])} (default: all)")
    options = parser.parse_args()
    if unknown := set(options.cases) - {*CASES, SEARCH}:
        parser.error(f"no such case: {', '.join(sorted(unknown))}. There are: {', '.join([*CASES, SEARCH])}")
    options.work = options.work / "distribution"
    options.work.mkdir(parents=True, exist_ok=True)
    machine.keep_to_cpus(options.threads)
    results = {}
    for name in options.cases or [*CASES, SEARCH]:
        print(f"{name} ...", file=sys.stderr, flush=True)
        results[name] = measure_search(options) if name == SEARCH else measure(name, options)
    text = "\n".join(heading(options, results) + table(results)) + "\n"
    (options.work / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (options.work / "table.md").write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
