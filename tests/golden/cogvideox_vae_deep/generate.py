"""CogVideoX's VAE by diffusers with the published three layers a block and 16 latent channels, small.

Weights and inputs follow from their names and a seed, as asbench::testing::tiny_tensor() and seeded_value() make them, so
they aren't stored; of large results, every n-th value is.
"""
import copy
import hashlib
import importlib.util
import pathlib

import torch
from diffusers import AutoencoderKLCogVideoX
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent


def script_beside(case):
    path = HERE.parent / case / "generate.py"
    spec = importlib.util.spec_from_file_location(case + "_golden", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, hashlib.sha256(path.read_bytes()).hexdigest()


seeded, seeded_sha256 = script_beside("animeshootergen")
vae, vae_sha256 = script_beside("cogvideox_vae")

# Every block but the second has other channels than the one before it, and groups of 1, 2 and 3 channels. A tile is 6 x 5
# latents.
CONFIG = dict(
    down_block_types=("CogVideoXDownBlock3D",) * 4, up_block_types=("CogVideoXUpBlock3D",) * 4,
    block_out_channels=(8, 16, 16, 24), latent_channels=16, layers_per_block=3, norm_num_groups=8, norm_eps=1e-6,
    temporal_compression_ratio=4, sample_height=96, sample_width=80, scaling_factor=1.15258426)

# name: batch, latent frames, height, width
DECODED = {"decode.2": (2, 2, 3, 2), "decode.5": (1, 5, 4, 6), "decode.13": (1, 13, 2, 3)}
TILED = {"tiled.3": (1, 3, 8, 7)}
# name: batch, frames, height, width
ENCODED = {"encode.1": (1, 1, 32, 48), "encode.17": (2, 17, 16, 24), "encode.49": (1, 49, 16, 16)}
STAGES = {"decode.5", "encode.17"}  # cases whose intermediate results are kept, batch by batch
MOST_OF_A_STAGE = 400
MOST_OF_A_VIDEO = 6000


def values(name, shape):
    """Uniform, mean 0, variance 1."""
    return torch.from_numpy(seeded.seeded_values(name, torch.Size(shape).numel()).astype("float32").reshape(shape))


def main():
    torch.set_num_threads(1)
    model = seeded.fill(AutoencoderKLCogVideoX(**CONFIG))
    double = copy.deepcopy(model).double()
    expected = {}
    noise = 0.0

    def keep_stages(name, stages):
        stages.remove()
        for stage, value in stages.tensors.items():
            expected.update(vae.thinned(f"{name}.{stage}", value, MOST_OF_A_STAGE))

    with torch.inference_mode():
        for name, (batch, frames, height, width) in (DECODED | TILED).items():
            latents = values(name, (batch, CONFIG["latent_channels"], frames, height, width))
            if name in TILED:
                assert min(vae.tiles(model, height, width)) >= 2
                model.enable_tiling()
                double.enable_tiling()
            stages = vae.Stages(model.decoder, "up_blocks") if name in STAGES else None
            video = model.decode(latents).sample
            if stages:
                keep_stages(name, stages)
            apart = vae.distance(video, double.decode(latents.double()).sample)
            print(f"{name}: {tuple(video.shape)}, largest {video.abs().max():.2f}, fp32-fp64 distance {apart:.1e}")
            noise = max(noise, apart)
            expected[f"{name}.shape"] = torch.tensor(video.shape, dtype=torch.int64)
            expected.update(vae.thinned(f"{name}.sample", video, MOST_OF_A_VIDEO))
            model.disable_tiling()
            double.disable_tiling()
        for name, (batch, frames, height, width) in ENCODED.items():
            pixels = (values(name, (batch, 3, frames, height, width)) * 0.5).clamp(-1, 1)
            stages = vae.Stages(model.encoder, "down_blocks") if name in STAGES else None
            posterior = model.encode(pixels).latent_dist
            if stages:
                keep_stages(name, stages)
            posterior64 = double.encode(pixels.double()).latent_dist
            for part in ("mean", "logvar"):
                value = getattr(posterior, part)
                apart = vae.distance(value, getattr(posterior64, part))
                print(f"{name} {part}: {tuple(value.shape)}, largest {value.abs().max():.2f}, "
                      f"fp32-fp64 distance {apart:.1e}")
                noise = max(noise, apart)
                expected[f"{name}.{part}"] = value
    count = sum(p.numel() for p in model.parameters())
    print(f"{count} parameters, fp32-fp64 distance {noise:.2e}")
    save_file({name: value.detach().contiguous().clone() for name, value in expected.items()}, HERE / "expected.safetensors",
              {"script": hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest(), "seeded": seeded_sha256,
               "vae": vae_sha256, "fp32_fp64_distance": f"{noise:.2e}", "parameters": str(count)})


if __name__ == "__main__":
    main()
