"""Expected values of all metrics on small random features, in numpy float64, straight from metrics.md.

Written as the plain formulas (means over all frame pairs, explicit loops over shots), without the identities and
shared steps of the C++ code. Run: python generate.py   writes golden.json beside this file.
"""

import hashlib
import itertools
import json
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent
CELLS = 1350
DIM = {"clip": 6, "dino": 5}
POLICIES = ("zero", "exclude")
POOLINGS = ("mean", "max")


def cells_of(pattern):
    """A frame's cells from three whole numbers, so that 1350 values need not be stored."""
    a, b, c = pattern
    return (((a * np.arange(CELLS, dtype=np.int64) + b) % 97) + c).astype(np.float32).astype(np.float64)


def make_story(rng, name, ip, shots, frames, references, bias):
    def rows(count, dim, offset):
        return (rng.standard_normal((count, dim)) + offset).astype(np.float32).astype(float).tolist()

    def pattern():
        return [int(rng.integers(1, 40)), int(rng.integers(0, 97)), int(rng.integers(0, 120))]

    story = {"id": name, "ip": ip, "shots": [], "references": {}}
    for _ in range(shots):
        story["shots"].append({
            "missing": False, "no_character": False, "decodable_frames": 49,
            "clip": rows(frames, DIM["clip"], bias), "dino": rows(frames, DIM["dino"], bias),
            "text": rows(1, DIM["clip"], bias / 2), "cells": [pattern() for _ in range(frames)],
            "motion": rng.uniform(0.001, 0.05, frames - 1).astype(np.float32).astype(float).tolist(),
        })
    story["references"] = {
        "clip": rows(references, DIM["clip"], bias), "clip_mirrored": rows(references, DIM["clip"], bias),
        "dino": rows(references, DIM["dino"], bias), "cells": [pattern() for _ in range(references)],
    }
    return story


def picture_of(story, shot):
    """What every frame of a shot shows, from the two numbers alone: the draws above stay as they are."""
    n = 20 + 3 * story + shot
    return {"fps": 0.0 if story == 5 or (story, shot) == (3, 0) else [8.0, 12.0, 23.976][(story + shot) % 3],
            "frames": n, "repeats": (story * 5 + shot * 3) % n, "laplacian": 40.0 + 17.5 * story + 3.25 * shot,
            "band_pass": 60.0 + 8.5 * story - 2.75 * shot, "still_area": 0.125 * ((story + shot) % 9),
            "flicker": None if (story * 2 + shot) % 5 == 1 else 0.001 * (story + 1) / (shot + 2),
            "mean_difference": 0.375 * ((story * 7 + shot * 3) % 40),
            "bar_rows": 0.0625 * ((story + 2 * shot) % 4), "bar_columns": 0.03125 * ((story + shot) % 3)}


def prediction_errors_of(story, shot, frames):
    """How far every second frame is from its prediction: [[error], ...], in levels."""
    return [[0.25 * ((story * 7 + shot * 3 + 5 * i) % 120)] for i in range(max(0, (frames - 1) // 2))]


def cut_of(rng, shot, lost):
    """Frames cut to a part of the picture; `lost`: sampled frames in which it was not found."""
    places = [i for i in range(len(shot["clip"])) if i not in lost]
    cut = {"places": places}
    for encoder in ("clip", "dino"):
        rows = np.asarray([shot[encoder][i] for i in places]).reshape(len(places), DIM[encoder])
        cut[encoder] = (rows + rng.standard_normal(rows.shape)).astype(np.float32).astype(float).tolist()
    return cut


def make_stories():
    rng = np.random.default_rng(20250601)
    stories = [
        make_story(rng, "a/0", "a", 4, 3, 1, 0.6),
        make_story(rng, "a/1", "a", 4, 5, 2, 1.0),
        make_story(rng, "b/0", "b", 4, 3, 1, 0.0),   # many negative cosines
        make_story(rng, "b/1", "b", 1, 3, 1, 0.8),
        make_story(rng, "c/0", "c", 3, 2, 3, 0.8),
        make_story(rng, "c/1", "c", 2, 3, 1, 0.8),
        make_story(rng, "d/0", "d", 3, 3, 0, 0.8),
        make_story(rng, "d/1", "d", 4, 3, 1, 1.5),
        make_story(rng, "e/0", "e", 4, 3, 1, 0.7),
        make_story(rng, "e/1", "e", 5, 3, 2, 0.5),
    ]
    by_id = {story["id"]: story for story in stories}
    by_id["a/1"]["shots"][2]["missing"] = True
    by_id["c/0"]["shots"][1]["text"] = []
    for shot in by_id["c/1"]["shots"]:
        shot["missing"] = True
    by_id["d/1"]["shots"][0]["no_character"] = True
    by_id["e/0"]["shots"][2]["no_character"] = True
    still = by_id["e/0"]["shots"][1]                    # a frozen shot that copies the reference, twice
    still["motion"] = [0.0, 0.0]
    still["clip"] = [by_id["e/0"]["references"]["clip"][0]] * 3
    still["cells"] = [by_id["e/0"]["references"]["cells"][0]] * 3
    for key in ("clip", "dino", "cells", "motion"):
        by_id["e/0"]["shots"][3][key] = still[key]
    by_id["e/1"]["shots"][0]["decodable_frames"] = 1
    by_id["e/1"]["shots"][4]["missing"] = True
    for i, story in enumerate(stories):
        for j, shot in enumerate(story["shots"]):
            shot["picture"] = picture_of(i, j)
            shot["scene"] = ["hall", "yard", ""][(i + 2 * j) % 5 % 3]
    cuts = np.random.default_rng(20261130)
    for i, story in enumerate(stories):
        for j, shot in enumerate(story["shots"]):
            everything = range(len(shot["clip"]))
            lost = everything if (i + j) % 6 == 5 else [0] if (i + j) % 4 == 1 else []
            shot["subject"] = cut_of(cuts, shot, lost)
            shot["background"] = cut_of(cuts, shot, lost)
    by_id["e/1"]["shots"][0]["picture"].update({"frames": 1, "repeats": 0, "flicker": None, "still_area": 0.0})
    for i, story in enumerate(stories):
        for j, shot in enumerate(story["shots"]):
            shot["prediction_errors"] = prediction_errors_of(i, j, shot["decodable_frames"])
    return stories


def cosine(f, g):
    f, g = np.asarray(f, dtype=np.float64), np.asarray(g, dtype=np.float64)
    return float(np.sum(f * g) / (np.sqrt(np.sum(f * f)) * np.sqrt(np.sum(g * g))))


def unit(f):
    f = np.asarray(f, dtype=np.float64)
    return f / np.sqrt(np.sum(f * f))


def mean(values):
    values = [v for v in values if v is not None]
    return float(np.mean(values)) if values else None


def pooled(frame, references, pooling):
    values = [cosine(frame, r) for r in references]
    return float(np.mean(values)) if pooling == "mean" else max(values)


def result(value, shots=None, counts=(0, 0, 0), counted=None, harmeanp=None, parts=None, by_distance=None):
    return {"value": value, "shots": shots, "counts": list(counts), "counted": counted, "harmeanp": harmeanp,
            "parts": parts or {}, "by_distance": by_distance or []}


def over_shots(story, values, policy, worst, kind):
    """values[i]: a number, "failed" or "skipped". worst: what a failed shot counts as under zero."""
    counted = []
    for v in values:
        if v == "skipped" or (v == "failed" and (policy != "zero" or worst is None)):
            counted.append(None)
        elif v == "failed":
            counted.append(worst)
        elif policy == "zero" and kind == "similarity":
            counted.append(max(v, 0.0))
        else:
            counted.append(v)
    counts = (sum(not isinstance(v, str) for v in values), values.count("failed"), values.count("skipped"))
    harmeanp = None
    present = [c for c in counted if c is not None]
    if kind == "similarity" and present:
        low = min(present)
        harmeanp = 0.0 if low <= 0 else len(present) / sum(1 / c for c in present) * low
    shots = [None if isinstance(v, str) else v for v in values]
    return result(mean(counted), shots, counts, counted, harmeanp)


def adherence(story, encoder, policy, pooling):
    references = story["references"][encoder]
    if not references:
        return over_shots(story, ["skipped"] * len(story["shots"]), policy, 0.0, "similarity")
    values = []
    for shot in story["shots"]:
        if shot["no_character"]:
            values.append("skipped")
        elif shot["missing"]:
            values.append("failed")
        else:
            values.append(float(np.mean([pooled(f, references, pooling) for f in shot[encoder]])))
    return over_shots(story, values, policy, 0.0, "similarity")


def clip_t(story, policy):
    values = []
    for shot in story["shots"]:
        if not shot["text"]:
            values.append("skipped")
        elif shot["missing"]:
            values.append("failed")
        else:
            values.append(float(np.mean([cosine(f, shot["text"][0]) for f in shot["clip"]])))
    return over_shots(story, values, policy, 0.0, "similarity")


def pair_consistency(story, encoder, s, t):
    return float(np.mean([cosine(f, g) for f in story["shots"][s][encoder] for g in story["shots"][t][encoder]]))


def over_pairs(story, value_of, policy, worst):
    shots = story["shots"]
    counted, evaluated, failed = {}, 0, 0
    for s, t in itertools.combinations(range(len(shots)), 2):
        if shots[s]["missing"] or shots[t]["missing"]:
            failed += 1
            counted[s, t] = worst if policy == "zero" else None
        else:
            evaluated += 1
            v = value_of(s, t)
            counted[s, t] = max(v, 0.0) if policy == "zero" else v
    return counted, (evaluated, failed, 0)


def cross_shot(story, encoder, policy):
    counted, counts = over_pairs(story, lambda s, t: pair_consistency(story, encoder, s, t), policy, 0.0)
    there = [v for v in counted.values() if v is not None]
    parts = {"adjacent": mean([v for (s, t), v in counted.items() if t == s + 1]),
             "first": mean([v for (s, _), v in counted.items() if s == 0]),
             "worst": min(there) if there else None}
    distances = [mean([v for (s, t), v in counted.items() if t - s == d]) for d in range(1, len(story["shots"]))]
    return result(mean(counted.values()), counts=counts, parts=parts, by_distance=distances)


def over_chosen(story, encoder, policy, belongs):
    """Consistency over the pairs that belong; the others are skipped."""
    shots = story["shots"]
    everything, _ = over_pairs(story, lambda s, t: pair_consistency(story, encoder, s, t), policy, 0.0)
    counted = {pair: v for pair, v in everything.items() if belongs(*pair)}
    failed = sum(shots[s]["missing"] or shots[t]["missing"] for s, t in counted)
    return counted, (len(counted) - failed, failed, len(everything) - len(counted))


def character_consistency(story, encoder, policy):
    shown = [not shot["no_character"] for shot in story["shots"]]
    counted, counts = over_chosen(story, encoder, policy, lambda s, t: shown[s] and shown[t])
    return result(mean(counted.values()), counts=counts)


def scene_consistency(story, encoder, policy):
    scenes = [shot["scene"] for shot in story["shots"]]
    counted, counts = over_chosen(story, encoder, policy, lambda s, t: scenes[s] != "" and scenes[s] == scenes[t])
    return result(mean(counted.values()), counts=counts)


def recurrence(story, encoder, policy):
    shown = [i for i, shot in enumerate(story["shots"]) if not shot["no_character"]]
    following = list(zip(shown, shown[1:]))
    counted, counts = over_chosen(story, encoder, policy, lambda s, t: (s, t) in following)
    parts = {"next_shot": mean([v for (s, t), v in counted.items() if t - s == 1]),
             "after_absence": mean([v for (s, t), v in counted.items() if t - s > 1])}
    distances = [mean([v for (s, t), v in counted.items() if t - s == d]) for d in range(1, len(story["shots"]))]
    return result(mean(counted.values()), counts=counts, parts=parts, by_distance=distances)


def cut_scores(story, part, encoder, pooling):
    """Each shot's mean over its sampled frames, 0 for a frame in which the part was not found."""
    references = story["references"][encoder]
    if not references:
        return ["skipped"] * len(story["shots"])
    values = []
    for shot in story["shots"]:
        if shot["no_character"]:
            values.append("skipped")
        elif shot["missing"]:
            values.append("failed")
        else:
            values.append(float(sum(pooled(f, references, pooling) for f in shot[part][encoder]) / len(shot["clip"])))
    return values


def subject_adherence(story, encoder, policy, pooling):
    return over_shots(story, cut_scores(story, "subject", encoder, pooling), policy, 0.0, "similarity")


def background_adherence(story, encoder, policy, pooling):
    return over_shots(story, cut_scores(story, "background", encoder, pooling), policy, None, "none")


def part_consistency(story, part, encoder, policy, belongs):
    def value(s, t):
        first, second = story["shots"][s], story["shots"][t]
        cosines = [cosine(f, g) for f in first[part][encoder] for g in second[part][encoder]]
        return float(sum(cosines) / (len(first["clip"]) * len(second["clip"])))

    everything, _ = over_pairs(story, value, policy, 0.0)
    shots = story["shots"]
    counted = {pair: v for pair, v in everything.items() if belongs(shots[pair[0]], shots[pair[1]])}
    failed = sum(shots[s]["missing"] or shots[t]["missing"] for s, t in counted)
    return result(mean(counted.values()), counts=(len(counted) - failed, failed, len(everything) - len(counted)))


def subject_consistency(story, encoder, policy):
    return part_consistency(story, "subject", encoder, policy,
                            lambda s, t: not s["no_character"] and not t["no_character"])


def background_consistency(story, encoder, policy):
    has_scenes = any(shot["scene"] for shot in story["shots"])
    return part_consistency(story, "background", encoder, policy,
                            lambda s, t: not has_scenes or (s["scene"] != "" and s["scene"] == t["scene"]))


def faithful(story, encoder, policy, pooling):
    shots, references = story["shots"], story["references"][encoder]
    pairs = list(itertools.combinations(range(len(shots)), 2))
    if not references or not pairs:
        return result(None, counts=(0, 0, len(pairs)))
    total, evaluated, failed, skipped = 0.0, 0, 0, 0
    for s, t in pairs:
        if shots[s]["no_character"] or shots[t]["no_character"]:
            skipped += 1
        elif shots[s]["missing"] or shots[t]["missing"]:
            failed += 1
        else:
            evaluated += 1
            scores = [float(np.mean([pooled(f, references, pooling) for f in shots[i][encoder]])) for i in (s, t)]
            total += max(0.0, pair_consistency(story, encoder, s, t)) * max(0.0, min(scores))
    expected = evaluated + failed
    return result(total / expected if expected else None, counts=(evaluated, failed, skipped))


def margin(story, policy):
    shots = story["shots"]
    captioned = [i for i, shot in enumerate(shots) if shot["text"]]
    there = [i for i in captioned if not shots[i]["missing"]]
    failed = len(captioned) - len(there)

    def alignment(s, t):
        return float(np.mean([cosine(f, shots[t]["text"][0]) for f in shots[s]["clip"]]))

    if len(captioned) < 2:
        return result(None, [None] * len(shots), (0, 0, len(shots)), [None] * len(shots))
    lowest = failed and policy == "zero"
    if len(there) < 2 and not lowest:
        return result(None, [None] * len(shots), (0, failed, len(shots) - failed), [None] * len(shots))
    captions = captioned if lowest else there
    values = [None] * len(shots)
    for s in there:
        values[s] = alignment(s, s) - float(np.mean([alignment(s, t) for t in captions if t != s]))
    counted = [-2.0 if lowest and i in captioned else values[i] for i in range(len(shots))]
    value = -2.0 if lowest else mean(values)
    return result(value, values, (len(there), failed, len(shots) - len(captioned)), counted)


def motion(story, policy):
    pixels, features = [], []
    for shot in story["shots"]:
        if shot["missing"]:
            pixels.append("failed")
            continue
        pixels.append(float(np.mean(shot["motion"])))
        units = [unit(f) for f in shot["clip"]]
        features.append(float(np.mean([np.mean(np.abs(u - v)) for u, v in zip(units, units[1:])])))
    out = over_shots(story, pixels, policy, None, "none")
    if features:
        out["parts"] = {"pixels": out["value"], "features": mean(features)}
    return out


def frozen_rate(story, policy):
    values = []
    for shot in story["shots"]:
        if shot["missing"]:
            values.append("failed")
        else:
            values.append(float(shot["decodable_frames"] < 2 or np.mean(shot["motion"]) < 0.002))
    return over_shots(story, values, policy, 1.0, "fault")


def cell_distance(p, q):
    return float(np.mean(np.abs(cells_of(p) - cells_of(q))))


def reference_copy(story, policy):
    references = story["references"]
    if not references["clip"]:
        return over_shots(story, ["skipped"] * len(story["shots"]), policy, 1.0, "fault")
    values = []
    for shot in story["shots"]:
        if shot["missing"]:
            values.append("failed")
            continue
        copies = [any(cell_distance(c, r) < 0.03 * 255 for r in references["cells"])
                  or any(cosine(f, r) >= 0.95 for r in references["clip"])
                  for c, f in zip(shot["cells"], shot["clip"])]
        values.append(float(np.mean(copies)))
    return over_shots(story, values, policy, 1.0, "fault")


def duplicate_pairs(story, policy):
    def duplicate(s, t):
        a, b = story["shots"][s]["cells"], story["shots"][t]["cells"]
        return float(np.mean([cell_distance(p, q) for p, q in zip(a, b)]) < 0.03 * 255)

    counted, counts = over_pairs(story, duplicate, policy, 1.0)
    return result(mean(counted.values()), counts=counts)


def within_shot(story, policy):
    values = []
    for shot in story["shots"]:
        values.append("failed" if shot["missing"] else
                      float(np.mean([cosine(f, g) for f, g in itertools.combinations(shot["clip"], 2)])))
    return over_shots(story, values, policy, None, "none")


def copy_paste(story, policy, pooling):
    references = story["references"]
    if not references["clip"]:
        return over_shots(story, ["skipped"] * len(story["shots"]), policy, None, "none")
    values = []
    for shot in story["shots"]:
        if shot["no_character"]:
            values.append("skipped")
        elif shot["missing"]:
            values.append("failed")
        else:
            gaps = [pooled(f, references["clip"], pooling) - pooled(f, references["clip_mirrored"], pooling)
                    for f in shot["clip"]]
            values.append(float(np.mean([1 / (1 + np.exp(-gap / 0.01)) for gap in gaps])))
    return over_shots(story, values, policy, None, "none")


def picture(story, policy, worst, value_of, parts_of):
    """value_of(picture): a number or None (skipped). A failed shot has the worst value in its parts too."""
    values = []
    parts = {}
    for shot in story["shots"]:
        value = "failed" if shot["missing"] else value_of(shot["picture"])
        values.append("skipped" if value is None else value)
        if isinstance(values[-1], str) and not (values[-1] == "failed" and policy == "zero"):
            continue
        for name, part in parts_of(shot["picture"]).items():
            parts.setdefault(name, []).append(worst if values[-1] == "failed" else part)
    out = over_shots(story, values, policy, worst, "similarity" if worst == 0 else "fault")
    out["harmeanp"] = None
    out["parts"] = {name: mean(numbers) for name, numbers in parts.items()}
    return out


def effective_fps(story, policy):
    there = [shot for shot in story["shots"] if not shot["missing"]]
    if there and all(shot["picture"]["fps"] == 0 for shot in there):
        return result(None, [None] * len(story["shots"]), (0, 0, len(story["shots"])), [None] * len(story["shots"]))
    return picture(story, policy, 0.0,
                   lambda p: p["fps"] * (p["frames"] - p["repeats"]) / p["frames"] if p["fps"] else None,
                   lambda p: {"fps": p["fps"]})


def letterbox(p):
    return p["bar_rows"] + p["bar_columns"] - p["bar_rows"] * p["bar_columns"]


def vbench_consistency(story, encoder, policy):
    """The shot's frames stand for all of its frames."""
    values = []
    for shot in story["shots"]:
        if shot["missing"]:
            values.append("failed")
            continue
        frames = shot[encoder]
        scores = [(max(0.0, cosine(frames[i], frames[i - 1])) + max(0.0, cosine(frames[i], frames[0]))) / 2
                  for i in range(1, len(frames))]
        values.append(float(np.mean(scores)))
    return over_shots(story, values, policy, 0.0, "similarity")


def vbench_flicker(story, policy):
    values = []
    for shot in story["shots"]:
        if shot["missing"]:
            values.append("failed")
        elif shot["picture"]["frames"] < 2:
            values.append("skipped")
        else:
            values.append((255.0 - shot["picture"]["mean_difference"]) / 255.0)
    return over_shots(story, values, policy, 0.0, "similarity")


def vbench_smoothness(story, policy):
    values = []
    for shot in story["shots"]:
        if shot["missing"]:
            values.append("failed")
        elif shot["decodable_frames"] < 3:
            values.append("skipped")
        else:
            values.append((255.0 - float(np.mean(shot["prediction_errors"]))) / 255.0)
    return over_shots(story, values, policy, 0.0, "similarity")


METRICS = {
    "clip_i": lambda s, p, r: adherence(s, "clip", p, r),
    "dino_i": lambda s, p, r: adherence(s, "dino", p, r),
    "subject_clip_i": lambda s, p, r: subject_adherence(s, "clip", p, r),
    "subject_dino_i": lambda s, p, r: subject_adherence(s, "dino", p, r),
    "clip_t": lambda s, p, r: clip_t(s, p),
    "cross_shot_clip": lambda s, p, r: cross_shot(s, "clip", p),
    "cross_shot_dino": lambda s, p, r: cross_shot(s, "dino", p),
    "character_consistency_clip": lambda s, p, r: character_consistency(s, "clip", p),
    "character_consistency_dino": lambda s, p, r: character_consistency(s, "dino", p),
    "scene_consistency_clip": lambda s, p, r: scene_consistency(s, "clip", p),
    "scene_consistency_dino": lambda s, p, r: scene_consistency(s, "dino", p),
    "recurrence_clip": lambda s, p, r: recurrence(s, "clip", p),
    "recurrence_dino": lambda s, p, r: recurrence(s, "dino", p),
    "subject_consistency_clip": lambda s, p, r: subject_consistency(s, "clip", p),
    "subject_consistency_dino": lambda s, p, r: subject_consistency(s, "dino", p),
    "background_consistency_clip": lambda s, p, r: background_consistency(s, "clip", p),
    "background_consistency_dino": lambda s, p, r: background_consistency(s, "dino", p),
    "faithful_consistency": lambda s, p, r: faithful(s, "clip", p, r),
    "faithful_consistency_dino": lambda s, p, r: faithful(s, "dino", p, r),
    "clip_t_margin": lambda s, p, r: margin(s, p),
    "motion": lambda s, p, r: motion(s, p),
    "frozen_rate": lambda s, p, r: frozen_rate(s, p),
    "reference_copy": lambda s, p, r: reference_copy(s, p),
    "duplicate_pairs": lambda s, p, r: duplicate_pairs(s, p),
    "within_shot": lambda s, p, r: within_shot(s, p),
    "copy_paste": lambda s, p, r: copy_paste(s, p, r),
    "background_clip_i": lambda s, p, r: background_adherence(s, "clip", p, r),
    "background_dino_i": lambda s, p, r: background_adherence(s, "dino", p, r),
    "sharpness": lambda s, p, r: picture(s, p, 0.0, lambda q: 10 * float(np.log10(1 + q["laplacian"])),
                                         lambda q: {"laplacian": q["laplacian"], "band_pass": q["band_pass"]}),
    "flicker": lambda s, p, r: picture(s, p, 1.0, lambda q: q["flicker"],
                                       lambda q: {"still_area": q["still_area"]}),
    "repeated_frames": lambda s, p, r: picture(
        s, p, 1.0, lambda q: q["repeats"] / (q["frames"] - 1) if q["frames"] > 1 else 1.0, lambda q: {}),
    "effective_fps": lambda s, p, r: effective_fps(s, p),
    "letterbox": lambda s, p, r: picture(s, p, 1.0, letterbox,
                                         lambda q: {"rows": q["bar_rows"], "columns": q["bar_columns"]}),
    "vbench_subject": lambda s, p, r: vbench_consistency(s, "dino", p),
    "vbench_background": lambda s, p, r: vbench_consistency(s, "clip", p),
    "vbench_flicker": lambda s, p, r: vbench_flicker(s, p),
    "vbench_smoothness": lambda s, p, r: vbench_smoothness(s, p),
    "vbench_clip_score": lambda s, p, r: clip_t(s, p),
}


def splitmix64(seed):
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % 2**64
        yield z ^ (z >> 31)


def interval(pairs, replicates=10000, seed=0):
    clusters = sorted({ip for ip, _ in pairs}, key=lambda ip: ip.encode())
    if len(clusters) < 2:
        return None
    sums = [sum(v for i, v in pairs if i == ip) for ip in clusters]
    numbers = [sum(1 for i, _ in pairs if i == ip) for ip in clusters]
    stream, means = splitmix64(seed), []
    for _ in range(replicates):
        drawn = [(next(stream) * len(clusters)) >> 64 for _ in clusters]
        means.append(sum(sums[i] for i in drawn) / sum(numbers[i] for i in drawn))
    return [float(q) for q in np.quantile(means, [0.025, 0.975])]


def measure(metric, stories, policy, pooling):
    results = [METRICS[metric](story, policy, pooling) for story in stories]
    longest = max(len(story["shots"]) for story in stories)
    by_index = []
    for j in range(longest):
        by_index.append(mean([r["counted"][j] for r in results if r["counted"] and len(r["counted"]) > j]))
    pairs = [(s["ip"], r["value"]) for s, r in zip(stories, results) if r["value"] is not None]
    return {
        "metric": metric, "policy": policy, "pooling": pooling,
        "mean": mean([r["value"] for r in results]), "harmeanp": mean([r["harmeanp"] for r in results]),
        "ci95": interval(pairs), "n_stories": len(pairs),
        "counts": [sum(r["counts"][i] for r in results) for i in range(3)],
        "per_shot_index": by_index if results[0]["counted"] else [],
        "stories": results,
    }


def main():
    stories = make_stories()
    expected = []
    for metric in METRICS:
        for policy in POLICIES:
            for pooling in POOLINGS:
                expected.append(measure(metric, stories, policy, pooling))
    golden = {"script_sha256": hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest(),
              "numpy": np.__version__, "stories": stories, "expected": expected}
    text = json.dumps(golden, separators=(",", ":"), allow_nan=False)
    (HERE / "golden.json").write_text(text + "\n")
    print(len(text), "bytes")


if __name__ == "__main__":
    main()
