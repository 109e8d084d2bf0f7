#!/usr/bin/env python3
"""What the check wants from PyTorch, each as a process of its own, so that check.py itself needs none.

    torch_side.py versions                         one JSON line: versions, and whether CUDA answers
    torch_side.py features --weights W --pictures P.safetensors --texts T.json --device cuda:0 --out DIR
                                                   clip_image, dino_image, clip_text .safetensors, by transformers in float32
    torch_side.py videomae --out DIR               VideoMAE-base with seeded weights, Hugging Face layout
    torch_side.py hold --leave-mib N --device D    takes the GPU's memory but N MiB, says "ready", holds it until killed
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import sys
import time
from pathlib import Path

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks/end_to_end"
BATCH = 64


def versions() -> None:
    found: dict[str, object] = {"python": sys.version.split()[0], "cuda": False}
    for name in ("torch", "transformers", "tokenizers", "numpy", "Pillow", "opencv-python-headless", "opencv-python", "torchvision"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    if "torch" in found:
        import torch

        found["torch"], found["torch_folder"] = torch.__version__, str(Path(torch.__file__).parent)
        found["cuda"] = torch.cuda.is_available()
        if found["cuda"]:
            found["gpu"], found["capability"] = torch.cuda.get_device_name(0), torch.cuda.get_device_capability(0)
    try:
        import cv2

        found["cv2"] = cv2.__version__
    except ImportError:
        pass
    print(json.dumps(found))


def read_images(file: Path):
    import numpy as np

    content = file.read_bytes()
    size = int.from_bytes(content[:8], "little")
    shape = json.loads(content[8:8 + size])["images"]["shape"]
    return np.frombuffer(content, np.uint8, offset=8 + size).reshape(shape)


def features(arguments: argparse.Namespace) -> None:
    import numpy as np
    import torch
    from PIL import Image
    from transformers import CLIPModel, CLIPTokenizer, ViTModel

    sys.path.insert(0, str(BENCHMARK))
    from pipeline_common import CLIP_PROFILE, DINO_PROFILE, pooled, preprocess

    from tensors import write_safetensors

    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    images = [Image.fromarray(picture) for picture in read_images(arguments.pictures)]
    clip_folder, device = str(arguments.weights / "openai/clip-vit-base-patch32"), arguments.device
    # "eager": two products with a softmax between them. SDPA's float32 kernel may multiply by TF32.
    clip = CLIPModel.from_pretrained(clip_folder, attn_implementation="eager", use_safetensors=True).eval().to(device)
    dino = ViTModel.from_pretrained(str(arguments.weights / "facebook/dino-vitb16"), attn_implementation="eager", use_safetensors=True,
                                    add_pooling_layer=False).eval().to(device)
    tokenizer = CLIPTokenizer.from_pretrained(clip_folder)

    def encode(profile, run) -> np.ndarray:
        pixels = torch.empty(len(images), 3, profile.crop, profile.crop)
        for image, out in zip(images, pixels.numpy()):
            preprocess(image, profile, out)
        return torch.cat([run(pixels[i:i + BATCH].to(device)).double().cpu() for i in range(0, len(images), BATCH)]).numpy()

    def write(name: str, rows: np.ndarray) -> None:
        unit = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        write_safetensors(arguments.out / f"{name}.safetensors", "features", "F32", list(unit.shape), unit.tobytes())

    arguments.out.mkdir(parents=True, exist_ok=True)
    with torch.inference_mode():
        write("clip_image", encode(CLIP_PROFILE, lambda x: pooled(clip.get_image_features(pixel_values=x))))
        write("dino_image", encode(DINO_PROFILE, lambda x: dino(pixel_values=x).last_hidden_state[:, 0]))
        texts = json.loads(arguments.texts.read_text(encoding="utf-8"))
        tokens = tokenizer(texts, padding=True, truncation=True, max_length=77, return_tensors="pt").to(device)
        write("clip_text", pooled(clip.get_text_features(**tokens)).double().cpu().numpy())


def videomae(arguments: argparse.Namespace) -> None:
    import torch
    from transformers import VideoMAEConfig, VideoMAEForVideoClassification

    torch.manual_seed(1)
    VideoMAEForVideoClassification(VideoMAEConfig()).save_pretrained(arguments.out)


def hold(arguments: argparse.Namespace) -> None:
    import torch

    free, _ = torch.cuda.mem_get_info(arguments.device)
    taken, piece = [], 256 << 20
    while free - piece > arguments.leave_mib << 20:
        taken.append(torch.empty(piece, dtype=torch.uint8, device=arguments.device))
        free, _ = torch.cuda.mem_get_info(arguments.device)
    print(f"ready {free >> 20}", flush=True)
    time.sleep(600)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("versions", "features", "videomae", "hold"))
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--leave-mib", type=int, default=1024)
    arguments = parser.parse_args()
    {"versions": lambda _: versions(), "features": features, "videomae": videomae, "hold": hold}[arguments.what](arguments)


if __name__ == "__main__":
    main()
