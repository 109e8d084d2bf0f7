"""CogVideoX's VAE by diffusers: python tests/golden/cogvideox_vae/generate.py (versions in ../requirements.txt)."""
import copy
import hashlib
import math
import pathlib

import numpy as np
import torch
from diffusers import AutoencoderKLCogVideoX
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent

# Four blocks as published, with two changes of channels; the decoder has two resnets a block. norm_eps is far from
# the spatial norm's 1e-6, so that a mix-up shows. A tile is 12 x 5 latents: both sides are legal (see tiles()).
CONFIG = dict(
    down_block_types=("CogVideoXDownBlock3D",) * 4, up_block_types=("CogVideoXUpBlock3D",) * 4,
    block_out_channels=(4, 4, 8, 8), latent_channels=4, layers_per_block=1, norm_num_groups=2, norm_eps=1e-2,
    temporal_compression_ratio=4, sample_height=192, sample_width=80, scaling_factor=1.15258426)

# name: batch, latent frames, height, width
DECODED = {"decode.1": (1, 1, 2, 3), "decode.2": (1, 2, 2, 2), "decode.3": (1, 3, 2, 3), "decode.4": (2, 4, 1, 2),
           "decode.5": (1, 5, 2, 1), "decode.13": (1, 13, 1, 2)}
TILED = {"tiled.4": (1, 4, 21, 7)}
# name: batch, frames, height, width; the last two sides are no multiples of 8
ENCODED = {"encode.1": (1, 1, 16, 24), "encode.8": (1, 8, 8, 16), "encode.9": (1, 9, 16, 8), "encode.17": (2, 17, 8, 16),
           "encode.odd": (1, 2, 21, 14)}
STAGES = {"decode.5", "encode.17"}  # cases whose intermediate results are kept, batch by batch
MOST_OF_A_STAGE = 600
MOST_OF_A_TILED_VIDEO = 8000


def seeded_weights(state_dict, seed):
    """Matrices z / sqrt(fan in), biases 0.2 z, norm scales 1 + 0.2 z, in the order of sorted keys."""
    random = np.random.RandomState(seed)
    filled = {}
    for key in sorted(state_dict):
        shape = tuple(state_dict[key].shape)
        z = random.standard_normal(shape)
        if key.endswith("bias"):
            value = 0.2 * z
        elif len(shape) == 1:
            value = 1.0 + 0.2 * z
        else:
            value = z / math.sqrt(math.prod(shape[1:]))
        filled[key] = torch.from_numpy(value.astype(np.float32))
    return filled


def normal(seed, shape):
    return torch.from_numpy(np.random.RandomState(seed).standard_normal(shape).astype(np.float32))


def prime_from(number):
    while any(number % d == 0 for d in range(2, math.isqrt(number) + 1)):
        number += 1
    return number


def thinned(name, tensor, most):
    """Every n-th value of a large tensor, n a prime, so that all channels, frames, rows and columns are met."""
    step = 1 if tensor.numel() <= most else prime_from(math.ceil(tensor.numel() / most))
    return {name: tensor.flatten()[::step], name + ":step": torch.tensor([step], dtype=torch.int64)}


class Stages:
    """What the parts of one half of the network return, batch by batch."""

    def __init__(self, half, blocks):
        self.tensors = {}
        self.counts = {}
        self.handles = []
        parts = {"conv_in": half.conv_in, "mid_block": half.mid_block, "norm_out": half.norm_out, "conv_out": half.conv_out}
        parts.update({f"{blocks}.{i}": block for i, block in enumerate(getattr(half, blocks))})
        for name, part in parts.items():
            self.handles.append(part.register_forward_hook(self.keeper(name)))

    def keeper(self, name):
        def keep(_module, _inputs, output):
            batch = self.counts.get(name, 0)
            self.counts[name] = batch + 1
            self.tensors[f"{batch}.{name}"] = (output[0] if isinstance(output, tuple) else output).clone()
        return keep

    def remove(self):
        for handle in self.handles:
            handle.remove()


def distance(value32, value64):
    return ((value32.double() - value64).abs().max() / value64.abs().max()).item()


def tiles(model, height, width):
    """Numbers of tiles; the pixels kept of a tile must be those from one to the next."""
    rows = int(model.tile_latent_min_height * (1 - model.tile_overlap_factor_height))
    columns = int(model.tile_latent_min_width * (1 - model.tile_overlap_factor_width))
    keep = [side - int(side * overlap) for side, overlap in (
        (model.tile_sample_min_height, model.tile_overlap_factor_height),
        (model.tile_sample_min_width, model.tile_overlap_factor_width))]
    assert [8 * rows, 8 * columns] == keep
    return len(range(0, height, rows)), len(range(0, width, columns))


def main():
    torch.set_num_threads(1)
    model = AutoencoderKLCogVideoX(**CONFIG).eval()
    model.load_state_dict(seeded_weights(model.state_dict(), 808))
    model.save_pretrained(HERE)
    double = copy.deepcopy(model).double()
    expected = {}
    noise = 0.0
    with torch.inference_mode():
        for number, (name, (batch, frames, height, width)) in enumerate((DECODED | TILED).items()):
            latents = normal(100 + number, (batch, CONFIG["latent_channels"], frames, height, width))
            if name in TILED:
                assert min(tiles(model, height, width)) >= 2
                model.enable_tiling()
                double.enable_tiling()
            stages = Stages(model.decoder, "up_blocks") if name in STAGES else None
            video = model.decode(latents).sample
            if stages:
                stages.remove()
                for stage, value in stages.tensors.items():
                    expected.update(thinned(f"{name}.{stage}", value, MOST_OF_A_STAGE))
            apart = distance(video, double.decode(latents.double()).sample)
            print(f"{name}: {tuple(video.shape)}, largest {video.abs().max():.2f}, fp32-fp64 distance {apart:.1e}")
            noise = max(noise, apart)
            expected[f"{name}.latents"] = latents
            expected[f"{name}.shape"] = torch.tensor(video.shape, dtype=torch.int64)
            expected.update(thinned(f"{name}.sample", video, MOST_OF_A_TILED_VIDEO))
            model.disable_tiling()
            double.disable_tiling()
        for number, (name, (batch, frames, height, width)) in enumerate(ENCODED.items()):
            pixels = torch.from_numpy(
                np.random.RandomState(200 + number).uniform(-1, 1, (batch, 3, frames, height, width)).astype(np.float32))
            stages = Stages(model.encoder, "down_blocks") if name in STAGES else None
            posterior = model.encode(pixels).latent_dist
            if stages:
                stages.remove()
                for stage, value in stages.tensors.items():
                    expected.update(thinned(f"{name}.{stage}", value, MOST_OF_A_STAGE))
            posterior64 = double.encode(pixels.double()).latent_dist
            for part in ("mean", "logvar"):
                apart = distance(getattr(posterior, part), getattr(posterior64, part))
                print(f"{name} {part}: {tuple(posterior.mean.shape)}, fp32-fp64 distance {apart:.1e}")
                noise = max(noise, apart)
                expected[f"{name}.{part}"] = getattr(posterior, part)
            expected[f"{name}.sample"] = pixels
    save_file({name: value.detach().contiguous().clone() for name, value in expected.items()}, HERE / "expected.safetensors",
              {"script_sha256": hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest(),
               "fp32_fp64_distance": f"{noise:.2e}"})


if __name__ == "__main__":
    main()
