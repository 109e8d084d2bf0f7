"""What VBench's own functions make of small clips under seeded networks: python tests/golden/vbench/generate.py
(versions in ../requirements.txt).

The functions are those of the package `vbench`; what they would fetch from the network is put in their place: DINO by
`dreamsim`'s copy of the original network (its position table is stretched by + 0.1) and CLIP by transformers, both with
the weights of ../seeded_encoders' formula. decord and clip, which only load files and weights, are empty modules.
"""
import hashlib
import importlib.util
import json
import math
import pathlib
import sys
import types
from functools import partial

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel

HERE = pathlib.Path(__file__).resolve().parent
for name in ("decord", "clip"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["decord"].VideoReader = sys.modules["decord"].cpu = None
from dreamsim.feature_extraction.vision_transformer import VisionTransformer  # noqa: E402
from vbench import background_consistency, subject_consistency, temporal_flickering, utils  # noqa: E402

spec = importlib.util.spec_from_file_location("seeded", HERE.parent / "seeded_encoders" / "generate.py")
seeded = importlib.util.module_from_spec(spec)
spec.loader.exec_module(seeded)

# Width, height, frames of each clip; upright, square and wide ones, one shorter than the eight frames of the CLIP score.
CLIPS = [(160, 120, 11), (90, 200, 6), (250, 141, 17), (120, 120, 9)]
WIDTH, INNER, LAYERS, HEADS, DIM = 48, 96, 2, 3, 32  # of tests/support/seeded_checkpoint.cpp, tiny
STEP = 407  # every so many pixel values are stored


def frame(clip, t):
    """Twin of vbench_frame() in tests/evaluation/vbench_golden_test.cpp: [H, W, 3] uint8."""
    width, height, _ = CLIPS[clip]
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    column, row = x // 16, y // 12
    cell = (column * 53 + row * 97 + c * 71 + clip * 29) * 7
    moving = t * (3 + clip) * ((column + row) % 3)
    return ((cell + moving + (x * 5 + y * 3 + t * 2) % 23) % 256).astype(np.uint8)


def frames_of(path):
    clip = int(path)
    return np.stack([frame(clip, t) for t in range(CLIPS[clip][2])])


def load_video(path, **_):
    """As vbench.utils.load_video: floats [T, 3, H, W] of 0..255."""
    return torch.Tensor(frames_of(path)).permute(0, 3, 1, 2)


def dino():
    model = VisionTransformer(patch_size=16, embed_dim=WIDTH, depth=LAYERS, num_heads=HEADS, mlp_ratio=INNER / WIDTH,
                              qkv_bias=True, norm_layer=partial(torch.nn.LayerNorm, eps=1e-6)).eval()
    def tensor(name, shape):
        return seeded.seeded_tensor(name, shape)
    state = {"cls_token": tensor("embeddings.cls_token", (1, 1, WIDTH)),
             "pos_embed": tensor("embeddings.position_embeddings", (1, 197, WIDTH)),
             "patch_embed.proj.weight": tensor("embeddings.patch_embeddings.projection.weight", (WIDTH, 3, 16, 16)),
             "patch_embed.proj.bias": tensor("embeddings.patch_embeddings.projection.bias", (WIDTH,))}
    def linear(target, source, out, inputs):
        state[target + ".weight"] = tensor(source + ".weight", (out, inputs))
        state[target + ".bias"] = tensor(source + ".bias", (out,))
    def norm(target, source):
        for kind in ("weight", "bias"):
            state[f"{target}.{kind}"] = tensor(f"{source}.{kind}", (WIDTH,))
    for i in range(LAYERS):
        source, target = f"encoder.layer.{i}.", f"blocks.{i}."
        for kind, shape in (("weight", (WIDTH, WIDTH)), ("bias", (WIDTH,))):
            parts = [tensor(f"{source}attention.attention.{part}.{kind}", shape) for part in ("query", "key", "value")]
            state[f"{target}attn.qkv.{kind}"] = torch.cat(parts)
        linear(target + "attn.proj", source + "attention.output.dense", WIDTH, WIDTH)
        linear(target + "mlp.fc1", source + "intermediate.dense", INNER, WIDTH)
        linear(target + "mlp.fc2", source + "output.dense", WIDTH, INNER)
        norm(target + "norm1", source + "layernorm_before")
        norm(target + "norm2", source + "layernorm_after")
    norm("norm", "layernorm")
    model.load_state_dict(state)
    return model


class Clip:
    """What VBench asks of openai/CLIP's model."""

    def __init__(self):
        text = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, eos_token_id=2)
        vision = dict(hidden_size=WIDTH, intermediate_size=INNER, num_hidden_layers=LAYERS, num_attention_heads=HEADS)
        self.model = seeded.load_seeded(CLIPModel, CLIPConfig(text_config=text, vision_config=vision, projection_dim=DIM))

    def encode_image(self, images):
        return self.model.get_image_features(images).pooler_output


def main():
    torch.set_grad_enabled(False)
    paths = [str(clip) for clip in range(len(CLIPS))]
    for module in (subject_consistency, background_consistency):
        module.load_video = load_video
    temporal_flickering.get_frames = lambda path: [image[:, :, ::-1] for image in frames_of(path)]  # BGR, as OpenCV
    network, clip = dino(), Clip()
    results = {}
    for name, (total, videos) in {
            "subject": subject_consistency.subject_consistency(network, paths, "cpu", False),
            "background": background_consistency.background_consistency(clip, None, paths, "cpu", False),
            "flicker": temporal_flickering.temporal_flickering(paths)}.items():
        results[name] = {"total": float(total), "videos": [float(video["video_results"]) for video in videos]}

    tensors = {}
    for index, path in enumerate(paths):
        # VBench's CLIP score: eight frames from the middles of equal parts, as bytes through the resize.
        chosen = utils.get_frame_indices(8, CLIPS[index][2], sample="middle")
        bytes_of = torch.from_numpy(frames_of(path)[chosen]).permute(0, 3, 1, 2)
        tensors[f"clip_score.{index}.features"] = clip.encode_image(utils.clip_transform(224)(bytes_of))
        floats = load_video(path)[:1]
        for profile, values in (("vbench-dino", utils.dino_transform(224)(floats)),
                                ("vbench-clip", utils.clip_transform(224)(floats)),
                                ("vbench-viclip", utils.clip_transform(224)(bytes_of[:1]))):
            tensors[f"{profile}.{index}.size"] = torch.tensor(values.shape[2:])
            tensors[f"{profile}.{index}.values"] = values.flatten()[::STEP]
    (HERE / "expected.json").write_text(json.dumps({"clips": CLIPS, "results": results}, indent=1) + "\n")
    digest = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    save_file({name: value.contiguous().clone() for name, value in tensors.items()}, HERE / "expected.safetensors",
              {"script_sha256": digest})
    print(json.dumps(results))
    assert math.isfinite(sum(result["total"] for result in results.values()))


if __name__ == "__main__":
    main()
