"""CogVideoX's transformer by diffusers: python tests/golden/cogvideox_transformer/generate.py (versions in ../requirements.txt)."""
import copy
import json
import pathlib
import sys

import torch
from diffusers import CogVideoXTransformer3DModel
from diffusers.models.embeddings import get_3d_rotary_pos_embed, get_3d_sincos_pos_embed, get_timestep_embedding
from diffusers.pipelines.cogvideo.pipeline_cogvideox_image2video import get_resize_crop_region_for_grid

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import transformer_golden as golden  # noqa: E402

# T1 of docs/design/animeshootergen.md 9: 17 frames of 48x32 pixels.
T1 = dict(num_attention_heads=2, attention_head_dim=16, in_channels=4, out_channels=4, time_embed_dim=16, text_embed_dim=24,
          num_layers=2, sample_width=6, sample_height=4, sample_frames=17, max_text_seq_length=10)
# As CogVideoX-5B-I2V: noise and image latents, positions turned in and added.
I2V = dict(T1, in_channels=8, use_rotary_positional_embeddings=True, use_learned_positional_embeddings=True)
# Small variances before norms: of the text's tokens (norm1, norm2), of queries and keys of the last block.
SMALL = ("patch_embed.text_proj", "transformer_blocks.1.attn1.to_q", "transformer_blocks.1.attn1.to_k")


def make(config, seed):
    model = CogVideoXTransformer3DModel(**config).eval()
    model.load_state_dict(golden.seeded_weights(model.state_dict(), seed, SMALL))
    return model


def rotary(frames, height, width, own_height, own_width, head_width, patch=2):
    """As the pipelines prepare it: cosines and sines, [tokens, head width]."""
    grid = (height // patch, width // patch)
    region = get_resize_crop_region_for_grid(grid, own_width // patch, own_height // patch)
    return get_3d_rotary_pos_embed(head_width, region, grid, frames)


def run(model, hidden, text, timestep):
    """The output, and by name what leaves the patch embedding and each block."""
    seen = {}
    hooks = [model.patch_embed.register_forward_hook(lambda module, inputs, out: seen.update({"patch_embed": out}))]
    for i, block in enumerate(model.transformer_blocks):
        def keep(module, inputs, out, name=f"blocks.{i}"):
            video, words = out
            seen[name] = torch.cat([words, video], dim=1)
        hooks.append(block.register_forward_hook(keep))
    turns = None
    config = model.config
    if config.use_rotary_positional_embeddings:
        turns = rotary(hidden.shape[1], hidden.shape[3], hidden.shape[4], config.sample_height, config.sample_width,
                       config.attention_head_dim)
        turns = tuple(table.to(hidden.dtype) for table in turns)
    with torch.inference_mode():
        out = model(hidden_states=hidden, encoder_hidden_states=text, timestep=timestep, image_rotary_emb=turns,
                    return_dict=False)[0]
    for hook in hooks:
        hook.remove()
    return dict(seen, output=out)


def case(model, name, seed, shape, times):
    config = model.config
    inputs = {"hidden_states": golden.normal(seed, (2, shape[0], config.in_channels, *shape[1:])),
              "encoder_hidden_states": golden.normal(seed + 1, (2, config.max_text_seq_length, config.text_embed_dim)),
              "timestep": torch.tensor(times)}
    results = run(model, *inputs.values())
    wide = run(copy.deepcopy(model).double(), inputs["hidden_states"].double(), inputs["encoder_hidden_states"].double(),
               inputs["timestep"])
    noise = max(golden.distance(results[key], wide[key]) for key in results)
    print(f"{name}: fp32-fp64 distance {noise:.2e}, output up to {results['output'].abs().max():.2f}")
    inputs["timestep"] = inputs["timestep"].float()
    return {f"{name}.{key}": value for key, value in {**inputs, **results}.items()}, noise


def networks():
    base = make(T1, 41)
    # The 2B form keeps no table, so the same weights serve another length of the text.
    longer = make(dict(T1, max_text_seq_length=13), 41)
    i2v = make(I2V, 43)
    runs = {"base": [(base, "default", 50, (5, 4, 6), [999, 500]), (base, "size", 52, (3, 6, 10), [19, 999]),
                     (longer, "length", 54, (5, 4, 6), [500, 19])],
            "i2v": [(i2v, "default", 56, (5, 4, 6), [999, 500]), (i2v, "late", 58, (5, 4, 6), [19, 19])]}
    for folder, model in (("base", base), ("i2v", i2v)):
        model.save_pretrained(HERE / folder)
        tensors, worst = {}, 0.0
        for arguments in runs[folder]:
            more, noise = case(*arguments)
            tensors.update(more)
            worst = max(worst, noise)
        golden.write(HERE / folder / "expected.safetensors", tensors, __file__, fp32_fp64_distance=f"{worst:.2e}",
                     parameters=str(sum(p.numel() for p in model.parameters())))


def tables():
    """Entries of tables of real sizes, and whole tables of small ones."""
    tensors = {}
    times = torch.tensor([999, 500, 19])
    for width in (1920, 32):
        tensors[f"timestep.{width}"] = get_timestep_embedding(times, width, flip_sin_to_cos=True, downscale_freq_shift=0)
    tensors["timestep.sines_first_shifted"] = get_timestep_embedding(times, 32, flip_sin_to_cos=False, downscale_freq_shift=1)
    # Tokens (frame, row, column) of 13 x 30 x 45.
    chosen = torch.tensor([(0, 0, 0), (1, 0, 0), (0, 0, 1), (0, 1, 0), (5, 17, 31), (12, 29, 44)])
    tensors["tokens"] = chosen.float()
    frames, rows, columns = chosen.unbind(1)
    table = get_3d_sincos_pos_embed(1920, (45, 30), 13, 1.875, 1.0, output_type="pt")  # [13, 1350, 1920]
    tensors["sines.2b"] = table[frames, rows * 45 + columns].float()
    small = get_3d_sincos_pos_embed(32, (3, 2), 5, 1.875, 1.0, output_type="pt")
    tensors["sines.t1"] = small.flatten(0, 1).float()
    stretched = get_3d_sincos_pos_embed(32, (5, 3), 3, 1.3, 0.7, output_type="pt")
    tensors["sines.scaled"] = stretched.flatten(0, 1).float()
    for part, turned in zip(("cosines", "sines"), rotary(13, 60, 90, 60, 90, 64)):
        tensors[f"rotary.5b.{part}"] = turned[(frames * 30 + rows) * 45 + columns]
    # Taller, wider, smaller and larger than the own 4 x 6 latents.
    for height, width in ((4, 6), (10, 6), (4, 18), (2, 4), (12, 16)):
        for part, turned in zip(("cosines", "sines"), rotary(3, height, width, 4, 6, 16)):
            tensors[f"rotary.{height}x{width}.{part}"] = turned
    golden.write(HERE / "tables.safetensors", tensors, __file__)


def main():
    networks()
    tables()
    for folder in ("base", "i2v"):
        path = HERE / folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()), indent=1) + "\n")


if __name__ == "__main__":
    main()
