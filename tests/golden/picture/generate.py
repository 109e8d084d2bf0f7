"""What all frames of made-up clips show, in numpy float64, straight from metrics.md 15.

Run: python generate.py   writes golden.json beside this file.
"""

import hashlib
import json
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent
BLOCK = 4

# name, width, height, frames, kind of clip
CLIPS = [
    ("texture", 64, 48, 6, "still"),
    ("odd size", 37, 23, 5, "moving"),
    ("moving square", 96, 64, 8, "moving"),
    ("every second frame repeated", 64, 48, 9, "twos"),
    ("alternating", 64, 48, 7, "alternating"),
    ("fade", 64, 48, 7, "fade"),
    ("bars", 80, 60, 5, "bars"),
    ("white sides", 80, 60, 3, "white sides"),
    ("one white side", 80, 60, 3, "one white side"),
    ("one pixel wide", 1, 9, 3, "moving"),
]


def frame(width, height, t, kind):
    """Frame t, uint8 [height, width]: a pattern of whole numbers."""
    y, x = np.mgrid[0:height, 0:width]
    values = 60 + (x * 7 + y * 13) % 41 + (x * y) % 17
    step = t // 2 if kind == "twos" else t
    if kind in ("moving", "twos"):
        left = (3 + 4 * step) % max(width, 1)
        inside = (x >= left) & (x < left + 9) & (y >= 5) & (y < 14)
        values = np.where(inside, 200 - (x + y) % 5, values)
    if kind == "alternating":
        values = values + (6 if t % 2 else -6)
    if kind == "fade":
        values = values + 5 * t
    if kind == "bars":
        values = np.where((y < 6) | (y >= height - 9), 2, values + 3 * t)
        values = np.where((x < 4) | (x >= width - 8), 3, values)
    if kind in ("white sides", "one white side"):
        values = np.where(x < 11, 240, values)
        if kind == "white sides":
            values = np.where(x >= width - 7, 243, values)
    return values.astype(np.uint8)


def halved(p):
    h, w = p.shape
    if h < 2 or w < 2:
        return p
    p = p[:h // 2 * 2, :w // 2 * 2].astype(np.int64)
    return (p[0::2, 0::2] + p[0::2, 1::2] + p[1::2, 0::2] + p[1::2, 1::2] + 2) // 4


def laplacian_variance(p):
    p = p.astype(np.float64)
    if min(p.shape) < 3:
        return 0.0
    l = 4 * p[1:-1, 1:-1] - p[:-2, 1:-1] - p[2:, 1:-1] - p[1:-1, :-2] - p[1:-1, 2:]
    return float(np.mean((l - l.mean()) ** 2))


def blocks(p):
    h, w = p.shape
    return [[p[y:y + BLOCK, x:x + BLOCK].astype(np.float64).ravel() for x in range(0, w, BLOCK)]
            for y in range(0, h, BLOCK)]


def left_over(a, b):
    """RMS of what the best line with a slope of 0 or more through (a, b) leaves of b."""
    a, b = a - a.mean(), b - b.mean()
    slope = max(0.0, float(a @ b) / float(a @ a)) if a @ a > 0 else 0.0
    return float(np.sqrt(np.mean((b - slope * a) ** 2)))


def change(before, after):
    """Change of brightness and stillness of every block."""
    rows, columns = len(after), len(after[0])
    brightness = np.array([[after[r][c].mean() - before[r][c].mean() for c in range(columns)] for r in range(rows)])
    quiet = np.array([[max(left_over(before[r][c], after[r][c]), left_over(after[r][c], before[r][c])) <= 2.0
                       for c in range(columns)] for r in range(rows)])
    settled = np.array([[quiet[max(r - 1, 0):r + 2, max(c - 1, 0):c + 2].all() for c in range(columns)]
                        for r in range(rows)])
    if settled.any():
        values = np.sort(brightness[settled])
        settled &= np.abs(brightness - values[len(values) // 2]) <= 16.0
    return brightness, settled


def bar(lines_of, frames):
    """Lines from the edge that are plain in every frame, and the mean brightness of the outermost."""
    depth, levels = None, []
    for p in frames:
        lines = lines_of(p.astype(np.float64))
        level = lines[0].mean()
        levels.append(level)
        here = 0
        for line in lines[:depth]:
            if line.std() > 3.0 or abs(line.mean() - level) > 3.0:
                break
            here += 1
        depth = here
    return depth, float(np.mean(levels))


def bars(first, second, length):
    alike = first[0] > 0 and second[0] > 0 and abs(first[1] - second[1]) <= 4.0
    lines = sum(depth for depth, level in (first, second) if alike or level <= 24.0)
    return min(1.0, lines / length)


def statistics(frames):
    halves = [halved(p) for p in frames]
    repeats = 0
    changes = []
    for a, b in zip(halves, halves[1:]):
        a, b = blocks(a), blocks(b)
        small = all(np.mean((q - p) ** 2) <= 36.0 for pr, qr in zip(a, b) for p, q in zip(pr, qr))
        whole = np.mean(np.concatenate([(q - p) ** 2 for pr, qr in zip(a, b) for p, q in zip(pr, qr)]))
        repeats += bool(small and whole <= 1.0)
        changes.append(change(a, b))
    total, number, area = 0.0, 0, 0.0
    for (d, still), (e, still_too) in zip(changes, changes[1:]):
        both = still & still_too
        if both.mean() < 0.05:
            continue
        total += float(np.sum(np.abs(d - e)[both])) / 2
        number += int(both.sum())
        area += float(both.mean())
    triples = max(len(changes) - 1, 0)
    height, width = frames[0].shape
    return {
        "frames": len(frames),
        "laplacian": float(np.mean([laplacian_variance(p) for p in frames])),
        "band_pass": float(np.mean([laplacian_variance(p) for p in halves])),
        "repeats": repeats,
        "flicker": total / number / 255 if number else None,
        "still_area": area / triples if triples else 0.0,
        "bar_rows": bars(bar(lambda p: p, frames), bar(lambda p: p[::-1], frames), height),
        "bar_columns": bars(bar(lambda p: p.T, frames), bar(lambda p: p.T[::-1], frames), width),
    }


def main():
    clips = []
    for name, width, height, count, kind in CLIPS:
        frames = [frame(width, height, t, kind) for t in range(count)]
        clips.append({"name": name, "width": width, "height": height, "frames": count, "kind": kind,
                      "expected": statistics(frames)})
    golden = {"script_sha256": hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest(),
              "numpy": np.__version__, "clips": clips}
    (HERE / "golden.json").write_text(json.dumps(golden, indent=1, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
