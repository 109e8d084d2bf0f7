#!/usr/bin/env python3
"""`asbench score` and the Python way, side by side on the same videos, encoders and CPUs.

Makes seeded weights of real size, then, round by round and one after the other:
  A  asbench score, empty store          B  python_pipeline.py
  C  asbench score, the store of A       D  vbench_style_pipeline.py (once; --vbench-rounds)
Whole processes are timed, from start to end. Prints a Markdown table (standard output and WORK/table.md) with the medians,
the ratios' ranges and the targets; every number is in WORK/results.json. Ends with exit code 1 when the scores of the two
programs are further apart than two decoders allow, or, on identical pixels, than float32 allows.

    run.py --asbench build/release/bin/asbench --python VENV/bin/python --split DEMO --work WORK

VENV holds requirements.txt. Run it on an otherwise idle machine: what else runs is printed, not corrected for.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import agreement
import machine
import table

HERE = Path(__file__).resolve().parent
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}  # no look-ups on the hub by either side
FRAME_LAYOUT = "{ip}/generated_video_{prompt}_{shot}_demo"


class Bench:
    """One comparison: knows the command lines and keeps every measured run."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments, self.work = arguments, arguments.work
        self.weights = arguments.weights or self.work / "weights"
        self.runs: dict[str, list[dict]] = {}
        self.environment = OFFLINE | {"OMP_NUM_THREADS": str(arguments.threads)}

    def measure(self, name: str, command: list[str], extra: dict | None = None) -> dict:
        number = len(self.runs.setdefault(name, []))
        cost = machine.run_measured(command, self.work / "logs" / f"{name}-{number}.log", self.environment)
        self.runs[name].append(cost.as_json() | (extra or {}))
        print(f"  {name:16} {cost.wall_seconds:8.3f} s   peak {cost.peak_mib:7.0f} MiB   "
              f"others {cost.others_percent:.0f} % of the CPUs", file=sys.stderr, flush=True)
        return self.runs[name][-1]

    def score(self, name: str, store: Path, outputs: Path, *extra: str) -> Path:
        out = self.work / f"{name}.json"
        a = self.arguments
        command = [str(a.asbench), "score", "--split", str(a.split), "--outputs", str(outputs), "--weights",
                   str(self.weights), "--cache", str(store), "--threads", str(a.threads), "--device", a.device, "--out", str(out), *extra]
        entry = self.measure(name, command)
        provenance = json.loads(out.read_text(encoding="utf-8"))["provenance"]
        entry["stages"] = provenance["stages"] | {"total_seconds": provenance["wall_seconds"]}
        return out

    def python(self, name: str, script: str, *extra: str) -> Path:
        out = self.work / f"{name}.json"
        a = self.arguments
        entry = self.measure(name, [str(a.python), str(HERE / script), "--split", str(a.split), "--outputs", str(a.outputs),
                                    "--weights", str(self.weights), "--threads", str(a.threads), "--out", str(out), *extra])
        entry["stages"] = json.loads(out.read_text(encoding="utf-8")).get("stages", {})
        return out

    def python_side(self, *arguments: str) -> dict:
        """One JSON answer of python_side.py."""
        answer = subprocess.run([str(self.arguments.python), str(HERE / "python_side.py"), *arguments], check=True,
                                stdout=subprocess.PIPE, env=os.environ | self.environment)
        return json.loads(answer.stdout)


def make_weights(bench: Bench) -> None:
    if bench.arguments.weights or (bench.weights / "facebook/dino-vitb16/model.safetensors").is_file():
        return
    maker = bench.arguments.asbench.parent / "asbench_seeded_checkpoint"
    if not maker.is_file():
        raise SystemExit(f"{maker} is not there; build the target asbench_seeded_checkpoint, or give --weights")
    subprocess.run([str(maker), "--preset", "real", str(bench.weights)], check=True, stdout=sys.stderr)


def fresh_store(bench: Bench, name: str) -> Path:
    """A folder that does not exist yet; stores of earlier calls of this script stay where they are."""
    number = 0
    while (bench.work / f"store-{name}-{number}").exists():
        number += 1
    return bench.work / f"store-{name}-{number}"


def timed_rounds(bench: Bench) -> None:
    threads, outputs = str(bench.arguments.threads), bench.arguments.outputs
    for number in range(bench.arguments.rounds):
        print(f"round {number + 1} of {bench.arguments.rounds}", file=sys.stderr)
        store = fresh_store(bench, "round")
        gemm = [bench.python_side("gemm", "--threads", threads)["median_gflops"]]
        bench.score("asbench_cold", store, outputs)
        gemm.append(bench.python_side("gemm", "--threads", threads)["median_gflops"])
        bench.runs["asbench_cold"][-1]["gemm_gflops"] = gemm
        bench.python("python", "python_pipeline.py", "--stage-times", "--device", bench.arguments.device)
        bench.score("asbench_warm", store, outputs)
    for _ in range(bench.arguments.vbench_rounds):
        bench.python("vbench_style", "vbench_style_pipeline.py")


def same_pixels(bench: Bench) -> list[agreement.Difference]:
    """Both programs on lossless frames, so that decoders play no part."""
    frames = bench.work / "frames"
    a = bench.arguments
    bench.measure("export_frames", [str(a.python), str(HERE / "python_pipeline.py"), "--split", str(a.split), "--outputs",
                                    str(a.outputs), "--export-frames", str(frames)])
    theirs = bench.python("python_frames", "python_pipeline.py", "--frames-from", str(frames))
    ours = bench.score("asbench_frames", fresh_store(bench, "frames"), frames, "--layout", FRAME_LAYOUT)
    return agreement.differences(agreement.asbench_scores(ours), agreement.python_scores(theirs))


def start_up(bench: Bench) -> list[float]:
    command = [str(bench.arguments.asbench), "metrics", "list"]
    machine.run_measured(command, bench.work / "logs/start_up.log")
    return [machine.run_measured(command, bench.work / "logs/start_up.log").wall_seconds for _ in range(10)]


def preprocess_rates(bench: Bench) -> dict:
    """720x480 pictures a second of wall time on one thread, by path: preprocess_benchmark's and pillow_preprocess.py's."""
    binary = bench.arguments.asbench.parent / "preprocess_benchmark"
    if not binary.is_file():
        print(f"{binary} is not there: the comparison with Pillow is left out", file=sys.stderr)
        return {}
    ours = subprocess.run([str(binary), "--benchmark_format=json", "--benchmark_time_unit=ns"], check=True, capture_output=True, text=True).stdout
    theirs = subprocess.run([str(bench.arguments.python), str(HERE.parent / "pillow_preprocess.py")], check=True,
                            capture_output=True, text=True).stdout
    return {"asbench": {entry["name"]: 1e9 / entry["real_time"] for entry in json.loads(ours)["benchmarks"]},
            "pillow": {name: float(rate) for name, rate in re.findall(r"Pillow \S+, (.+?) +([0-9.]+) images/s", theirs)}}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--asbench", type=Path, required=True, help="the program; its neighbours are used too")
    parser.add_argument("--python", type=Path, required=True, help="Python of an environment with requirements.txt")
    parser.add_argument("--split", type=Path, required=True, help="split in the demo form")
    parser.add_argument("--outputs", type=Path, help="folder with the videos; default: the split's")
    parser.add_argument("--work", type=Path, required=True, help="folder for weights, stores and results (2 GB)")
    parser.add_argument("--weights", type=Path, help="checkpoints to use instead of seeded ones")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu", help="of the encoders of asbench and of the well-written Python: cpu, cuda, cuda:N")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--vbench-rounds", type=int, default=1)
    arguments = parser.parse_args()
    arguments.outputs = arguments.outputs or arguments.split
    arguments.asbench, arguments.work = arguments.asbench.resolve(), arguments.work.resolve()
    arguments.work.mkdir(parents=True, exist_ok=True)
    bench = Bench(arguments)
    make_weights(bench)
    machine.read_once(bench.weights)
    machine.read_once(arguments.outputs)
    cpus = machine.keep_to_cpus(arguments.threads)

    timed_rounds(bench)
    videos = agreement.differences(agreement.asbench_scores(arguments.work / "asbench_cold.json"),
                                   agreement.python_scores(arguments.work / "python.json"))
    frames = same_pixels(bench)
    results = {
        "machine": machine.describe() | {"used_cpus": cpus}, "threads": arguments.threads, "device": arguments.device,
        "program": subprocess.run([str(arguments.asbench), "--version"], check=True, capture_output=True,
                                  text=True).stdout.split("\n"),
        "python": bench.python_side("versions"), "start_up_seconds": start_up(bench),
        "preprocess": preprocess_rates(bench), "runs": bench.runs,
        "agreement": {"videos": [d.as_json() for d in videos], "same_pixels": [d.as_json() for d in frames]},
    }
    (arguments.work / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    text = table.markdown(results)
    (arguments.work / "table.md").write_text(text, encoding="utf-8")
    print(text)
    far = [d for d in videos if d.system >= agreement.SYSTEM_TOLERANCE_VIDEOS]
    far += [d for d in frames if d.worst_story >= agreement.STORY_TOLERANCE_SAME_PIXELS]
    for difference in far:
        print(f"scores disagree: {difference}", file=sys.stderr)
    return 1 if far else 0


if __name__ == "__main__":
    sys.exit(main())
