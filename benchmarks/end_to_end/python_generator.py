#!/usr/bin/env python3
"""One story by the tiny generator in Python, to measure `asbench generate` against.

The networks of diffusers and transformers, put together as tests/golden/animeshootergen/generate.py does it, with the
weights read from the files of the model folder. Each shot begins with the last frame of the one before.

    python_generator.py --model DIR --story story.json --noise noise.safetensors --out FRAMES

story.json: {"id", "reference" (a picture), "captions"}. FRAMES/shot_01/frame_0001.png and so on are written.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/golden/animeshootergen"))
import generate  # noqa: E402


def read_weights(model: Path) -> dict[tuple[str, tuple[int, ...]], torch.Tensor]:
    """All tensors of the folder. Networks may use one name for tensors of different shapes, never of equal ones with
    other values: values follow from names."""
    tensors = {}
    for file in sorted(model.rglob("*.safetensors")):
        with safe_open(file, "pt") as opened:
            for name in opened.keys():
                tensor = opened.get_tensor(name)
                tensors[name, tuple(tensor.shape)] = tensor
    return tensors


class Nothing:
    """In place of T5, which this generator has no use for: neither side reads or runs it."""

    def __init__(self, *_, **__) -> None: ...

    def state_dict(self) -> dict:
        return {}

    def load_state_dict(self, *_, **__) -> None: ...

    def eval(self) -> "Nothing":
        return self

    def to(self, _) -> "Nothing":
        return self


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option in ("--model", "--story", "--noise", "--out"):
        parser.add_argument(option, type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_grad_enabled(False)
    weights = read_weights(arguments.model)
    generate.tiny_tensor = lambda name, shape: weights[name, tuple(shape)]
    generate.T5EncoderModel = Nothing
    generator = generate.Generator(torch.float32)

    story = json.loads(arguments.story.read_text(encoding="utf-8"))
    reference = np.asarray(Image.open(story["reference"]).convert("RGB"))
    pictures, blanks, captions = [reference], [np.zeros_like(reference)], story["captions"]
    with safe_open(arguments.noise, "pt") as noise:
        for shot in range(1, len(captions) + 1):
            null = generator.condition(blanks, [""] * shot)
            condition = generator.condition(pictures, captions[:shot])
            _, _, video = generator.sample(null, condition, noise.get_tensor(f"{story['id']}/{shot}")[None])
            frames = generate.levels(video).numpy()
            folder = arguments.out / f"shot_{shot:02}"
            folder.mkdir(parents=True, exist_ok=True)
            for number, frame in enumerate(frames, 1):
                Image.fromarray(frame).save(folder / f"frame_{number:04}.png")
            pictures.append(frames[-1])
            blanks.append(frames[-1])


if __name__ == "__main__":
    main()
