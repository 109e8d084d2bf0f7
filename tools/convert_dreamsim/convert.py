#!/usr/bin/env python3
"""Turns a released DreamSim archive into a checkpoint that asbench reads:

    python3 tools/convert_dreamsim/convert.py ARCHIVE OUT [--type ensemble] [--dino-backbone FILE]

README.md beside this file says what the archive must hold and what is written. Needs NumPy.
"""
import argparse
import hashlib
import json
import pathlib
import re
import sys
import tempfile
import zipfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from torch_files import Unreadable, read_safetensors, read_torch, write_safetensors  # noqa: E402

IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
CLIP = {"image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}


def branch(name, file, **settings):
    return {"name": name, "file": file, **settings}


DINO = branch("dino_vitb16", "dino_vitb16_pretrain.pth", feat_type="cls", pre_norm=False, hidden_act="gelu",
              layer_norm_eps=1e-6, **IMAGENET)


def clip(name, activation):
    return branch(name, f"{name}_pretrain.pth.tar", feat_type="embedding", pre_norm=True, hidden_act=activation,
                  layer_norm_eps=1e-5, **CLIP)


# Per --type: the networks in the order of their features, and the folder of the adapter (dreamsim/config.py, model.py).
TYPES = {
    "ensemble": ([DINO, clip("clip_vitb16", "quick_gelu"), clip("open_clip_vitb16", "gelu")], "ensemble_lora"),
    "dino_vitb16": ([DINO], "dino_vitb16_single_lora"),
    "clip_vitb32": ([clip("clip_vitb32", "quick_gelu")], "clip_vitb32_single_lora"),
    "open_clip_vitb32": ([clip("open_clip_vitb32", "gelu")], "open_clip_vitb32_single_lora"),
}
DINO_BACKBONES = ["dino_vitbase16_pretrain.pth", "checkpoints/dino_vitbase16_pretrain.pth",
                  "hub/checkpoints/dino_vitbase16_pretrain.pth"]
DINO_ADDRESS = "https://dl.fbaipublicfiles.com/dino/dino_vitbase16_pretrain/dino_vitbase16_pretrain.pth"
LORA_KEY = re.compile(r"extractor_list\.(\d+)\.model\.blocks\.(\d+)\.attn\.qkv\.lora_([AB])(?:\.[A-Za-z_]\w*)?\.weight")
# What peft may be told beside rank and alpha, and the values under which LoRA is what is merged here.
PLAIN = {"bias": ["none"], "peft_type": ["LORA"], "fan_in_fan_out": [False], "use_dora": [False], "use_rslora": [False],
         "lora_bias": [False]}
EMPTY = ["modules_to_save", "rank_pattern", "alpha_pattern", "layers_to_transform", "layers_pattern", "enable_lora",
         "exclude_modules", "layer_replication", "trainable_token_indices", "target_parameters"]


class Refused(Exception):
    """The archive can't be converted; the message says why and what helps."""


def listed(names, most=10):
    names = sorted(names)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def backbone_of(state, origin):
    """The tensors of DINO's network in the forms that its files have, or None."""
    if "cls_token" in state:
        return dict(state)
    teacher = state.get("teacher")
    if not isinstance(teacher, dict):
        return None
    # A full checkpoint of the training: the published backbone is the teacher's, after `backbone.`.
    plain = {re.sub(r"^module\.", "", key): value for key, value in teacher.items()}
    body = {key[len("backbone."):]: value for key, value in plain.items() if key.startswith("backbone.")}
    if not body:
        return None
    print(f"{origin}: a full training checkpoint; the teacher's backbone is taken", file=sys.stderr)
    return body


def read_dino(archive, file, given):
    candidates = [given] if given else [archive / name for name in DINO_BACKBONES] + [archive / file]
    for path in candidates:
        if not path.is_file():
            continue
        state = read_torch(path)
        body = backbone_of(state, path.name) if isinstance(state, dict) else None
        if body is not None:
            return body, path
    raise Refused(f"no weights of DINO's network in {', '.join(str(path) for path in candidates)}: the released archive "
                  f"has only its head, and the dreamsim package loads the network itself from {DINO_ADDRESS}. "
                  "Download that file and name it with --dino-backbone.")


def read_branch(archive, settings, dino_backbone):
    """(tensors by their names in the published module, file that they come from)"""
    if settings["name"].startswith("dino"):
        state, path = read_dino(archive, settings["file"], dino_backbone)
        for unused in [key for key in state if key.startswith("norm.")]:
            del state[unused]  # the feature is taken before the last norm
    else:
        path = archive / settings["file"]
        if not path.is_file():
            raise Refused(f"{path} is missing: is this the archive of the type that --type names?")
        whole = read_torch(path)
        state = dict(whole.get("state_dict", {})) if isinstance(whole, dict) else {}
    return {key: np.asarray(value) for key, value in state.items()}, path


def sizes_of(state, settings, heads, origin):
    """Hyper-parameters from the tensors' own shapes, and the names that must be there."""
    try:
        width = state["cls_token"].shape[2]
        _, channels, patch, _ = state["patch_embed.proj.weight"].shape
        grid = round((state["pos_embed"].shape[1] - 1) ** 0.5)
        inner = state["blocks.0.mlp.fc1.weight"].shape[0]
    except (KeyError, IndexError, ValueError) as error:
        raise Refused(f"{origin}: not a ViT as DreamSim's ({error})") from error
    layers = len({key.split(".")[1] for key in state if key.startswith("blocks.")})
    if width % heads or channels != 3:
        raise Refused(f"{origin}: {width} features, {heads} heads and {channels} channels don't make a ViT")
    shapes = {"cls_token": (1, 1, width), "pos_embed": (1, grid * grid + 1, width),
              "patch_embed.proj.weight": (width, 3, patch, patch), "patch_embed.proj.bias": (width,)}

    def linear(name, out, inputs):
        shapes[f"{name}.weight"], shapes[f"{name}.bias"] = (out, inputs), (out,)

    def norm(name):
        shapes[f"{name}.weight"] = shapes[f"{name}.bias"] = (width,)

    for i in range(layers):
        norm(f"blocks.{i}.norm1")
        norm(f"blocks.{i}.norm2")
        linear(f"blocks.{i}.attn.qkv", 3 * width, width)
        linear(f"blocks.{i}.attn.proj", width, width)
        linear(f"blocks.{i}.mlp.fc1", inner, width)
        linear(f"blocks.{i}.mlp.fc2", width, inner)
    config = {"name": settings["name"], "feat_type": settings["feat_type"]}
    if settings["pre_norm"]:
        norm("pos_drop")
    if settings["feat_type"] == "embedding":
        norm("norm")
        config["projection_dim"] = state["proj"].shape[1] if np.ndim(state.get("proj")) == 2 else 0
        shapes["proj"] = (width, config["projection_dim"])
    config |= {"pre_norm": settings["pre_norm"], "patch_size": patch, "hidden_size": width, "intermediate_size": inner,
               "num_hidden_layers": layers, "num_attention_heads": heads}
    config |= {key: settings[key] for key in ("hidden_act", "layer_norm_eps", "image_mean", "image_std")}
    missing, extra = shapes.keys() - state.keys(), state.keys() - shapes.keys()
    wrong = {key for key in shapes.keys() & state.keys()
             if state[key].shape != shapes[key] or state[key].dtype.kind != "f"}
    if missing or extra or wrong:
        raise Refused(f"{origin} is not the network that DreamSim {settings['name']} takes."
                      + (f" Missing: {listed(missing)}." if missing else "")
                      + (f" Unexpected: {listed(extra)}." if extra else "")
                      + (f" Of another shape or type: {listed(wrong)}." if wrong else ""))
    return config, grid * patch


def read_adapter_config(folder):
    path = folder / "adapter_config.json"
    if not path.is_file():
        raise Refused(f"{path} is missing: rank and alpha of the fine-tuning are in no other file, and the weights are "
                      "wrong without them. Take the released archive whole.")
    config = json.loads(path.read_text())
    for key, allowed in PLAIN.items():
        if key in config and config[key] not in [*allowed, None]:
            raise Refused(f"{path}: {key} is {config[key]!r}; only {allowed[0]!r} is merged here")
    for key in EMPTY:
        if config.get(key):
            raise Refused(f"{path}: {key} is {config[key]!r}; only plain LoRA on qkv is merged here")
    targets = config.get("target_modules")
    if [targets] != ["qkv"] and targets != ["qkv"]:
        raise Refused(f"{path}: target_modules is {targets!r}; DreamSim's is ['qkv']")
    rank, alpha = config.get("r"), config.get("lora_alpha")
    if not isinstance(rank, int) or rank < 1 or not isinstance(alpha, (int, float)) or isinstance(alpha, bool):
        raise Refused(f"{path}: r is {rank!r} and lora_alpha {alpha!r}; a whole number from 1 on and a number are needed")
    return rank, float(alpha)


def read_adapter(folder):
    """((branch, block, "A" or "B") -> matrix, file)"""
    for name, read in (("adapter_model.safetensors", read_safetensors), ("adapter_model.bin", read_torch)):
        if (folder / name).is_file():
            tensors, path = read(folder / name), folder / name
            break
    else:
        raise Refused(f"{folder}: neither adapter_model.safetensors nor adapter_model.bin is there")
    matrices, unknown = {}, []
    for key, value in tensors.items():
        # peft wraps the module once or twice, and later versions name the adapter within the key.
        match = LORA_KEY.fullmatch(re.sub(r"^(?:module\.|base_model\.model\.)+", "", key))
        if match is None:
            unknown.append(key)
            continue
        place = (int(match[1]), int(match[2]), match[3])
        if place in matrices:
            raise Refused(f"{path}: two tensors for one place, the second is {key}")
        matrices[place] = np.asarray(value)
    if unknown:
        raise Refused(f"{path}: these are no LoRA matrices of qkv: {listed(unknown)}")
    return matrices, path


def merge(weight, a, b, scale):
    """W + scale * B A in double, rounded once."""
    return (weight.astype(np.float64) + scale * (b.astype(np.float64) @ a.astype(np.float64))).astype(np.float32)


def merge_adapter(tensors, configs, matrices, rank, alpha, origin):
    expected = {(i, block, part) for i, config in enumerate(configs) for block in range(config["num_hidden_layers"])
                for part in "AB"}
    if matrices.keys() != expected:
        wrong = [f"extractor_list.{i} block {block} lora_{part}" for i, block, part in matrices.keys() ^ expected]
        raise Refused(f"{origin}: every block of every network must have its two matrices and no others; wrong are "
                      f"{listed(wrong)}")
    for i, config in enumerate(configs):
        width = config["hidden_size"]
        for block in range(config["num_hidden_layers"]):
            a, b = matrices[i, block, "A"], matrices[i, block, "B"]
            if a.shape != (rank, width) or b.shape != (3 * width, rank):
                raise Refused(f"{origin}: extractor_list.{i} block {block} has matrices of {a.shape} and {b.shape}; "
                              f"rank {rank} of adapter_config.json needs {(rank, width)} and {(3 * width, rank)}")
            name = f"extractor_list.{i}.model.blocks.{block}.attn.qkv.weight"
            tensors[name] = merge(tensors[name], a, b, alpha / rank)


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def convert(archive, out, kind="ensemble", dino_backbone=None, heads=12):
    """Reads the archive's folder, writes the checkpoint. Nothing is written before everything is checked."""
    settings, adapter_folder = TYPES[kind]
    rank, alpha = read_adapter_config(archive / adapter_folder)
    matrices, adapter_file = read_adapter(archive / adapter_folder)
    tensors, configs, sides, files = {}, [], set(), [archive / adapter_folder / "adapter_config.json", adapter_file]
    for i, one in enumerate(settings):
        state, path = read_branch(archive, one, dino_backbone)
        config, side = sizes_of(state, one, heads, path)
        for name, value in state.items():
            prefix = f"extractor_list.{i}." if name == "proj" else f"extractor_list.{i}.model."
            tensors[prefix + name] = value.astype(np.float32)
        configs.append(config)
        sides.add(side)
        files.append(path)
    if len(sides) != 1:
        raise Refused(f"the networks are for pictures of different sizes: {sorted(sides)}")
    merge_adapter(tensors, configs, matrices, rank, alpha, adapter_file)
    bad = [name for name, value in tensors.items() if not np.isfinite(value).all()]
    if bad:
        raise Refused(f"not all numbers are finite: {listed(bad)}")
    side = sides.pop()
    out.mkdir(parents=True, exist_ok=True)

    def write(name, content):
        (out / name).write_text(json.dumps(content, indent=1) + "\n")

    write("config.json", {"model_type": "dreamsim", "image_size": side, "branches": configs})
    write("preprocessor_config.json", {"do_resize": True, "size": {"height": side, "width": side}, "resample": 3,
                                       "do_center_crop": False, "do_rescale": True, "rescale_factor": 1 / 255,
                                       "do_normalize": False})
    write("conversion.json", {
        "from": {path.name: sha256(path) for path in files}, "type": kind, "lora": {"r": rank, "alpha": alpha},
        "licences": {"DreamSim": "MIT", "DINO": "Apache-2.0", "CLIP": "MIT", "OpenCLIP": "MIT"}})
    write_safetensors(out / "model.safetensors", tensors)
    return rank, alpha


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("archive", type=pathlib.Path, help="the released .zip, or the folder that it was unpacked to")
    parser.add_argument("out", type=pathlib.Path, help="folder of the checkpoint")
    parser.add_argument("--type", choices=TYPES, default="ensemble", help="which variant it is (default: ensemble)")
    parser.add_argument("--dino-backbone", type=pathlib.Path, help=f"DINO's network: {DINO_ADDRESS}")
    parser.add_argument("--heads", type=int, default=12, help="attention heads of every network (default: ViT-B's 12)")
    arguments = parser.parse_args()
    try:
        options = {"out": arguments.out, "kind": arguments.type, "dino_backbone": arguments.dino_backbone,
                   "heads": arguments.heads}
        if arguments.archive.is_dir():
            rank, alpha = convert(arguments.archive, **options)
        elif zipfile.is_zipfile(arguments.archive):
            with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(arguments.archive) as archive:
                archive.extractall(folder)
                rank, alpha = convert(pathlib.Path(folder), **options)
        else:
            raise Refused(f"{arguments.archive}: neither a folder nor a zip file")
    except (Refused, Unreadable, OSError, json.JSONDecodeError) as error:
        sys.exit(f"convert.py: {error}")
    print(f"{arguments.out}: {arguments.type}, LoRA of rank {rank} merged with alpha {alpha:g}")


if __name__ == "__main__":
    main()
