#!/usr/bin/env python3
"""Decoding COCO run lengths, ours against pycocotools on the same masks.

    compare.py --benchmark build/release/bin/masks_benchmark [--rounds 7]

The two take turns on one CPU; CPU time counts, so that a busy machine disturbs less. Ours goes from the compressed text to rows of
bytes. Theirs is `pycocotools.mask.decode` of the same text to the array that it returns, whose columns are contiguous; and the same array
brought into rows (`numpy.ascontiguousarray`), which is what ours gives. The faster of the two is the one to beat. Needs requirements.txt.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import time

import numpy as np
from pycocotools import mask as coco

SIZES = [(360, 640), (720, 720), (720, 1280), (1080, 1920)]
SECONDS = 0.3  # of each measurement


def figure(height: int, width: int) -> np.ndarray:
    """The mask of masks_benchmark.cpp."""
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    far = (2 * x - width) ** 2 * height ** 2 + (2 * y - height) ** 2 * width ** 2
    ragged = (x * 37 + y * 61) % 23
    return (far * 100 < (45 + ragged) * width ** 2 * height ** 2).astype(np.uint8)


def microseconds(action) -> float:
    action()
    calls, begin = 0, time.process_time()
    while time.process_time() - begin < SECONDS:
        for _ in range(8):
            action()
        calls += 8
    return (time.process_time() - begin) / calls * 1e6


def ours(program: str, height: int, width: int) -> float:
    out = subprocess.run([program, f"--benchmark_filter=^decode_mask/{height}/{width}$", "--benchmark_format=json",
                          f"--benchmark_min_time={SECONDS}"], check=True, capture_output=True, text=True).stdout
    return json.loads(out)["benchmarks"][0]["cpu_time"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--benchmark", required=True, help="the program masks_benchmark")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print(f"{'mask':>10} {'ours':>9} {'pycocotools':>12} {'in rows':>9} {'ratio':>6}   medians in microseconds")
    for height, width in SIZES:
        mask = figure(height, width)
        encoded = coco.encode(np.asfortranarray(mask))
        assert np.array_equal(coco.decode(encoded), mask)
        times = {"ours": [], "theirs": [], "rows": [], "ratio": []}
        for _ in range(options.rounds):
            times["ours"].append(ours(options.benchmark, height, width))
            times["theirs"].append(microseconds(lambda: coco.decode(encoded)))
            times["rows"].append(microseconds(lambda: np.ascontiguousarray(coco.decode(encoded))))
            times["ratio"].append(min(times["theirs"][-1], times["rows"][-1]) / times["ours"][-1])
        medians = {name: statistics.median(values) for name, values in times.items()}
        print(f"{width:>5}x{height:<4} {medians['ours']:>9.1f} {medians['theirs']:>12.1f} {medians['rows']:>9.1f} {medians['ratio']:>6.2f}")


if __name__ == "__main__":
    main()
