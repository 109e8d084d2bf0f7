"""What preprocess_benchmark measures, with Pillow 11.3 and with transformers' Pillow-based processor. One thread.

    python benchmarks/pillow_preprocess.py [--seconds S]

Prints images per second of CPU time, as Google Benchmark counts them (so that a busy machine disturbs both alike), of
three paths over the same 720x480 RGB picture, best of 5 rounds each:
  resize alone    Image.resize to 336x224, bicubic
  numpy           the least that Python can do: resize, crop, float32, normalise, channels first
  transformers    CLIPImageProcessorPil(...) on one PIL picture
Pillow and numpy use one thread here; the environment is pinned to it anyway.
"""

import argparse
import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import PIL
from PIL import Image

MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
STD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)


def rate(function, seconds):
    function()
    best = 0.0
    for _ in range(5):
        count, start = 0, time.process_time()
        while time.process_time() - start < seconds / 5:
            function()
            count += 1
        best = max(best, count / (time.process_time() - start))
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="time for each path")
    seconds = parser.parse_args().seconds
    array = np.random.RandomState(0).randint(0, 256, (480, 720, 3)).astype(np.uint8)
    picture = Image.fromarray(array)

    def resize():
        return picture.resize((336, 224), Image.BICUBIC)

    def with_numpy():
        levels = np.asarray(Image.fromarray(array).resize((336, 224), Image.BICUBIC).crop((56, 0, 280, 224)))
        values = (levels.astype(np.float32) * np.float32(1 / 255) - MEAN) / STD
        return np.ascontiguousarray(values.transpose(2, 0, 1))

    paths = {"resize alone": resize, "numpy": with_numpy}
    try:
        from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

        processor = CLIPImageProcessorPil()
        paths["transformers"] = lambda: processor(picture, return_tensors="np")["pixel_values"]
    except ImportError:
        print("transformers 5 isn't installed: its path is left out")
    for name, function in paths.items():
        print(f"Pillow {PIL.__version__}, {name:14} {rate(function, seconds):8.1f} images/s")


if __name__ == "__main__":
    main()
