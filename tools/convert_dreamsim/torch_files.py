"""Reads files of torch.save and safetensors into NumPy arrays, without torch.

A pickle can run code. This reader calls nothing that a file names: tensors are rebuilt here from their storages, and
any other class becomes an empty placeholder.
"""
import collections
import io
import json
import math
import pathlib
import pickle
import struct
import zipfile
import zlib

import numpy as np

STORAGES = {"FloatStorage": np.dtype("<f4"), "HalfStorage": np.dtype("<f2"), "DoubleStorage": np.dtype("<f8"),
            "LongStorage": np.dtype("<i8"), "IntStorage": np.dtype("<i4"), "BoolStorage": np.dtype("?")}
SAFETENSORS = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "F64": np.dtype("<f8")}


class Unreadable(Exception):
    """A file that is not what it should be; the message names it."""


# What zipfile and pickle raise on a damaged file.
DAMAGE = (Unreadable, zipfile.BadZipFile, zlib.error, struct.error, pickle.UnpicklingError, LookupError, EOFError,
          NotImplementedError, OverflowError, RuntimeError, ValueError, TypeError, AttributeError)


class Placeholder:
    """Stands for an object of a class that holds no weights: settings of a training, say."""

    def __init__(self, *_args, **_kwargs):
        pass

    def __setstate__(self, _state):
        pass


def rebuild_tensor(storage, offset, shape, stride, *_rest):
    array = np.asarray(storage)
    end = offset + sum((size - 1) * step for size, step in zip(shape, stride)) if all(shape) else offset
    if min((offset, *shape, *stride)) < 0 or (math.prod(shape) > 0 and end >= array.size):
        raise Unreadable(f"a tensor of shape {tuple(shape)} reaches beyond its storage")
    view = np.lib.stride_tricks.as_strided(array[offset:], shape, [step * array.itemsize for step in stride])
    return np.array(view)


def rebuild_parameter(tensor, *_rest):
    return tensor


class Unpickler(pickle.Unpickler):
    def __init__(self, stream, archive, prefix):
        super().__init__(stream)
        self.archive, self.prefix = archive, prefix

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if module == "torch._utils" and name == "_rebuild_tensor_v2":
            return rebuild_tensor
        if module == "torch._utils" and name == "_rebuild_parameter":
            return rebuild_parameter
        if module in ("torch", "torch.storage") and name.endswith("Storage"):
            return name  # only ever an element of a persistent id
        return type(name, (Placeholder,), {})

    def persistent_load(self, pid):
        kind, storage, key = pid[:3]
        if kind != "storage" or storage not in STORAGES:
            raise Unreadable(f"a storage of kind {storage!r}; float32, float16 and float64 can be read")
        return np.frombuffer(self.archive.read(f"{self.prefix}data/{key}"), STORAGES[storage])


def read_torch(path):
    """What torch.load(path, weights_only=True) would give, tensors as arrays."""
    path = pathlib.Path(path)
    if not zipfile.is_zipfile(path):
        return read_legacy(path)
    try:
        with zipfile.ZipFile(path) as archive:
            pickles = [name for name in archive.namelist() if name.endswith("data.pkl") and name.count("/") <= 1]
            if len(pickles) != 1:
                raise Unreadable("not a file of torch.save")
            prefix = pickles[0][:-len("data.pkl")]
            return Unpickler(io.BytesIO(archive.read(pickles[0])), archive, prefix).load()
    except DAMAGE as error:
        raise Unreadable(f"{path}: {error}") from error


def read_legacy(path):
    """The format before torch 1.6, which torch itself must read."""
    try:
        import torch
    except ImportError as error:
        raise Unreadable(f"{path}: in the format before torch 1.6, or damaged. Install torch to read it.") from error
    try:
        return to_arrays(torch.load(path, map_location="cpu", weights_only=True))
    except Exception as error:  # torch raises many kinds
        raise Unreadable(f"{path}: {error}") from error


def to_arrays(value):
    if isinstance(value, dict):
        return {key: to_arrays(entry) for key, entry in value.items()}
    return value.float().numpy() if hasattr(value, "numpy") else value


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    try:
        (length,) = struct.unpack_from("<Q", data)
        header = json.loads(data[8:8 + length])
        tensors = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            if entry["dtype"] not in SAFETENSORS:
                raise Unreadable(f"{path}: {name} is {entry['dtype']}; {', '.join(SAFETENSORS)} can be read")
            begin, end = entry["data_offsets"]
            tensors[name] = np.frombuffer(data[8 + length + begin:8 + length + end],
                                          SAFETENSORS[entry["dtype"]]).reshape(entry["shape"])
        return tensors
    except (struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"{path}: not a safetensors file: {error}") from error


def write_safetensors(path, tensors):
    """float32, tensors in the order of their names, so that equal weights give equal files."""
    header, offset, blobs = {"__metadata__": {"format": "pt"}}, 0, []
    for name in sorted(tensors):
        blob = np.ascontiguousarray(tensors[name], "<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for blob in blobs:
            file.write(blob)
