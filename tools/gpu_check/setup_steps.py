"""Steps 01-setup: what is here, the tests that need a GPU, and the inputs of the other steps."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import inputs
from runner import Check, Skip, StepFailed

HERE = Path(__file__).resolve().parent
GPU_QUERY = "name,driver_version,memory.total,memory.used,compute_cap,clocks.max.sm"
GPU_TESTS = ("encoders_gpu_test",)


def torch_side(*words: object) -> list[object]:
    return [sys.executable, HERE / "torch_side.py", *words]


def python_facts(check: Check) -> dict:
    """Versions of this Python's libraries; asked once."""
    if "python" not in check.facts:
        found = json.loads(check.run(torch_side("versions")).out.splitlines()[-1])
        check.facts["python"] = found
        if folder := found.get("torch_folder"):
            check.environment.setdefault("ASBENCH_TORCH", folder)  # a bundle's start script asks for it
    return check.facts["python"]


def need_python(check: Check, *names: str) -> None:
    """Skips the step when this Python lacks a library, or CUDA where the check is one of a GPU."""
    found = python_facts(check)
    missing = [name for name in names if name not in found]
    if missing:
        raise Skip(f"{sys.executable} has no {', '.join(missing)}")
    if check.options.on_gpu and not found["cuda"]:
        raise Skip(f"the PyTorch of {sys.executable} finds no GPU")


def versions(check: Check) -> None:
    cpu = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), "unknown")
    memory = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    check.put("machine", {"cpu": cpu, "cores": len(os.sched_getaffinity(0)), "memory_gib": round(int(memory.split()[1]) / 2**20, 1)})
    if shutil.which("nvidia-smi"):
        done = check.run(["nvidia-smi", f"--query-gpu={GPU_QUERY}", "--format=csv,noheader"], expect=None)
        check.put("gpus", done.out.splitlines())
    else:
        check.put("gpus", "nvidia-smi is not there")
    check.put("python", python_facts(check))
    check.put("ffmpeg", shutil.which("ffmpeg"))
    check.put("asbench", check.run([check.options.asbench, "--version"]).out.splitlines())


def gpu_tests(check: Check) -> None:
    """The project's own tests on a real GPU, where they were built or bundled."""
    folder = Path(check.options.asbench).parent
    found = [name for name in GPU_TESTS if (folder / name).is_file()]
    if not found:
        raise Skip(f"{', '.join(GPU_TESTS)}: not beside {check.options.asbench}")
    python_facts(check)
    for name in found:
        report = check.work / f"{name}.json"
        report.unlink(missing_ok=True)
        done = check.run([folder / name, f"--gtest_output=json:{report}"], expect=None)
        cases = [case for suite in json.loads(report.read_text())["testsuites"] for case in suite["testsuite"]] if report.is_file() else []
        check.put(name, {"exit": done.code, "passed": [c["name"] for c in cases if c["result"] == "COMPLETED" and "failures" not in c],
                         "skipped": [c["name"] for c in cases if c["result"] == "SKIPPED"],
                         "failed": {c["name"]: [f["failure"] for f in c["failures"]] for c in cases if "failures" in c}})
        if done.code != 0:
            raise StepFailed(f"{name} ended with {done.code}: {done.tail.strip()[-300:]}")


def make_inputs(check: Check) -> None:
    python_facts(check)
    inputs.weights(check)
    check.put("weights", check.options.preset)
    split = inputs.clips(check)
    files = sorted(split.rglob("*.mp4"))
    check.put("clips", {"number": len(files), "drawn": min(check.options.drawn, len(files)), "mib": round(sum(f.stat().st_size for f in files) / 2**20, 1)})
    inputs.pictures(check)
    check.put("pictures", check.options.pictures)
