#!/usr/bin/env python3
"""The same five scores in the style of VBench, to measure `asbench score` against.

As VBench's dimensions do: every metric loads its own model once, opens every video on its own and reads all of it, encodes
one picture at a time, and encodes the video's reference or caption again for every video. Preprocessing, references and
formulas are those of python_pipeline.py, so the scores are equal; only the way there differs.

    vbench_style_pipeline.py --split DIR --outputs DIR --weights DIR --out scores.json --threads 2
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
from transformers import CLIPModel, CLIPTokenizer, ViTModel

from pipeline_common import (CLIP_PROFILE, DINO_PROFILE, Profile, cross_shot_score, midpoint_indices, pillow_from_bgr,
                             preprocess, read_demo_split, read_reference, shot_scores, summarise, write_json)


def read_video(file: Path) -> list[np.ndarray]:
    """Every frame, converted and kept; the metric then picks its five."""
    capture, frames = cv2.VideoCapture(str(file)), []
    while True:
        good, frame = capture.read()
        if not good:
            break
        frames.append(frame)
    capture.release()
    if not frames:
        raise SystemExit(f"{file}: no frame decodes")
    return frames


class ClipModel:
    profile = CLIP_PROFILE

    def __init__(self, weights: Path) -> None:
        folder = str(weights / "openai/clip-vit-base-patch32")
        self.model = CLIPModel.from_pretrained(folder, use_safetensors=True).eval()
        self.tokenizer = CLIPTokenizer.from_pretrained(folder)

    def image(self, pixels: torch.Tensor) -> np.ndarray:
        return self.model.get_image_features(pixel_values=pixels).pooler_output[0].numpy()

    def text(self, caption: str) -> np.ndarray:
        tokens = self.tokenizer([caption], padding=True, truncation=True, max_length=77, return_tensors="pt")
        return self.model.get_text_features(**tokens).pooler_output[0].numpy()


class DinoModel:
    profile = DINO_PROFILE

    def __init__(self, weights: Path) -> None:
        folder = str(weights / "facebook/dino-vitb16")
        self.model = ViTModel.from_pretrained(folder, use_safetensors=True, add_pooling_layer=False).eval()

    def image(self, pixels: torch.Tensor) -> np.ndarray:
        return self.model(pixel_values=pixels).last_hidden_state[0, 0].numpy()


def encode_picture(model, image) -> np.ndarray:
    profile: Profile = model.profile
    pixels = torch.empty(1, 3, profile.crop, profile.crop)
    preprocess(image, profile, pixels.numpy()[0])
    return model.image(pixels)


def encode_video(model, file: Path) -> np.ndarray:
    frames = read_video(file)
    return np.stack([encode_picture(model, pillow_from_bgr(frames[i])) for i in midpoint_indices(len(frames))])


def reference_metric(model, stories, references, outputs: Path) -> dict[str, list[float]]:
    return {story.id: [shot_scores(encode_video(model, outputs / f"{shot.name}.mp4"),
                                   encode_picture(model, read_reference(references[story.ip])))
                       for shot in story.shots] for story in stories}


def text_metric(model, stories, outputs: Path) -> dict[str, list[float]]:
    return {story.id: [shot_scores(encode_video(model, outputs / f"{shot.name}.mp4"), model.text(shot.caption))
                       for shot in story.shots] for story in stories}


def cross_shot_metric(model, stories, outputs: Path) -> dict[str, float]:
    return {story.id: cross_shot_score([encode_video(model, outputs / f"{shot.name}.mp4") for shot in story.shots])
            for story in stories}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", type=Path, required=True)
    parser.add_argument("--outputs", type=Path, help="default: the split's folder")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    cv2.setNumThreads(arguments.threads)
    outputs, weights = arguments.outputs or arguments.split, arguments.weights
    stories, references = read_demo_split(arguments.split)
    with torch.inference_mode():
        per_shot = {"clip_i": reference_metric(ClipModel(weights), stories, references, outputs),
                    "dino_i": reference_metric(DinoModel(weights), stories, references, outputs),
                    "clip_t": text_metric(ClipModel(weights), stories, outputs)}
        per_story = {"cross_shot_clip": cross_shot_metric(ClipModel(weights), stories, outputs),
                     "cross_shot_dino": cross_shot_metric(DinoModel(weights), stories, outputs)}
    metrics = summarise(per_shot, per_story)
    write_json(arguments.out, {"threads": torch.get_num_threads(), "metrics": metrics})
    for name, values in metrics.items():
        print(f"{name:16} {values['mean']:.6f}")


if __name__ == "__main__":
    main()
