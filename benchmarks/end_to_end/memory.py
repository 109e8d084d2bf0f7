#!/usr/bin/env python3
"""Does memory grow with the number of clips? Peak of `asbench score` at 20 and at 5,000 clips, tiny seeded weights.

    memory.py --asbench build/release/bin/asbench --split DEMO --work WORK [--clips 5000]

The clips are DEMO's, over and over. Two kinds: `links` are links to the same few files (equal content, scored once and
shared); `distinct` are copies with a few bytes of padding behind the video, so that every one has other bytes, is decoded
and encoded (same pictures, WORK needs 1 GB). Stores are fresh. Exit code 1 when a difference is above the target, 300 MB.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import machine

TARGET_MB = 300
SHOTS = 4
MIB_IN_MB = 2**20 / 1e6


def demo_stories(split: Path) -> list[tuple[str, str, list[str]]]:
    """(IP, prompt number, captions) of every story of a split in the demo form."""
    stories = []
    for file in sorted(split.glob("*.json")):
        for prompt, content in json.loads(file.read_text(encoding="utf-8")).items():
            stories.append((file.stem, prompt, content["captions"]))
    if not stories:
        raise SystemExit(f"{split}: no split in the demo form")
    return stories


def padding(number: int) -> bytes:
    """An MP4 `free` box: readers skip it, but the file's bytes are its own."""
    payload = f"clip {number}".encode()
    return (8 + len(payload)).to_bytes(4, "big") + b"free" + payload


def make_split(source: Path, target: Path, clips: int, kind: str) -> None:
    """`clips` clips in stories of four, 100 stories an IP at most, captions all different."""
    stories = demo_stories(source)
    contents: dict[str, dict] = {}
    for number in range(clips // SHOTS):
        ip, prompt, captions = stories[number % len(stories)]
        new_ip, new_prompt = f"ip{number // 100:04}", str(number % 100 + 1)
        contents.setdefault(new_ip, {})[new_prompt] = {
            "captions": [f"{caption} Take {number}." for caption in captions], "audio": [""] * SHOTS}
        folder = target / new_ip
        folder.mkdir(parents=True, exist_ok=True)
        if not (target / f"{new_ip}_ref.png").exists():
            shutil.copyfile(source / f"{ip}_ref.png", target / f"{new_ip}_ref.png")
        for shot in range(1, SHOTS + 1):
            video = source / ip / f"generated_video_{prompt}_{shot}_demo.mp4"
            clip = folder / f"generated_video_{new_prompt}_{shot}_demo.mp4"
            if kind == "links":
                clip.symlink_to(video.resolve())
            else:
                clip.write_bytes(video.read_bytes() + padding(number * SHOTS + shot))
    for ip, prompts in contents.items():
        (target / f"{ip}.json").write_text(json.dumps(prompts), encoding="utf-8")


def peak_mb(arguments: argparse.Namespace, weights: Path, clips: int, kind: str) -> float:
    with tempfile.TemporaryDirectory(dir=arguments.work) as scratch:
        split = Path(scratch) / "split"
        make_split(arguments.split, split, clips, kind)
        cost = machine.run_measured(
            [str(arguments.asbench), "score", "--split", str(split), "--outputs", str(split), "--weights", str(weights),
             "--cache", str(Path(scratch) / "store"), "--threads", str(arguments.threads), "--out",
             str(Path(scratch) / "result.json")], arguments.work / "logs" / f"memory-{kind}-{clips}.log")
        print(f"  {kind}, {clips} clips: {cost.peak_mib * MIB_IN_MB:.0f} MB, {cost.wall_seconds:.1f} s", file=sys.stderr)
        return cost.peak_mib * MIB_IN_MB


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--asbench", type=Path, required=True)
    parser.add_argument("--split", type=Path, required=True, help="split in the demo form, videos beside it")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=5000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--kinds", default="links,distinct")
    arguments = parser.parse_args()
    arguments.asbench, arguments.work = arguments.asbench.resolve(), arguments.work.resolve()
    arguments.work.mkdir(parents=True, exist_ok=True)
    weights = arguments.work / "tiny-weights"
    if not weights.is_dir():
        subprocess.run([str(arguments.asbench.parent / "asbench_seeded_checkpoint"), "--preset", "tiny", str(weights)],
                       check=True, stdout=sys.stderr)
    failed = False
    print("| clips | peak at 20 | peak at " + f"{arguments.clips:,} | difference | target |\n|---|---|---|---|---|")
    for kind in arguments.kinds.split(","):
        few, many = (peak_mb(arguments, weights, clips, kind) for clips in (20, arguments.clips))
        failed |= many - few > TARGET_MB
        print(f"| {kind} | {few:.0f} MB | {many:.0f} MB | {many - few:+.0f} MB | ≤ {TARGET_MB} MB |")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
