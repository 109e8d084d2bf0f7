#!/usr/bin/env python3
"""The well-written Python way to the five scores, to measure `asbench score` against.

transformers + OpenCV + Pillow as a careful Python user writes them: safetensors weights, SDPA attention, inference mode,
each video opened and decoded once, every frame encoded once per encoder in batches of 32 that mix shots and stories,
references and captions encoded once. Nothing is stored between runs.

    python_pipeline.py --split DIR --outputs DIR --weights DIR --out scores.json --threads 2 [--stage-times]

With --workers N (default on a GPU: one a core) as one writes it for a GPU: N processes decode and resize, bytes go up
through pinned memory in batches of 256, normalisation on the device (worker_encoders.py). --precision bf16 casts networks
and pictures.

--export-frames DIR only decodes, and writes the sampled frames as PNG folders (one a shot); --frames-from DIR scores such
folders instead of the videos, so that another program that reads them sees exactly the same pixels.
"""

from __future__ import annotations

import time

STARTED = time.perf_counter()

import argparse
import os
from pathlib import Path

import numpy as np

from pipeline_common import (CLIP_PROFILE, DINO_PROFILE, FRAMES_PER_SHOT, Profile, Story, cross_shot_score, midpoint_indices,
                             pillow_from_bgr, pooled, preprocess, read_demo_split, read_reference, shot_scores, summarise, write_json)

BATCH, GPU_BATCH = 32, 256
CLIP_ID = "openai/clip-vit-base-patch32"
DINO_ID = "facebook/dino-vitb16"


class Stages:
    """Seconds by stage; `with stages("decode"):` adds to it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def __call__(self, name: str) -> "Stages":
        self.name, self.begin = name, time.perf_counter()
        return self

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        self.seconds[self.name] = self.seconds.get(self.name, 0.0) + time.perf_counter() - self.begin


def sampled_frames(video: Path) -> list[np.ndarray]:
    """The `midpoint` frames (BGR) in one forward pass: grab() decodes, only wanted frames are converted and copied.

    The container's count places them; where fewer frames decode, the counted number does, in a second pass."""
    import cv2

    count = None
    while True:
        capture = cv2.VideoCapture(str(video), cv2.CAP_FFMPEG)
        if count is None:
            count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        if count < 1:
            raise SystemExit(f"{video}: no frame decodes")
        indices, frames, grabbed = midpoint_indices(count), {}, 0
        while grabbed <= indices[-1] and capture.grab():
            if grabbed in indices:
                frames[grabbed] = capture.retrieve()[1]
            grabbed += 1
        capture.release()
        if len(frames) == len(set(indices)):
            return [frames[i] for i in indices]
        count = grabbed


def exported_frames(folder: Path) -> list[np.ndarray]:
    """Every picture of a frame folder in name order (BGR), sampled by the same rule."""
    import cv2

    files = sorted(folder.glob("*.png"))
    if not files:
        raise SystemExit(f"{folder}: no PNG frames; write them with --export-frames")
    return [cv2.imread(str(files[i]), cv2.IMREAD_COLOR) for i in midpoint_indices(len(files))]


class BatchedEncoder:
    """Collects preprocessed pictures under keys and encodes them `batch` at a time."""

    def __init__(self, encode, profile: Profile, stages: Stages, batch: int) -> None:
        import torch

        self.encode, self.profile, self.stages, self.batch = encode, profile, stages, batch
        self.pixels = torch.empty(batch, 3, profile.crop, profile.crop)
        self.view = self.pixels.numpy()
        self.keys: list[tuple] = []
        self.features: dict[tuple, np.ndarray] = {}

    def add(self, key: tuple, image) -> None:
        with self.stages("preprocess"):
            preprocess(image, self.profile, self.view[len(self.keys)])
        self.keys.append(key)
        if len(self.keys) == self.batch:
            self.flush()

    def flush(self) -> None:
        if self.keys:
            with self.stages("encode"):
                rows = self.encode(self.pixels[:len(self.keys)]).cpu().numpy()
            self.features.update(zip(self.keys, rows))
            self.keys = []


def scores(stories: list[Story], clip: dict, dino: dict, texts: dict) -> dict:
    """The five metrics from features by key: ("ref", ip), (story, shot, frame) and captions."""
    per_shot = {"clip_i": {}, "dino_i": {}, "clip_t": {}}
    per_story = {"cross_shot_clip": {}, "cross_shot_dino": {}}
    for story in stories:
        frames = {encoder: [np.stack([features[story.id, shot.number, i] for i in range(FRAMES_PER_SHOT)])
                            for shot in story.shots] for encoder, features in (("clip", clip), ("dino", dino))}
        per_shot["clip_i"][story.id] = [shot_scores(f, clip["ref", story.ip]) for f in frames["clip"]]
        per_shot["dino_i"][story.id] = [shot_scores(f, dino["ref", story.ip]) for f in frames["dino"]]
        per_shot["clip_t"][story.id] = [shot_scores(f, texts[shot.caption])
                                        for f, shot in zip(frames["clip"], story.shots)]
        per_story["cross_shot_clip"][story.id] = cross_shot_score(frames["clip"])
        per_story["cross_shot_dino"][story.id] = cross_shot_score(frames["dino"])
    return summarise(per_shot, per_story)


def export_frames(stories: list[Story], outputs: Path, target: Path) -> None:
    import cv2

    for story in stories:
        for shot in story.shots:
            folder = target / shot.name
            folder.mkdir(parents=True, exist_ok=True)
            for i, frame in enumerate(sampled_frames(outputs / f"{shot.name}.mp4")):
                cv2.imwrite(str(folder / f"{i:04}.png"), frame)


def encode_clip(network):
    return lambda pixels: pooled(network.get_image_features(pixel_values=pixels))


def encode_dino(network):
    return lambda pixels: network(pixel_values=pixels).last_hidden_state[:, 0]


def one_by_one(arguments: argparse.Namespace, stages: Stages, networks: tuple, stories: list[Story], references: dict,
               _: object) -> tuple[dict, dict]:
    """Features of both encoders by key; everything in this process, one thing after the other."""
    clip, dino = networks
    encode, device, dtype = (encode_clip(clip), encode_dino(dino)), arguments.device, clip.dtype
    clip_images, dino_images = (BatchedEncoder(lambda x, run=run: run(x.to(device, dtype)).float(), profile, stages, arguments.batch)
                                for run, profile in zip(encode, (CLIP_PROFILE, DINO_PROFILE)))
    for ip, file in references.items():
        with stages("decode"):
            reference = read_reference(file)
        for encoder in (clip_images, dino_images):
            encoder.add(("ref", ip), reference)
    for story in stories:
        for shot in story.shots:
            with stages("decode"):
                if arguments.frames_from:
                    frames = exported_frames(arguments.frames_from / shot.name)
                else:
                    frames = sampled_frames(arguments.outputs / f"{shot.name}.mp4")
                frames = [pillow_from_bgr(frame) for frame in frames]
            for i, frame in enumerate(frames):
                for encoder in (clip_images, dino_images):
                    encoder.add((story.id, shot.number, i), frame)
    clip_images.flush()
    dino_images.flush()
    return clip_images.features, dino_images.features


def start_workers(arguments: argparse.Namespace, stories: list[Story]):
    import worker_encoders

    files = [arguments.frames_from / shot.name if arguments.frames_from else arguments.outputs / f"{shot.name}.mp4"
             for story in stories for shot in story.shots]
    frames_of = exported_frames if arguments.frames_from else sampled_frames
    return worker_encoders.decoded(worker_encoders.Shots(files, frames_of), arguments.workers)


def with_workers(arguments: argparse.Namespace, stages: Stages, networks: tuple, stories: list[Story], references: dict,
                 decoding) -> tuple[dict, dict]:
    """The same from the workers' bytes. Here "decode" is the time that this process waits for them."""
    import torch
    import worker_encoders

    clip, dino = networks
    dtype = worker_encoders.DTYPES[arguments.precision]
    encoders = [worker_encoders.DeviceEncoder(run, profile, arguments.device, arguments.batch, dtype)
                for run, profile in zip((encode_clip(clip), encode_dino(dino)), worker_encoders.PROFILES)]
    for ip, file in references.items():
        reference = read_reference(file)
        for encoder, profile in zip(encoders, worker_encoders.PROFILES):
            encoder.add(("ref", ip), torch.from_numpy(worker_encoders.levels_of(reference, profile).copy()))
    for story in stories:
        for shot in story.shots:
            with stages("decode"):
                pictures = next(decoding)
            with stages("encode"):
                for encoder, levels in zip(encoders, pictures):
                    for i, picture in enumerate(levels):
                        encoder.add((story.id, shot.number, i), picture)
    with stages("encode"):
        return encoders[0].features(), encoders[1].features()


def run(arguments: argparse.Namespace) -> dict:
    stages = Stages()
    with stages("import"):
        import cv2
        import torch
        from transformers import CLIPModel, CLIPTokenizer, ViTModel
    stages.seconds["import"] += IMPORTED - STARTED
    torch.set_num_threads(arguments.threads)
    cv2.setNumThreads(arguments.threads)

    stories, references = read_demo_split(arguments.split)
    decoding = start_workers(arguments, stories) if arguments.workers else None
    with stages("load"):
        clip_folder, dino_folder = str(arguments.weights / CLIP_ID), str(arguments.weights / DINO_ID)
        clip = CLIPModel.from_pretrained(clip_folder, attn_implementation="sdpa", use_safetensors=True).eval()
        dino = ViTModel.from_pretrained(dino_folder, attn_implementation="sdpa", use_safetensors=True,
                                        add_pooling_layer=False).eval()
        clip, dino = clip.to(arguments.device), dino.to(arguments.device)
        tokenizer = CLIPTokenizer.from_pretrained(clip_folder)

    if arguments.precision == "bf16":
        clip, dino = clip.to(torch.bfloat16), dino.to(torch.bfloat16)
    with torch.inference_mode():
        encode = with_workers if arguments.workers else one_by_one
        clip_features, dino_features = encode(arguments, stages, (clip, dino), stories, references, decoding)
        captions = sorted({shot.caption for story in stories for shot in story.shots})
        texts = {}
        with stages("encode_text"):
            for begin in range(0, len(captions), arguments.batch):
                part = captions[begin:begin + arguments.batch]
                tokens = tokenizer(part, padding=True, truncation=True, max_length=77, return_tensors="pt").to(arguments.device)
                texts.update(zip(part, pooled(clip.get_text_features(**tokens)).float().cpu().numpy()))

    with stages("metrics"):
        metrics = scores(stories, clip_features, dino_features, texts)
    stages.seconds["total_in_process"] = time.perf_counter() - STARTED
    return {"threads": torch.get_num_threads(), "workers": arguments.workers, "batch": arguments.batch,
            "precision": arguments.precision, "pictures": len(clip_features), "stages": stages.seconds, "metrics": metrics}


IMPORTED = time.perf_counter()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", type=Path, required=True, help="folder in the demo form")
    parser.add_argument("--outputs", type=Path, help="folder with the generated videos; default: the split's")
    parser.add_argument("--weights", type=Path, help="folder with the checkpoints, Hugging Face layout")
    parser.add_argument("--out", type=Path, help="JSON file for the scores")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu", help="of the encoders, as torch names it")
    parser.add_argument("--workers", type=int, help="processes that decode; 0: none, all in this one (default: 0, on a GPU one a core)")
    parser.add_argument("--batch", type=int, help=f"pictures a batch (default: {BATCH}, on a GPU {GPU_BATCH})")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32", help="of networks and pictures")
    parser.add_argument("--frames-from", type=Path, metavar="DIR", help="score PNG folders instead of videos")
    parser.add_argument("--export-frames", type=Path, metavar="DIR", help="only write the sampled frames as PNG folders")
    parser.add_argument("--stage-times", action="store_true", help="print seconds by stage")
    arguments = parser.parse_args()
    arguments.outputs = arguments.outputs or arguments.split
    on_gpu = arguments.device.startswith("cuda")
    if arguments.workers is None:
        arguments.workers = len(os.sched_getaffinity(0)) if on_gpu else 0
    arguments.batch = arguments.batch or (GPU_BATCH if on_gpu else BATCH)
    if arguments.export_frames:
        export_frames(read_demo_split(arguments.split)[0], arguments.outputs, arguments.export_frames)
        return
    if not arguments.weights or not arguments.out:
        parser.error("--weights and --out are needed to score")
    result = run(arguments)
    write_json(arguments.out, result)
    for name, values in result["metrics"].items():
        print(f"{name:16} {values['mean']:.6f}")
    if arguments.stage_times:
        total = result["stages"]["total_in_process"]
        for name, seconds in result["stages"].items():
            print(f"{name:16} {seconds:8.3f} s  {100 * seconds / total:5.1f} %")


if __name__ == "__main__":
    main()
