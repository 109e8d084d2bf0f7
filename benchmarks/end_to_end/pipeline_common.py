"""What both Python pipelines share: the split, Pillow preprocessing, and the metrics on feature vectors.

Only the standard library and NumPy are imported here; Pillow and OpenCV are imported where a function needs them, so that
the import time a pipeline reports is its own. Section numbers are those of the metric definitions, docs/design/metrics.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FRAMES_PER_SHOT = 5
METRICS = ("clip_i", "dino_i", "clip_t", "cross_shot_clip", "cross_shot_dino")


@dataclass(frozen=True)
class Shot:
    """One generated clip: number counts from 1, name is the clip's file without its extension."""

    number: int
    caption: str
    name: str


@dataclass(frozen=True)
class Story:
    id: str
    ip: str
    shots: tuple[Shot, ...]


@dataclass(frozen=True)
class Profile:
    """Shorter side to `short` (bicubic, Pillow), centre crop, x/255, then (x - mean)/std."""

    short: int
    crop: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


CLIP_PROFILE = Profile(224, 224, (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
DINO_PROFILE = Profile(256, 224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def read_demo_split(folder: Path) -> tuple[list[Story], dict[str, Path]]:
    """Stories and reference files of a split in the demo form, stories in byte order of their ids."""
    stories, references = [], {}
    for file in sorted(folder.glob("*.json")):
        ip = file.stem
        reference = folder / f"{ip}_ref.png"
        if not reference.is_file():
            raise SystemExit(f"{file}: no {reference.name} beside it, so this is not a split in the demo form")
        references[ip] = reference
        for prompt, content in json.loads(file.read_text(encoding="utf-8")).items():
            shots = tuple(Shot(i, caption, f"{ip}/generated_video_{prompt}_{i}_demo")
                          for i, caption in enumerate(content["captions"], 1))
            stories.append(Story(f"{ip}/{prompt}", ip, shots))
    if not stories:
        raise SystemExit(f"{folder}: no <ip>.json files, so this is not a split in the demo form")
    return sorted(stories, key=lambda story: story.id), references


def midpoint_indices(frame_count: int, k: int = FRAMES_PER_SHOT) -> list[int]:
    """docs/design/metrics.md 2, rule `midpoint`: the middle frame of k equal parts."""
    m = min(frame_count, k)
    edges = [i * frame_count // m for i in range(m + 1)]
    indices = [(edges[i] + edges[i + 1] - 1) // 2 for i in range(m)]
    return indices + [indices[-1]] * (k - m)


def pillow_from_bgr(frame: np.ndarray):
    """A decoded OpenCV frame as an RGB Pillow image."""
    from PIL import Image

    return Image.fromarray(np.ascontiguousarray(frame[:, :, ::-1]))


def read_reference(file: Path):
    """The IP's reference on black, as the data set's own references are (mask x frame)."""
    from PIL import Image

    image = Image.open(file).convert("RGBA")
    background = Image.new("RGB", image.size, (0, 0, 0))
    background.paste(image, mask=image.getchannel("A"))
    return background


def resize_and_crop(image, profile: Profile) -> np.ndarray:
    """RGB Pillow image -> uint8 [crop, crop, 3], with the arithmetic of the Pillow-backed processors."""
    from PIL import Image

    width, height = image.size
    scale = profile.short
    size = (scale, scale * height // width) if width <= height else (scale * width // height, scale)
    if size != image.size:
        image = image.resize(size, Image.Resampling.BICUBIC)
    left, top = (size[0] - profile.crop) // 2, (size[1] - profile.crop) // 2
    return np.asarray(image)[top:top + profile.crop, left:left + profile.crop]


def preprocess(image, profile: Profile, out: np.ndarray) -> None:
    """RGB Pillow image -> float32 [3, crop, crop] in `out`."""
    pixels = resize_and_crop(image, profile)
    np.multiply(pixels.transpose(2, 0, 1), np.float32(1 / 255), out=out)
    out -= np.asarray(profile.mean, np.float32)[:, None, None]
    out /= np.asarray(profile.std, np.float32)[:, None, None]


def pooled(output):
    """What get_image_features and get_text_features are asked for: some versions of transformers return it alone."""
    return getattr(output, "pooler_output", output)


def unit(features: np.ndarray) -> np.ndarray:
    """Rows of unit length, in double (docs/design/metrics.md 0)."""
    rows = np.asarray(features, np.float64)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def harmonic_mean_times_worst(values: np.ndarray) -> float:
    """HarMeanP of similarities (docs/design/metrics.md 4); 0 as soon as one of them is not positive."""
    worst = float(values.min())
    return 0.0 if worst <= 0 else float(len(values) / (1 / values).sum()) * worst


def shot_scores(frames: np.ndarray, target: np.ndarray) -> float:
    """Mean cosine of a shot's frames [k, D] with one vector [D]."""
    return float((unit(frames) @ unit(target)).mean())


def cross_shot_score(shots: list[np.ndarray]) -> float:
    """Mean over pairs of shots of the mean cosine over their frames (docs/design/metrics.md 5)."""
    means = np.stack([unit(frames).mean(axis=0) for frames in shots])
    products = means @ means.T
    return float(products[np.triu_indices(len(shots), k=1)].mean())


def summarise(per_shot: dict[str, dict[str, list[float]]], per_story: dict[str, dict[str, float]]) -> dict:
    """Scores as both pipelines write them: {metric: {mean, harmeanp, stories: {id: {mean, harmeanp, shots}}}}."""
    result = {}
    for metric in METRICS:
        stories = {}
        if metric in per_shot:
            for story, values in per_shot[metric].items():
                array = np.asarray(values)
                stories[story] = {"mean": float(array.mean()), "harmeanp": harmonic_mean_times_worst(array),
                                  "shots": values}
        else:
            stories = {story: {"mean": value} for story, value in per_story[metric].items()}
        result[metric] = {"mean": float(np.mean([s["mean"] for s in stories.values()])), "stories": stories}
        if metric in per_shot:
            result[metric]["harmeanp"] = float(np.mean([s["harmeanp"] for s in stories.values()]))
    return result


def write_json(file: Path, content: dict) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
