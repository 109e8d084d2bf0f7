"""Pictures through both encoders of python_pipeline.py with decode workers, as one writes it for a GPU.

Worker processes (torch's DataLoader) open each video once, resize its sampled frames with Pillow and hand on bytes. The
main process copies them into pinned memory, a batch at a time, and uploads it while the batch before is computed; scaling
and normalisation happen on the device, features stay there until the end. All of it works on the CPU too, for tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch

from pipeline_common import CLIP_PROFILE, DINO_PROFILE, Profile, pillow_from_bgr, resize_and_crop

PROFILES = (CLIP_PROFILE, DINO_PROFILE)
BUFFERS = 2  # one is filled while the other's batch is under way
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def levels_of(image, profile: Profile) -> np.ndarray:
    """RGB Pillow image -> uint8 [crop, crop, 3]."""
    return np.ascontiguousarray(resize_and_crop(image, profile))


class Shots(torch.utils.data.Dataset):
    """Item i: the sampled frames of video i as uint8 [frames, crop, crop, 3], one array an encoder."""

    def __init__(self, videos: list[Path], frames_of: Callable[[Path], list[np.ndarray]]) -> None:
        self.videos, self.frames_of = videos, frames_of

    def __len__(self) -> int:
        return len(self.videos)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, ...]:
        frames = [pillow_from_bgr(frame) for frame in self.frames_of(self.videos[index])]
        return tuple(torch.from_numpy(np.stack([levels_of(frame, profile) for frame in frames])) for profile in PROFILES)


def one_thread(_: int) -> None:
    """A worker is one of many: OpenCV and torch must not start a thread a core in each."""
    import cv2

    cv2.setNumThreads(1)
    torch.set_num_threads(1)


def decoded(shots: Shots, workers: int) -> Iterator[tuple[torch.Tensor, ...]]:
    """The items of `shots` in their order. The workers start with this call, so call it before the GPU is touched."""
    loader = torch.utils.data.DataLoader(shots, batch_size=None, shuffle=False, num_workers=workers, prefetch_factor=2,
                                         worker_init_fn=one_thread)
    return iter(loader)


class DeviceEncoder:
    """Collects levels under keys; encodes `batch` pictures at a time. `network`: [N, 3, H, W] -> [N, D] on the device."""

    def __init__(self, network: Callable[[torch.Tensor], torch.Tensor], profile: Profile, device: str, batch: int, dtype: torch.dtype) -> None:
        self.network, self.device, self.batch, self.dtype = network, torch.device(device), batch, dtype
        self.on_gpu = self.device.type == "cuda"
        shape = (batch, profile.crop, profile.crop, 3)
        self.buffers = [torch.empty(shape, dtype=torch.uint8, pin_memory=self.on_gpu) for _ in range(BUFFERS)]
        self.uploaded: list[torch.cuda.Event | None] = [None] * BUFFERS
        self.mean, self.std = (torch.tensor(values, dtype=torch.float32, device=self.device).view(1, 3, 1, 1)
                               for values in (profile.mean, profile.std))
        self.keys: list[tuple] = []
        self.rows: list[torch.Tensor] = []
        self.current = self.filled = 0

    def add(self, key: tuple, levels: torch.Tensor) -> None:
        if self.filled == 0 and self.uploaded[self.current] is not None:
            self.uploaded[self.current].synchronize()  # the copy out of this memory must be over
        self.buffers[self.current][self.filled] = levels
        self.keys.append(key)
        self.filled += 1
        if self.filled == self.batch:
            self.flush()

    def flush(self) -> None:
        if self.filled == 0:
            return
        levels = self.buffers[self.current][:self.filled].to(self.device, non_blocking=True)
        if self.on_gpu:
            self.uploaded[self.current] = torch.cuda.Event()
            self.uploaded[self.current].record()
        pixels = levels.permute(0, 3, 1, 2).to(torch.float32, memory_format=torch.contiguous_format)
        pixels = pixels.mul_(1 / 255).sub_(self.mean).div_(self.std)
        self.rows.append(self.network(pixels.to(self.dtype)).float())
        self.current, self.filled = (self.current + 1) % BUFFERS, 0

    def features(self) -> dict[tuple, np.ndarray]:
        self.flush()
        return dict(zip(self.keys, torch.cat(self.rows).cpu().numpy()))
