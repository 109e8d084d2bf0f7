#!/usr/bin/env python3
"""What the benchmark needs to know from Python's own libraries, as one JSON line.

    python_side.py gemm --threads 2   GFLOP/s of a float32 matrix product, 2048 x 2048 x 2048
    python_side.py versions           versions of the libraries that the pipelines use
"""

from __future__ import annotations

import argparse
import json
import statistics
import time


def rates(work, seconds: float) -> list[float]:
    """Calls a second of `work`, one value a call, over `seconds` after a warm-up of a tenth."""
    values, end = [], time.perf_counter() + seconds * 1.1
    warm = time.perf_counter() + seconds * 0.1
    while time.perf_counter() < end:
        begin = time.perf_counter()
        work()
        now = time.perf_counter()
        if begin >= warm:
            values.append(1 / (now - begin))
    return values


def gemm(threads: int, seconds: float) -> dict:
    import torch

    torch.set_num_threads(threads)
    n = 2048
    left, right, out = torch.randn(n, n), torch.randn(n, n), torch.empty(n, n)
    speeds = [2 * n**3 * rate / 1e9 for rate in rates(lambda: torch.mm(left, right, out=out), seconds)]
    return {"median_gflops": statistics.median(speeds), "best_gflops": max(speeds)}


def versions() -> dict:
    from importlib import metadata

    names = ("torch", "transformers", "Pillow", "opencv-python-headless", "numpy", "safetensors", "tokenizers", "torchvision")
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("gemm", "versions"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=2.0)
    arguments = parser.parse_args()
    print(json.dumps(gemm(arguments.threads, arguments.seconds) if arguments.what == "gemm" else versions()))


if __name__ == "__main__":
    main()
