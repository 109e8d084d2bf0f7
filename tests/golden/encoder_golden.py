"""What the encoder goldens share: seeded weights, intermediate outputs, files.

A case is a folder that open_checkpoint() can read (config.json, model.safetensors,
preprocessor_config.json) plus expected.safetensors: the input and, block by block, what the
published implementation makes of it. Weights are filled per sorted key from numpy RandomState:
matrices z / sqrt(fan in), biases 0.2 z, norm scales 1 + 0.2 z, tokens, tables and the patch
convolution small (times 0.03), so that the first norm's eps shows.
"""
import hashlib
import json
import math
import pathlib

import numpy as np
import torch
from safetensors.torch import save_file


def seeded_weights(state_dict, seed):
    """New values for every floating-point tensor, in the order of sorted keys."""
    random = np.random.RandomState(seed)
    filled = {}
    for key in sorted(state_dict):
        shape = tuple(state_dict[key].shape)
        if not state_dict[key].is_floating_point():
            filled[key] = state_dict[key]
            continue
        z = random.standard_normal(shape)
        if key.endswith("bias"):
            value = 0.2 * z
        elif len(shape) == 0:
            value = np.asarray(2.6592)
        elif len(shape) == 1 and ("norm" in key or "layrnorm" in key or "ln_" in key or "lambda1" in key):
            value = 1.0 + 0.2 * z
        else:
            fan_in = math.prod(shape[1:]) if len(shape) > 1 else shape[0]
            value = z / math.sqrt(fan_in)
            if any(part in key for part in ("embed", "token", "conv1")):
                value = value * 0.03 * (math.sqrt(fan_in) if "patch" not in key and "conv1" not in key else 1.0)
        filled[key] = torch.from_numpy(np.asarray(value, dtype=np.float32))
    return filled


def pictures(seed, shape):
    """Pixels as after preprocessing, order 1, [N, 3, H, W]."""
    return torch.from_numpy(np.random.RandomState(seed).standard_normal(shape).astype(np.float32))


def unit(x):
    return x / x.norm(dim=-1, keepdim=True)


def fp64_distance(feature32, feature64):
    """How far float32 is from double for unit-length features: the noise that tolerances allow for."""
    return (unit(feature32.double()) - unit(feature64)).abs().max().item()


def write_expected(folder, tensors, distance, script):
    digest = hashlib.sha256(pathlib.Path(script).read_bytes()).hexdigest()
    shared = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    save_file({k: v.detach().contiguous().clone() for k, v in tensors.items()},
              folder / "expected.safetensors",
              {"script_sha256": digest, "shared_sha256": shared, "fp32_fp64_distance": f"{distance:.2e}"})
    print(f"{folder.name}: fp32-fp64 distance {distance:.2e}")


def write_preprocessor(folder, size):
    (folder / "preprocessor_config.json").write_text(json.dumps({
        "image_processor_type": "CLIPImageProcessor", "do_resize": True, "size": {"shortest_edge": size},
        "do_center_crop": True, "crop_size": {"height": size, "width": size}, "do_normalize": True,
        "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "resample": 3}, indent=1) + "\n")


def named_states(hidden_states, prefix=""):
    """transformers' hidden_states: [0] goes into the first block, [i + 1] leaves block i."""
    named = {prefix + "embeddings": hidden_states[0]}
    for i, state in enumerate(hidden_states[1:]):
        named[f"{prefix}blocks.{i}"] = state
    return named
