"""What the goldens of the language model's side share: seeded weights and files.

A case is a folder that open_checkpoint() can read (config.json, model.safetensors or shards of it)
plus expected.safetensors: inputs, and what the published implementation makes of them. Weights are
filled per sorted key from numpy RandomState (docs/design/animeshootergen.md 10): matrices
z / sqrt(fan in), biases 0.2 z, norm scales 1 + 0.2 z; tables that the first norm sees 0.1 z, so that
its eps shows.
"""
import hashlib
import json
import math
import pathlib

import numpy as np
import torch
from safetensors.torch import save_file

TABLES = ("embed_tokens.weight", "position_embedding.weight", "query_tokens", "learnable_queries")


def seeded_weights(shapes, seed, dtype=torch.float32, norms=()):
    """Values for tensors of these shapes, by sorted name, as they are after being stored in `dtype`."""
    random = np.random.RandomState(seed)
    filled = {}
    for key in sorted(shapes):
        shape = tuple(shapes[key])
        z = random.standard_normal(shape)
        if key.endswith("bias"):
            value = 0.2 * z
        elif len(shape) == 1 and ("norm" in key.lower() or key in norms):
            value = 1.0 + 0.2 * z
        elif key.endswith(TABLES):
            value = 0.1 * z
        else:
            value = z / math.sqrt(math.prod(shape[1:]))
            if "patch_embedding" in key:
                value = 0.1 * value
        filled[key] = torch.from_numpy(np.asarray(value, dtype=np.float32)).to(dtype)
    return filled


def shapes_of(model, prefix=""):
    return {prefix + name: value.shape for name, value in model.state_dict().items()}


def load_into(model, weights, prefix=""):
    """The stored values in float32, never by casting the module: that would round its tables too."""
    model.load_state_dict({name: weights[prefix + name].float() for name in model.state_dict()})
    return model.eval()


def normal(seed, shape, scale=1.0):
    return torch.from_numpy((scale * np.random.RandomState(seed).standard_normal(shape)).astype(np.float32))


def write_checkpoint(folder, config, weights, shards=1):
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    names = sorted(weights)
    if shards == 1:
        save_file({name: weights[name].contiguous() for name in names}, folder / "model.safetensors")
        return
    weight_map = {}
    for number in range(shards):
        file = f"model-{number + 1:05d}-of-{shards:05d}.safetensors"
        part = names[number::shards]
        save_file({name: weights[name].contiguous() for name in part}, folder / file)
        weight_map.update({name: file for name in part})
    index = {"metadata": {"total_size": sum(weights[n].numel() * weights[n].element_size() for n in names)},
             "weight_map": {name: weight_map[name] for name in names}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")


def relative(value, exact):
    return ((value.double() - exact.double()).abs().max() / exact.abs().max()).item()


def write_expected(path, tensors, distance, script):
    shared = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    digest = hashlib.sha256(pathlib.Path(script).read_bytes()).hexdigest()
    save_file({k: v.detach().contiguous().clone() for k, v in tensors.items()}, path,
              {"script_sha256": digest, "shared_sha256": shared, "fp32_fp64_distance": f"{distance:.2e}"})
    print(f"{path.parent.name}/{path.name}: fp32-fp64 distance {distance:.2e}, {path.stat().st_size} bytes")
