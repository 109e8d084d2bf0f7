#!/usr/bin/env python3
"""A story of four shots by the tiny generator: `asbench generate` and diffusers, side by side, whole processes.

Makes the tiny model (asbench_tiny_generator), a split of one story and its starting noise, then, round by round and one
after the other:
  A  asbench generate --baseline animeshootergen       B  python_generator.py
Both read the same weights and write the same frames as PNG files. Prints both ratios, wall time and peak memory, with
their targets. Ends with exit code 1 when the frames differ by more than LARGEST_DIFFERENCE.

    generator.py --asbench build/release/bin/asbench --python VENV/bin/python --work WORK [--rounds 5] [--threads 1]

VENV holds tests/golden/requirements.txt. What such a small model measures is what a process costs besides its arithmetic:
starting, loading, many small products. Run it on an otherwise idle machine: what else runs is printed, not corrected for.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import machine
import table

HERE = Path(__file__).resolve().parent
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
STORY = "cat"
CAPTIONS = ["a cat sleeps", "it wakes up", "the cat jumps on a box", "it looks back"]
TARGET = 0.70
# Levels of 255. Float32 in another order moves a value across a rounding border now and then, and the shots after it begin
# with that frame.
LARGEST_DIFFERENCE = 3

# Runs under --python: this script itself needs the standard library alone.
MAKE_INPUTS = """
import sys, numpy as np
from PIL import Image
from safetensors.numpy import save_file
folder, story, shots = sys.argv[1], sys.argv[2], int(sys.argv[3])
random = np.random.RandomState(1)
Image.fromarray(random.randint(0, 256, (40, 30, 3)).astype(np.uint8)).save(folder + "/reference.png")
save_file({f"{story}/{shot}": random.standard_normal((5, 4, 4, 6)).astype(np.float32) for shot in range(1, shots + 1)},
          folder + "/noise.safetensors")
"""
COMPARE = """
import sys, numpy as np
from pathlib import Path
from PIL import Image
ours, theirs = Path(sys.argv[1]), Path(sys.argv[2])
names = sorted(str(file.relative_to(theirs)) for file in theirs.rglob("*.png"))
assert names and names == sorted(str(file.relative_to(ours)) for file in ours.rglob("*.png")), "other frames"
print(max(int(np.abs(np.asarray(Image.open(ours / name).convert("RGB")).astype(int) -
                     np.asarray(Image.open(theirs / name).convert("RGB")).astype(int)).max()) for name in names))
"""


def make_inputs(work: Path, asbench: Path, python: Path) -> None:
    shutil.rmtree(work / "model", ignore_errors=True)
    subprocess.run([str(asbench.parent / "asbench_tiny_generator"), str(work / "model")], check=True)
    subprocess.run([str(python), "-c", MAKE_INPUTS, str(work), STORY, str(len(CAPTIONS))], check=True)
    reference = str(work / "reference.png")
    (work / "story.json").write_text(json.dumps({"id": STORY, "reference": reference, "captions": CAPTIONS}))
    (work / "split.json").write_text(json.dumps({
        "schema": "asbench/split@1", "name": "one-story", "ips": [{"id": "cat", "references": [{"file": "reference.png"}]}],
        "stories": [{"id": STORY, "ip": "cat",
                     "shots": [{"number": n, "caption": caption} for n, caption in enumerate(CAPTIONS, 1)]}]}))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--asbench", type=Path, required=True)
    parser.add_argument("--python", type=Path, required=True, help="interpreter with tests/golden/requirements.txt")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    work, asbench = arguments.work.resolve(), arguments.asbench.resolve()
    python = arguments.python.absolute()  # a virtual environment's interpreter is a link that must stay one
    work.mkdir(parents=True, exist_ok=True)
    make_inputs(work, asbench, python)
    machine.keep_to_cpus(arguments.threads)
    environment = OFFLINE | {"OMP_NUM_THREADS": str(arguments.threads)}
    ours, theirs = work / "asbench", work / "python"
    commands = {
        "asbench": [str(asbench), "generate", "--baseline", "animeshootergen", "--model", str(work / "model"), "--split",
                    str(work / "split.json"), "--noise", str(work / "noise.safetensors"), "--frames-as", "png", "--device",
                    "cpu", "--threads", str(arguments.threads), "--out", str(ours)],
        "python": [str(python), str(HERE / "python_generator.py"), "--model", str(work / "model"), "--story",
                   str(work / "story.json"), "--noise", str(work / "noise.safetensors"), "--out", str(theirs)]}
    runs: dict[str, list[dict]] = {name: [] for name in commands}
    for number in range(arguments.rounds + 1):
        for name, command in commands.items():
            shutil.rmtree(work / name, ignore_errors=True)
            cost = machine.run_measured(command, work / "logs" / f"{name}-{number}.log", environment)
            print(f"  {name:8} {cost.wall_seconds:7.3f} s   {cost.cpu_seconds:7.3f} s of CPU   peak {cost.peak_mib:6.0f} MiB"
                  f"   others {cost.others_percent:.0f} % of the CPUs{'   (warming up)' if number == 0 else ''}",
                  file=sys.stderr, flush=True)
            if number > 0:  # the first round reads the files from the disk
                runs[name].append(cost.as_json())
    difference = int(subprocess.run([str(python), "-c", COMPARE, str(ours / STORY), str(theirs)], check=True,
                                    stdout=subprocess.PIPE, text=True).stdout)
    (work / "results.json").write_text(json.dumps({"machine": machine.describe(), "threads": arguments.threads, "runs": runs,
                                                   "largest_difference": difference}, indent=1))
    print("| tiny story, whole process | asbench | Python | ratio | target | |\n|---|---|---|---|---|---|")
    for title, field, unit in (("wall time", "wall_seconds", "s"), ("CPU time", "cpu_seconds", "s"),
                               ("peak memory", "peak_mib", "MiB")):
        mine, other = ([run[field] for run in runs[name]] for name in ("asbench", "python"))
        ratios = [a / b for a, b in zip(mine, other)]
        target = "|" if field == "cpu_seconds" else f"≤ {TARGET:.2f} | {table.verdict(statistics.median(ratios), TARGET, True)}"
        print(f"| {title} | {statistics.median(mine):.2f} {unit} | {statistics.median(other):.2f} {unit} | "
              f"{table.spread(ratios, 3)} | {target} |")
    print(f"\nFrames differ by at most {difference} of 255 levels.")
    return int(difference > LARGEST_DIFFERENCE)


if __name__ == "__main__":
    sys.exit(main())
