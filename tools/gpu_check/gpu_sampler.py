"""Samples of a GPU's load and memory while a program runs, by nvidia-smi. Standard library only."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from statistics import fmean

INTERVAL_MS = 100
FIELDS = ("utilization.gpu", "memory.used", "power.draw")


def summary(text: str) -> dict:
    """Means of nvidia-smi's lines: of all samples, and from the first to the last at which the GPU was busy."""
    rows = []
    for line in text.splitlines():
        try:
            rows.append([float(value) for value in line.split(",")])
        except ValueError:
            continue  # "[N/A]", or a line that was cut off
    rows = [row for row in rows if len(row) == len(FIELDS)]
    if not rows:
        return {"samples": 0}
    busy = [index for index, row in enumerate(rows) if row[0] > 0]
    active = rows[busy[0]:busy[-1] + 1] if busy else []
    return {"samples": len(rows), "interval_ms": INTERVAL_MS, "mean_percent": round(fmean(row[0] for row in rows), 1),
            "active_seconds": round(len(active) * INTERVAL_MS / 1000, 1),
            "active_percent": round(fmean(row[0] for row in active), 1) if active else 0.0,
            "highest_percent": max(row[0] for row in rows), "peak_memory_mib": max(row[1] for row in rows),
            "memory_before_mib": rows[0][1], "highest_watt": max(row[2] for row in rows)}


class Sampler:
    """`with Sampler(gpu) as load: ...`, then load.result. Where there is no nvidia-smi, the result says so."""

    def __init__(self, gpu: str | None) -> None:
        self.gpu, self.result, self.process = gpu, {"samples": 0}, None

    def __enter__(self) -> "Sampler":
        if self.gpu is None or not shutil.which("nvidia-smi"):
            self.result["reason"] = "no GPU was asked for" if self.gpu is None else "nvidia-smi is not there"
            return self
        self.stream = tempfile.TemporaryFile("w+")
        command = ["nvidia-smi", "-i", self.gpu, f"--query-gpu={','.join(FIELDS)}", "--format=csv,noheader,nounits", "-lms", str(INTERVAL_MS)]
        self.process = subprocess.Popen(command, stdout=self.stream, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.stream.seek(0)
        self.result = summary(self.stream.read())
        self.stream.close()
