"""What the goldens of the generator's transformer share: seeded weights, distances, files.

Weights are filled per sorted key from numpy RandomState (docs/design/animeshootergen.md 10): matrices z / sqrt(fan in), biases
0.2 z, norm scales 1 + 0.2 z. Some are made small, so that the variance that a norm divides by is small and its eps shows.
"""
import hashlib
import math
import pathlib

import numpy as np
import torch
from safetensors.torch import save_file


def seeded_weights(state_dict, seed, small=(), factor=0.03):
    """New values for every tensor, in the order of sorted keys; those whose key holds a text of `small` times `factor`."""
    random = np.random.RandomState(seed)
    filled = {}
    for key in sorted(state_dict):
        shape = tuple(state_dict[key].shape)
        z = random.standard_normal(shape)
        if key.endswith("bias"):
            value = 0.2 * z
        elif len(shape) == 1:
            value = 1.0 + 0.2 * z
        elif "pos_embedding" in key:
            value = 0.5 * z
        else:
            value = z / math.sqrt(math.prod(shape[1:]))
        if any(part in key for part in small):
            value = factor * value
        filled[key] = torch.from_numpy(np.asarray(value, dtype=np.float32))
    return filled


def normal(seed, shape):
    return torch.from_numpy(np.random.RandomState(seed).standard_normal(shape).astype(np.float32))


def distance(value, expected):
    """The largest difference, relative to the largest value."""
    return ((value.double() - expected).abs().max() / expected.abs().max()).item()


def write(path, tensors, script, **metadata):
    digest = hashlib.sha256(pathlib.Path(script).read_bytes()).hexdigest()
    shared = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    save_file({k: v.detach().contiguous().clone() for k, v in tensors.items()}, path,
              {"script_sha256": digest, "shared_sha256": shared, **metadata})
