"""Writes the trained networks as published checkpoints are: config.json, fp16 safetensors, preprocessor, vocabulary."""
import json
import pathlib

import torch
from safetensors.torch import load_file, save_file

import networks
import vocabulary

PREPROCESSOR = {"image_processor_type": "ViTImageProcessor", "do_resize": True, "size": {"height": 64, "width": 64}, "resample": 2,
                "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.5, 0.5, 0.5],
                "image_std": [0.5, 0.5, 0.5]}


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def save_weights(net, folder):
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: value.detach().to(torch.float16).contiguous() for name, value in sorted(net.state_dict().items())}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    write_json(folder / "preprocessor_config.json", PREPROCESSOR)


def save_clip(net, tokenizer, folder, text, vision, projection):
    save_weights(net, folder)
    start, end = tokenizer.ids[vocabulary.START], tokenizer.ids[vocabulary.END]
    common = {"hidden_act": "quick_gelu", "layer_norm_eps": 1e-5, "projection_dim": projection}
    write_json(folder / "config.json", {
        "architectures": ["CLIPModel"], "model_type": "clip", "projection_dim": projection, "torch_dtype": "float16",
        "text_config": {"model_type": "clip_text_model", **text, **common, "vocab_size": len(tokenizer.ids), "bos_token_id": start,
                        "eos_token_id": end, "pad_token_id": end},
        "vision_config": {"model_type": "clip_vision_model", **vision, **common, "num_channels": 3}})
    tokenizer.save(folder)
    write_json(folder / "tokenizer_config.json", {
        "tokenizer_class": "CLIPTokenizer", "bos_token": vocabulary.START, "eos_token": vocabulary.END, "pad_token": vocabulary.END,
        "unk_token": vocabulary.END, "do_lower_case": True, "model_max_length": text["max_position_embeddings"]})


def save_vit(net, folder, config):
    save_weights(net, folder)
    write_json(folder / "config.json", {"architectures": ["ViTModel"], "model_type": "vit", "torch_dtype": "float16", "hidden_act": "gelu",
                                        "qkv_bias": True, "num_channels": 3, "attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": 0.0,
                                        **config})


def load_clip(folder):
    folder = pathlib.Path(folder)
    config = json.loads((folder / "config.json").read_text())
    net = networks.Clip(config["text_config"], config["vision_config"], config["projection_dim"])
    net.load_state_dict({k: v.float() for k, v in load_file(folder / "model.safetensors").items()})
    merges = [tuple(line.split(" ")) for line in (folder / "merges.txt").read_text().splitlines()[1:]]
    return net.eval(), vocabulary.Tokenizer(merges, config["text_config"]["max_position_embeddings"])


def load_vit(folder):
    folder = pathlib.Path(folder)
    net = networks.Vit(json.loads((folder / "config.json").read_text()))
    net.load_state_dict({k: v.float() for k, v in load_file(folder / "model.safetensors").items()})
    return net.eval()
