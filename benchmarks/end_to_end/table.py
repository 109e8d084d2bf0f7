#!/usr/bin/env python3
"""The measured numbers as Markdown, each beside its target. Standard library only.

    table.py WORK/results.json      prints the table of an earlier run again
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path


def ratios(ours: list[dict], theirs: list[dict]) -> list[float]:
    """Wall-time ratios round by round; a side that ran once stands for every round."""
    if len(theirs) == 1:
        theirs = theirs * len(ours)
    return [a["wall_seconds"] / b["wall_seconds"] for a, b in zip(ours, theirs)]


def spread(values: list[float], digits: int, unit: str = "") -> str:
    middle = f"{statistics.median(values):.{digits}f}{unit}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def verdict(value: float, target: float, at_most: bool) -> str:
    return "reached" if (value <= target if at_most else value >= target) else "missed"


def target_row(what: str, values: list[float], target: float, at_most: bool, digits: int = 2, unit: str = "") -> str:
    sign = "≤" if at_most else "≥"
    return (f"| {what} | {sign} {target:.2f}{unit} | {spread(values, digits, unit)} | "
            f"{verdict(statistics.median(values), target, at_most)} |")


def gemm_shares(runs: list[dict]) -> list[float]:
    """Encode FLOP/s over the float32 GEMM FLOP/s measured just before and after the same run."""
    shares = []
    for run in runs:
        stages = run.get("stages", {})
        if stages.get("encode_seconds") and stages.get("encode_flops") and run.get("gemm_gflops"):
            speed = stages["encode_flops"] / stages["encode_seconds"] / 1e9
            shares.append(speed / statistics.mean(run["gemm_gflops"]))
    return shares


def preprocess_ratio(preprocess: dict) -> list[float]:
    """A frame to CLIP's input: the program against Pillow with the least that NumPy can do around it."""
    return [preprocess["asbench"]["preprocess_frame/clip_720x480"] / preprocess["pillow"]["numpy"]] if preprocess else []


def targets(results: dict) -> list[str]:
    runs = results["runs"]
    cold, warm, python = runs["asbench_cold"], runs["asbench_warm"], runs["python"]
    rows = ["| measure | target | measured | |", "|---|---|---|---|",
            target_row("wall time, cold store / well-written Python", ratios(cold, python), 0.70, True)]
    if "vbench_style" in runs:
        rows.append(target_row("wall time, cold store / VBench style", ratios(cold, runs["vbench_style"]), 0.25, True, 3))
    rows.append(target_row("wall time, warm store / well-written Python", ratios(warm, python), 0.05, True, 4))
    if shares := gemm_shares(cold):
        rows.append(target_row("encode phase, share of GEMM peak", shares, 0.85, False))
    if ratio := preprocess_ratio(results["preprocess"]):
        rows.append(target_row("720x480 to 224 pictures a second, one thread / Pillow", ratio, 2.0, False))
    rows.append(target_row("start-up, `asbench metrics list`", results["start_up_seconds"], 0.15, True, 3, " s"))
    return rows


def processes(results: dict) -> list[str]:
    names = {"asbench_cold": "asbench score, cold store", "asbench_warm": "asbench score, warm store",
             "python": "well-written Python", "vbench_style": "VBench style",
             "asbench_frames": "asbench score, PNG frames", "python_frames": "well-written Python, PNG frames"}
    rows = ["| process | runs | wall seconds | CPU seconds | peak memory | other processes | stolen |",
            "|---|---|---|---|---|---|---|"]
    for key, name in names.items():
        if runs := results["runs"].get(key):
            column = {field: [run[field] for run in runs] for field in runs[0] if isinstance(runs[0][field], float)}
            rows.append(f"| {name} | {len(runs)} | {spread(column['wall_seconds'], 2)} | {spread(column['cpu_seconds'], 1)} | "
                        f"{max(column['peak_mib']):.0f} MiB | {max(column['others_percent']):.0f} % | "
                        f"{max(column['stolen_percent']):.0f} % |")
    return rows


PYTHON_STAGES = {"import": "import", "load": "load", "decode": "decode", "preprocess": "preprocess", "encode": "encode",
                 "encode_text": "encode text", "metrics": "metrics", "total_in_process": "total"}


def stages(results: dict) -> list[str]:
    """Median seconds by stage of both sides, a row for every stage that either names."""
    ours, theirs = ([run.get("stages", {}) for run in results["runs"][key]] for key in ("asbench_cold", "python"))

    def medians(runs: list[dict], names: dict[str, str]) -> dict[str, str]:
        return {title: f"{statistics.median(run[key] for run in runs):.3f}" for key, title in names.items()
                if all(key in run for run in runs)}

    own_names = {key: key.removesuffix("_seconds").replace("_", " ") for run in ours for key in run if key.endswith("_seconds")}
    left, right = medians(ours, own_names), medians(theirs, PYTHON_STAGES)
    rows = ["| stage | asbench, cold store | well-written Python |", "|---|---|---|"]
    return rows + [f"| {title} | {left.get(title, '–')} | {right.get(title, '–')} |" for title in {**right, **left}]


def agreement(results: dict) -> list[str]:
    same = {entry["metric"]: entry for entry in results["agreement"]["same_pixels"]}
    rows = ["| metric | system mean, each decoding the videos | worst story, identical pixels |", "|---|---|---|"]
    for entry in results["agreement"]["videos"]:
        rows.append(f"| {entry['metric']} | {entry['system']:.1e} | {same[entry['metric']]['worst_story']:.1e} |")
    return rows


def markdown(results: dict) -> str:
    machine, runs = results["machine"], results["runs"]
    gemm = [value for run in runs["asbench_cold"] for value in run.get("gemm_gflops", [])]
    versions = ", ".join(f"{name} {version}" for name, version in results["python"].items())
    lines = [f"{machine['cpu']}, {machine['cpus']} CPUs, {machine['memory_gib']} GiB, {machine['system']}; "
             f"{results['threads']} threads on as many CPUs; float32 GEMM {spread(gemm, 0, ' GFLOP/s')}.",
             f"{results['program'][0]}. Python {machine['python']}: {versions}.", "",
             *targets(results), "", *processes(results), "",
             "Seconds by stage (medians; asbench sums a stage over its threads, and its stages overlap):", "",
             *stages(results), "", "Differences between the two programs' scores:", "", *agreement(results)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(markdown(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), end="")
