"""Golden of CogVideoX's transformer in the size T2 of docs/design/animeshootergen.md 9, by diffusers.

Weights and inputs follow from their names and a seed, as asbench::testing::tiny_tensor() and seeded_value() make them, so
they aren't stored. Of the states, every 19th token is.
"""
import copy
import hashlib
import importlib.util
import pathlib

import torch
from diffusers import CogVideoXTransformer3DModel
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent
SHARED = HERE.parent / "animeshootergen" / "generate.py"
spec = importlib.util.spec_from_file_location("animeshootergen_golden", SHARED)
shared = importlib.util.module_from_spec(spec)
spec.loader.exec_module(shared)

T2 = dict(num_attention_heads=4, attention_head_dim=32, in_channels=16, out_channels=16, time_embed_dim=16, text_embed_dim=24,
          num_layers=4, sample_width=12, sample_height=8, sample_frames=49, max_text_seq_length=226)
SHAPES = {"hidden_states": (2, 13, 16, 8, 12), "encoder_hidden_states": (2, 226, 24)}
TIMES = {"late": [19, 500], "first": [999, 999]}
EVERY = 19


def inputs(name):
    shape = SHAPES[name]
    return torch.from_numpy(shared.seeded_values(name, torch.Size(shape).numel()).astype("float32").reshape(shape))


def run(model, hidden, text, times):
    seen = {}
    hooks = [model.patch_embed.register_forward_hook(lambda module, given, out: seen.update({"patch_embed": out}))]
    for i, block in enumerate(model.transformer_blocks):
        def keep(module, given, out, name=f"blocks.{i}"):
            video, words = out
            seen[name] = torch.cat([words, video], dim=1)
        hooks.append(block.register_forward_hook(keep))
    with torch.inference_mode():
        out = model(hidden_states=hidden, encoder_hidden_states=text, timestep=torch.tensor(times), return_dict=False)[0]
    for hook in hooks:
        hook.remove()
    return dict(seen, output=out)


def main():
    model = shared.fill(CogVideoXTransformer3DModel(**T2))
    hidden, text = inputs("hidden_states"), inputs("encoder_hidden_states")
    tensors, noise = {}, 0.0
    for name, times in TIMES.items():
        results = run(model, hidden, text, times)
        wide = run(copy.deepcopy(model).double(), hidden.double(), text.double(), times)
        for key, value in results.items():
            noise = max(noise, ((value.double() - wide[key]).abs().max() / wide[key].abs().max()).item())
            tensors[f"{name}.{key}"] = (value if key == "output" else value[:, ::EVERY]).contiguous().clone()
    count = sum(p.numel() for p in model.parameters())
    print(f"{count} parameters, fp32-fp64 distance {noise:.2e}")
    save_file(tensors, HERE / "expected.safetensors",
              {"script": hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest(),
               "shared": hashlib.sha256(SHARED.read_bytes()).hexdigest(),
               "fp32_fp64_distance": f"{noise:.2e}", "parameters": str(count)})


if __name__ == "__main__":
    main()
