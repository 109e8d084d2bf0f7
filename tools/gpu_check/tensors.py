"""Feature matrices in .npy and safetensors files, and how far two of them are apart. Standard library only."""

from __future__ import annotations

import ast
import json
import math
import operator
import struct
from array import array
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Matrix:
    rows: int
    columns: int
    values: array  # float32, row-major

    def row(self, index: int) -> array:
        return self.values[index * self.columns:(index + 1) * self.columns]


@dataclass(frozen=True)
class Distance:
    rows: int
    min_cosine: float
    max_abs: float     # of rows of unit length
    equal_bits: bool

    def as_json(self) -> dict:
        return asdict(self)


def _matrix(shape: list[int], data: bytes, file: Path) -> Matrix:
    if len(shape) != 2 or len(data) != 4 * shape[0] * shape[1]:
        raise ValueError(f"{file}: {len(data)} bytes are no float32 matrix of shape {shape}")
    values = array("f")
    values.frombytes(data)
    return Matrix(shape[0], shape[1], values)


def read_npy(file: Path) -> Matrix:
    content = file.read_bytes()
    if content[:6] != b"\x93NUMPY":
        raise ValueError(f"{file}: no .npy file")
    size, = struct.unpack("<H", content[8:10]) if content[6] == 1 else struct.unpack("<I", content[8:12])
    begin = 10 if content[6] == 1 else 12
    header = ast.literal_eval(content[begin:begin + size].decode("latin1"))
    if header["descr"] != "<f4" or header["fortran_order"]:
        raise ValueError(f"{file}: float32 in rows was expected, not {header['descr']}")
    return _matrix(list(header["shape"]), content[begin + size:], file)


def read_safetensors(file: Path, name: str = "features") -> Matrix:
    content = file.read_bytes()
    size, = struct.unpack("<Q", content[:8])
    entry = json.loads(content[8:8 + size])[name]
    if entry["dtype"] != "F32":
        raise ValueError(f"{file}: {name} is {entry['dtype']}, not F32")
    begin, end = entry["data_offsets"]
    return _matrix(entry["shape"], content[8 + size + begin:8 + size + end], file)


def write_safetensors(file: Path, name: str, dtype: str, shape: list[int], data: bytes) -> None:
    header = json.dumps({name: {"dtype": dtype, "shape": shape, "data_offsets": [0, len(data)]}}).encode()
    header += b" " * (-len(header) % 8)
    file.write_bytes(struct.pack("<Q", len(header)) + header + data)


def _dot(left: array, right: array) -> float:
    return sum(map(operator.mul, left, right))


def distance(left: Matrix, right: Matrix) -> Distance:
    """Row by row. A row without length, or with a value that is no number, counts as cosine -1."""
    if (left.rows, left.columns) != (right.rows, right.columns):
        raise ValueError(f"matrices of different shape: {left.rows} x {left.columns} and {right.rows} x {right.columns}")
    worst_cosine, worst_difference = 1.0, 0.0
    for index in range(left.rows):
        a, b = left.row(index), right.row(index)
        lengths = math.sqrt(_dot(a, a)), math.sqrt(_dot(b, b))
        cosine = _dot(a, b) / (lengths[0] * lengths[1]) if all(0 < x < math.inf for x in lengths) else -1.0
        if cosine == -1.0:
            return Distance(left.rows, -1.0, math.inf, False)
        worst_cosine = min(worst_cosine, cosine)
        worst_difference = max(worst_difference, max(abs(x / lengths[0] - y / lengths[1]) for x, y in zip(a, b)))
    return Distance(left.rows, worst_cosine, worst_difference, left.values.tobytes() == right.values.tobytes())
