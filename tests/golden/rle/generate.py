"""Run lengths of made-up masks by pycocotools: compressed texts, areas, and the runs themselves.

Run: python generate.py   writes golden.json beside this file.
"""

import hashlib
import importlib.metadata
import json
import pathlib

import numpy as np
from pycocotools import mask as coco

HERE = pathlib.Path(__file__).parent

# name, height, width, kind
MASKS = [
    ("rows 0010 / 0101 / 0100", 3, 4, "rows"),
    ("3x3 ones", 6, 5, "square"),
    ("nothing", 4, 7, "empty"),
    ("everything", 4, 7, "full"),
    ("one pixel, off", 1, 1, "empty"),
    ("one pixel, on", 1, 1, "full"),
    ("one row", 1, 23, "stripes"),
    ("one column", 23, 1, "stripes"),
    ("checkerboard", 9, 11, "checkerboard"),
    ("begins with the subject", 5, 6, "corner"),
    ("whole columns", 7, 9, "columns"),
    ("ellipse", 72, 128, "ellipse"),
    ("two figures", 90, 160, "figures"),
    ("noise", 37, 53, "noise"),
    ("large ellipse", 720, 1280, "ellipse"),
    ("tall", 1200, 3, "ellipse"),
]


def drawn(height, width, kind):
    """The mask, uint8 [height, width], by formulas of whole numbers that the test repeats."""
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    if kind == "rows":
        return np.array([[0, 0, 1, 0], [0, 1, 0, 1], [0, 1, 0, 0]], np.uint8)
    if kind == "square":
        return ((y >= 1) & (y < 4) & (x >= 1) & (x < 4)).astype(np.uint8)
    if kind == "empty":
        return np.zeros((height, width), np.uint8)
    if kind == "full":
        return np.ones((height, width), np.uint8)
    if kind == "stripes":
        return ((x + y) % 7 < 3).astype(np.uint8)
    if kind == "checkerboard":
        return ((x + y) % 2).astype(np.uint8)
    if kind == "corner":
        return ((y < 2) & (x < 3)).astype(np.uint8)
    if kind == "columns":
        return (x % 3 == 1).astype(np.uint8)
    ellipse = (2 * x - width) ** 2 * height ** 2 + (2 * y - height) ** 2 * width ** 2
    if kind == "ellipse":
        return (4 * ellipse < 2 * width ** 2 * height ** 2).astype(np.uint8)
    if kind == "figures":
        left = (x - 40) ** 2 + (y - 45) ** 2 < 30 ** 2
        right = (x > 100) & (x < 140) & (y > 20)
        return (left | right).astype(np.uint8)
    return ((x * 7919 + y * 104729 + x * y * 31) % 13 < 5).astype(np.uint8)  # noise


def runs_of(mask):
    flat = mask.flatten(order="F")
    ends = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], ends, [flat.size]])).tolist()
    return ([0] if flat[0] else []) + runs


def main():
    masks = []
    for name, height, width, kind in MASKS:
        mask = drawn(height, width, kind)
        encoded = coco.encode(np.asfortranarray(mask))
        assert np.array_equal(coco.decode(encoded), mask)
        plain = {"size": [height, width], "counts": runs_of(mask)}
        from_plain = coco.frPyObjects(plain, height, width)
        assert from_plain["counts"] == encoded["counts"]
        masks.append({"name": name, "kind": kind, "size": encoded["size"],
                      "counts": encoded["counts"].decode("ascii"), "area": int(coco.area(encoded)),
                      "runs": plain["counts"] if len(plain["counts"]) <= 200 else None,
                      "pixels_sha256": hashlib.sha256(np.ascontiguousarray(coco.decode(encoded)).tobytes()).hexdigest()})
    golden = {"script_sha256": hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest(),
              "pycocotools": importlib.metadata.version("pycocotools"), "masks": masks}
    (HERE / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
