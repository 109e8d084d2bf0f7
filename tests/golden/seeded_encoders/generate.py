"""Real-size CLIP ViT-B/32 and DINO ViT-B/16 by transformers, their weights and inputs from a formula that C++ and NumPy
compute alike: python tests/golden/seeded_encoders/generate.py (versions in ../requirements.txt; 3 GB of memory).

Only the features are stored; the test makes the same weights again (tests/support/seeded_checkpoint.h).
"""
import hashlib
import json
import math
import pathlib
import tempfile

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel, ViTConfig, ViTModel

HERE = pathlib.Path(__file__).resolve().parent
SEED = 1
PICTURES = 5
# Start token, a few ids, end token; padded with it.
TEXTS = [[49406, 320, 2368, 49407], [49406, 518, 1928, 9041, 518, 3801, 536, 320, 49407], [49406, 49407],
         [49406, *range(1000, 1075), 49407], [49406, 42, 42, 42, 42, 49407]]


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return value


def seeded_values(name, indices, seed=SEED):
    """Twin of asbench::testing::seeded_value: uniform, mean 0, variance 1, double."""
    start = (fnv1a(name) + (seed << 32)) % 2**64
    with np.errstate(over="ignore"):
        x = np.uint64(start) + (indices + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    return (2.0 * ((x >> np.uint64(11)).astype(np.float64) * 2.0**-53) - 1.0) * 1.7320508075688772


def seeded_tensor(name, shape):
    """Twin of asbench::testing::seeded_tensor."""
    offset, factor = 0.0, None
    if name.endswith(".bias"):
        factor = 0.2
    elif len(shape) == 0:
        offset, factor = 2.6592, 0.0
    elif "norm" in name or "layrnorm" in name or name.endswith("lambda1"):
        offset, factor = 1.0, 0.2
    elif any(part in name for part in ("_token", "position_embedding", "class_embedding", "token_embedding")):
        factor = 0.5
    else:
        factor = 1.0 / math.sqrt(math.prod(shape[1:]))
    z = seeded_values(name, np.arange(math.prod(shape), dtype=np.uint64))
    return torch.from_numpy((offset + factor * z).astype(np.float32).reshape(shape))


def pictures():
    """Coarse cells of 16 x 16 pixels and a little noise, [5, 3, 224, 224]."""
    n, c, y, x = np.meshgrid(*(np.arange(size, dtype=np.uint64) for size in (PICTURES, 3, 224, 224)), indexing="ij")
    sixteen, fourteen = np.uint64(16), np.uint64(14)
    cells = ((n * np.uint64(3) + c) * fourteen + y // sixteen) * fourteen + x // sixteen
    pixels = np.arange(n.size, dtype=np.uint64).reshape(n.shape)
    values = seeded_values("picture cells", cells) + 0.25 * seeded_values("picture pixels", pixels)
    return torch.from_numpy(values.astype(np.float32))


def load_seeded(kind, config):
    """The network with weights by name, through a file so that names are those of checkpoints."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        kind(config).save_pretrained(path)
        with safe_open(path / "model.safetensors", "pt") as file:
            shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}
        save_file({name: seeded_tensor(name, shape) for name, shape in shapes.items()}, path / "model.safetensors",
                  {"format": "pt"})
        model = kind.from_pretrained(path).eval()
    model.set_attn_implementation("eager")
    return model


def main():
    torch.set_grad_enabled(False)
    pixels = pictures()
    longest = max(len(text) for text in TEXTS)
    ids = torch.tensor([text + [49407] * (longest - len(text)) for text in TEXTS])
    expected = {"ids": ids, "first_pixels": pixels[:, :, 0, 0]}
    clip = load_seeded(CLIPModel, CLIPConfig(text_config={"eos_token_id": 2}, vision_config={}))
    expected["clip.images"] = clip.get_image_features(pixels).pooler_output
    expected["clip.texts"] = clip.get_text_features(ids).pooler_output
    del clip
    dino = load_seeded(ViTModel, ViTConfig())
    expected["dino.images"] = dino(pixels).last_hidden_state[:, 0]
    digest = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    save_file({name: value.contiguous().clone() for name, value in expected.items()}, HERE / "expected.safetensors",
              {"script_sha256": digest})
    print(json.dumps({name: list(value.shape) for name, value in expected.items()}))
    for name in ("clip.images", "clip.texts", "dino.images"):
        unit = expected[name] / expected[name].norm(dim=-1, keepdim=True)
        print(name, (unit @ unit.T)[0].tolist())


if __name__ == "__main__":
    main()
