"""Step 05-search: FAISS on the GPU against FAISS on the CPU and against float64."""

from __future__ import annotations

import json
import os

from inputs import neighbour
from runner import Check, StepFailed
from setup_steps import python_facts


def benchmark_rows(text: str) -> list[dict]:
    """Google Benchmark's JSON, the part that counts. Its counters stand beside its own fields."""
    rows = []
    for entry in json.loads(text)["benchmarks"]:
        if entry.get("run_type") == "aggregate":
            continue
        _, side, count, width = entry["name"].split("/")[:4]
        row = {"side": side, "rows": int(count), "columns": int(width)}
        if entry.get("error_occurred"):
            row["error"] = entry["error_message"]
        else:
            row |= {name: entry[name] for name in ("real_time", "time_unit", "label", "build_seconds", "same", "rows_apart", "above_nearest", "queries/s")
                    if name in entry}
        rows.append(row)
    return rows


def search(check: Check) -> None:
    python_facts(check)
    program = neighbour(check, "similarity_benchmark")
    environment = {} if not check.options.on_gpu else {"CUDA_VISIBLE_DEVICES": visible_device(check.options.gpu)}
    for size in check.options.rows:
        done = check.run([program, f"--benchmark_filter=^search/[a-z]+/{size}/", "--benchmark_format=json"], environment=environment)
        rows = {row["side"]: row for row in benchmark_rows(done.out)}
        if "cpu" not in rows:
            raise StepFailed(f"similarity_benchmark has no case {size}")
        ratio = {}
        if "real_time" in rows["cpu"] and "real_time" in rows.get("gpu", {}):
            ratio = {"cpu seconds / gpu seconds": round(rows["cpu"]["real_time"] / rows["gpu"]["real_time"], 2)}
        check.put(size, rows | ratio)


def visible_device(gpu: str) -> str:
    """The benchmark asks for GPU 0: which one that is, among those that this process may see."""
    visible = [name for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
    return visible[int(gpu)] if int(gpu) < len(visible) else gpu
