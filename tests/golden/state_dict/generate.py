#!/usr/bin/env python3
"""Writes the weight files of this folder with the published packages, and expected.json with what is in them.

    pip install -r ../requirements.txt
    python generate.py

Storage keys of legacy files are addresses, so a new run gives other bytes of the same content.
"""
import hashlib
import json
import os
import pathlib
from collections import OrderedDict

import numpy
import safetensors
import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent
NAMES = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
         torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL"}


def describe(tensors):
    """What a reader has to find: floating-point values as the doubles they equal exactly."""
    return {name: {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape),
                   "values": (tensor.detach().double() if tensor.is_floating_point() else tensor.long()).flatten().tolist()}
            for name, tensor in sorted(tensors.items())}


def random(seed, *shape):
    return torch.from_numpy(numpy.random.RandomState(seed).standard_normal(shape).astype(numpy.float32))


def every_type():
    floats = random(1, 2, 3)
    whole = torch.arange(-3, 3).reshape(2, 3)
    return {"f64": floats.double() / 3, "f32": floats, "f16": floats.half(), "bf16": floats.bfloat16(),
            "i64": whole * 2**40, "i32": whole.int(), "i16": whole.short(), "i8": whole.char(),
            "u8": (whole + 250).byte(), "bool": whole > 0,
            "scalar": torch.tensor(2.5), "empty": torch.empty(0, 4), "text.ünïcode": random(2, 5),
            "f16.subnormal": torch.tensor([6e-8, -6e-8, 65504.0, -0.0]).half()}


class Small(torch.nn.Module):
    """A state dict as published ones are: weights, buffers, a tied tensor, `_metadata`."""

    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(5, 4)
        self.linear = torch.nn.Linear(4, 3)
        self.norm = torch.nn.BatchNorm1d(3)
        self.head = torch.nn.Linear(4, 5, bias=False)
        self.head.weight = self.embedding.weight
        self.register_buffer("position_ids", torch.arange(7).expand((1, -1)))


def module_state_dict():
    module = Small()
    with torch.no_grad():
        for seed, (_, parameter) in enumerate(sorted(module.named_parameters())):
            parameter.copy_(random(10 + seed, *parameter.shape))
    state = module.state_dict()
    assert isinstance(state, OrderedDict) and state._metadata
    base = random(30, 4, 6)
    state["view.transposed"] = base.t()
    state["view.row"] = base[2]
    state["view.steps"] = base[1:, ::2]
    state["view.broadcast"] = torch.tensor([1.5]).expand(3, 2)
    for name, tensor in every_type().items():
        state["type." + name] = tensor
    return state


class Calls:
    """Its pickle asks the reader to call a function."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def main():
    expected = {}

    def safetensors_file(name, tensors, metadata=None):
        save_file(tensors, HERE / name, metadata)
        expected[name] = describe(tensors)

    def torch_file(name, state, **options):
        torch.save(state, HERE / name, **options)
        expected[name] = describe(state)

    safetensors_file("plain.safetensors", every_type(), {"format": "pt", "note": "größer"})
    safetensors_file("nothing.safetensors", {})

    (HERE / "sharded").mkdir(exist_ok=True)
    shards = [{"a": random(3, 2, 2), "b": random(4, 3)}, {"c": random(5, 4).half()}]
    weight_map = {}
    for number, shard in enumerate(shards, 1):
        name = f"model-{number:05}-of-00002.safetensors"
        save_file(shard, HERE / "sharded" / name, {"format": "pt"})
        weight_map.update({tensor: name for tensor in shard})
    size = sum(t.numel() * t.element_size() for shard in shards for t in shard.values())
    (HERE / "sharded" / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {"total_size": size}, "weight_map": weight_map}, indent=2) + "\n")
    (HERE / "sharded" / "config.json").write_text('{"model_type": "none"}\n')
    expected["sharded"] = describe({**shards[0], **shards[1]})

    state = module_state_dict()
    torch_file("zip.bin", state)
    torch_file("zip_protocol4.bin", state, pickle_protocol=4)
    torch_file("legacy.bin", state, _use_new_zipfile_serialization=False)
    torch_file("parameters.bin", {"w": torch.nn.Parameter(random(6, 2)), "b": torch.nn.Parameter(random(7, 2), False)})

    # What must be refused, by the name it asks for. Never loaded here nor there; the command would be `true`.
    evil = {"w": random(8, 2), "x": Calls(os.system, "true")}
    torch.save(evil, HERE / "evil_zip.bin")
    torch.save(evil, HERE / "evil_legacy.bin", _use_new_zipfile_serialization=False)
    torch.save({"x": Calls(getattr, "a", "b")}, HERE / "evil_getattr.bin", pickle_protocol=4)
    torch.save(torch.nn.Linear(1, 1), HERE / "whole_module.bin")
    torch.save({"epoch": 3, "state_dict": {"w": random(8, 2)}}, HERE / "training_checkpoint.bin")

    document = {
        "script_sha256": hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest(),
        "versions": {"torch": torch.__version__.split("+")[0], "safetensors": safetensors.__version__,
                     "numpy": numpy.__version__},
        "files": expected,
    }
    (HERE / "expected.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
