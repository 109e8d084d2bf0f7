#!/usr/bin/env python3
"""Writes a tree of made-up annotation files with the proportions of AnimeShooter's (docs/design/dataset.md 1): to measure
and to test what reads them. The same arguments give the same bytes.

    make.py --out TREE                                   29,400 files, about 148,000 segments and 2.2 million shots, 7 GB
    make.py --out TREE --videos 200 --masks placeholder  a small one, without masks
    make.py --out TREE --videos 50 --plant bad_time=7    with seven shots whose time can't be read
    make.py --out tree.zip --videos 200                  the same as an archive

--plant KIND=NUMBER, several times, plants defects that `asbench inspect` must find under that name, each at a place of its
own; `--plant all=2` two of each kind. The findings that they make are printed as JSON: kind, file, segment (from 0) and shot
(from 1), null where a finding is about more than one.
"""
import argparse
import json
import multiprocessing
import os
import random
import sys
import zipfile

FILES = 29400
FPS = (23.976, 24.0, 25.0, 29.97, 30.0)
WORDS = ("a the fox owl cat girl boy old young small dark bright red blue walks runs looks sits waits opens finds holds jumps "
         "turns smiles cries hides climbs under over behind into from with near forest house river street room window door "
         "table light rain snow night morning quickly slowly again suddenly while and then").split()
NAMES = "Momo Kit Aki Ren Yuki Hana Taro Sora Mina Jun Old Fox Owl Witch King Robot".split()
PLACES = "Forest House River Street Classroom Rooftop Harbour Station Garden Cave".split()
SIZES = ((720, 720), (480, 854), (720, 1280))


def poisson(rng, mean):
    """Knuth's method; means here are below 40."""
    limit, product, number = 2.718281828459045 ** -mean, rng.random(), 0
    while product > limit:
        product *= rng.random()
        number += 1
    return number


def sentence(rng, mean):
    words = [rng.choice(WORDS) for _ in range(max(3, round(rng.gauss(mean, mean / 4))))]
    return " ".join(words).capitalize() + "."


def compressed(runs):
    """COCO's compressed run lengths, by the rules of docs/design/dataset.md 4."""
    text = []
    for i, run in enumerate(runs):
        value = run - runs[i - 2] if i > 2 else run
        more = True
        while more:
            bits = value & 31
            value >>= 5
            more = value != (-1 if bits & 16 else 0)
            text.append(chr((bits | 32 if more else bits) + 48))
    return "".join(text)


def figure(rng, height, width):
    """Run lengths of a figure: a body, a head and a notch, with a ragged outline."""
    centre, half = rng.uniform(0.35, 0.65) * width, rng.uniform(0.1, 0.28) * width
    middle, tall = rng.uniform(0.45, 0.6) * height, rng.uniform(0.2, 0.38) * height
    runs, zeros, ones_before = [], 0, False
    for column in range(width):
        x = (column - centre) / half
        if abs(x) >= 1:
            zeros += height
            continue
        reach = tall * (1 - x * x) ** 0.5
        top = int(max(0, middle - reach + rng.randint(-2, 2)))
        bottom = int(min(height, middle + reach + rng.randint(-2, 2)))
        if bottom <= top:
            zeros += height
            continue
        notch = top + (bottom - top) // 2
        parts = [(top, bottom)] if abs(x) > 0.4 or bottom - top < 40 else [(top, notch - 5), (notch + 5, bottom)]
        at = 0
        for first, end in parts:
            runs.append(zeros + first - at)
            runs.append(end - first)
            zeros, at = 0, end
        zeros = height - at
    runs.append(zeros)
    return runs


def mask_pool(seed, number=1500):
    rng = random.Random(f"{seed} masks")
    pool = []
    for _ in range(number):
        size = rng.choice(SIZES)
        pool.append({"size": list(size), "counts": compressed(figure(rng, *size))})
    return pool


def clock(seconds):
    return f"{seconds // 60:02}:{seconds % 60:02}"


def segment(rng, start, fps, options, pool):
    names = rng.sample(NAMES, min(len(NAMES), 1 + poisson(rng, 1.26)))
    places = rng.sample(PLACES, min(len(PLACES), 1 + poisson(rng, 1.20)))
    shots, at = [], 0
    for _ in range(1 + poisson(rng, 13.82)):
        length = min(15, 1 + poisson(rng, 2.84))
        shot = {"start time": clock(at), "end time": clock(at + length), "is_prologue_or_epilogue": False,
                "main characters": rng.sample(names, rng.randint(1, min(3, len(names)))), "scene": rng.choice(places),
                "visual annotation": {"narrative caption": sentence(rng, 10.62), "descriptive caption": sentence(rng, 30.8)}}
        if length >= 4:
            shot["extra 4-second timestamp"] = f"{clock(at)}-{clock(at + 4)}"
        if options.audio:
            shot["audio annotation"] = {"type": rng.choice(["ambience", "effect", "music"]),
                                        "sound description": sentence(rng, 8), "visual context": sentence(rng, 8)}
        shots.append(shot)
        at += length
    frames = round((at + rng.uniform(0.6, 1.4)) * fps)
    references = []
    for name in names:
        masks = []
        for frame in rng.sample(range(start, start + frames), min(frames, rng.randint(5, 23))):
            rle = rng.choice(pool) if options.masks == "rle" else {
                "size": [720, 720], "counts": "placeholder in case the file is too large"}
            masks.append({"frame index": frame, "rle mask": rle})
        references.append({"ID": name, "masks": masks if options.masks != "none" else []})
    return {"start frame index": start, "end frame index": start + frames,
            "story script": {"storyline": sentence(rng, 33.55),
                             "main characters": [{"ID": name, "appearance": sentence(rng, 12)} for name in names],
                             "main scenes": [{"ID": place, "environment": sentence(rng, 12)} for place in places],
                             "shots": shots},
            "reference images": references}


def video(number, options, pool):
    rng = random.Random(f"{options.seed} {number}")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    name = "".join(rng.choice(letters) for _ in range(6)) + f"{number:05}"
    fps, start, segments = rng.choice(FPS), 0, []
    for _ in range(1 + poisson(rng, 4.034)):
        segments.append(segment(rng, start, fps, options, pool))
        start = segments[-1]["end frame index"]
    return name, {"video ID": name, "url": f"https://example.org/{name}", "fps": fps, "segments": segments}


# Each defect changes one video so that exactly one finding of its kind is raised (and none of another, unless it is in
# BESIDE), and returns the finding's place: the segment from 0 and the shot from 1, None where it is about more than that.
# Story 0 and its first shots exist in every video.
FILE, STORY, SHOT = (None, None), (0, None), (0, 1)


def shots_of(document):
    return document["segments"][0]["story script"]["shots"]


def shot_of(document):
    return shots_of(document)[0]


def set_time(key, value):
    def plant(document):
        shot_of(document)[key] = value
        return SHOT
    return plant


def end_before_start(document):
    shot_of(document)["end time"] = shot_of(document)["start time"]
    return SHOT


def beyond_segment(document):
    shots_of(document)[-1]["end time"] = "59:59"
    return 0, len(shots_of(document))


def added_shot(document, like, start, end):
    shots = shots_of(document)
    shots.append({**like, "start time": start, "end time": end})
    shots[-1].pop("extra 4-second timestamp", None)
    return 0, len(shots)


def time_gap(document):
    document["segments"][0]["end frame index"] += 10 ** 6  # the gap lies inside the segment
    for later in document["segments"][1:]:
        later["start frame index"] += 10 ** 6
        later["end frame index"] += 10 ** 6
        for reference in later["reference images"]:
            for mask in reference["masks"]:
                mask["frame index"] += 10 ** 6
    return added_shot(document, shots_of(document)[-1], "58:00", "58:04")


def seconds_of(text):
    minutes, seconds = text.split(":")
    return 60 * int(minutes) + int(seconds)


def time_overlap(document):
    last = shots_of(document)[-1]
    end = seconds_of(last["end time"])
    return added_shot(document, last, clock(max(0, end - 2)) + ".5", clock(end))


def empty_range(document):
    """A millisecond after the last shot in which no frame begins."""
    last = shots_of(document)[-1]
    end = seconds_of(last["end time"])
    frame = lambda thousandth: int((end + thousandth / 1000) * document["fps"] + 0.5)
    first = next(thousandth for thousandth in range(100) if frame(thousandth) == frame(thousandth + 1))
    return added_shot(document, last, f"{clock(end)}.{first:03}", f"{clock(end)}.{first + 1:03}")


def duplicate_range(document):
    shots_of(document).append(dict(shot_of(document)))  # after the others: it overlaps them too
    return 0, len(shots_of(document))


def change(key, value):
    def plant(document):
        document[key] = value
        return FILE
    return plant


def remove(key):
    def plant(document):
        del document[key]
        return FILE
    return plant


def in_shot(**values):
    def plant(document):
        for key, value in values.items():
            shot_of(document)[key.replace("_", " ")] = value
        return SHOT
    return plant


def caption(key, value):
    def plant(document):
        shot_of(document)["visual annotation"][key] = value
        return SHOT
    return plant


def excerpt(text):
    def plant(document):
        shot_of(document)["extra 4-second timestamp"] = text
        return SHOT
    return plant


def reference(change_masks, place=STORY):
    def plant(document):
        change_masks(document["segments"][0]["reference images"][0]["masks"])
        return place
    return plant


def segment_range(document):
    document["segments"][0]["end frame index"] = document["segments"][0]["start frame index"]
    return STORY


def bad_schema(document):
    document["segments"][0].pop("story script")
    return STORY


def empty_story(document):
    document["segments"][0]["story script"]["shots"] = []
    return STORY


def segment_overlap(document):
    first = document["segments"][0]
    document["segments"].append({**first, "end frame index": document["segments"][-1]["end frame index"] - 1})
    document["segments"][-1]["start frame index"] = first["start frame index"]
    return len(document["segments"]) - 1, None


def id_case(document):
    shot_of(document)["scene"] = shot_of(document)["scene"].upper() + " "
    return SHOT


def scene_conflict(document):
    shot_of(document)["setting"] = "another place"
    return SHOT


def prologue(document):
    shot_of(document)["is_prologue_or_epilogue"] = "prologue"
    return SHOT


def unknown_character(document):
    shot_of(document)["main characters"].append("A stranger")
    return SHOT


def placeholder(masks):
    masks[0] = {**masks[0], "rle mask": {"size": [720, 720], "counts": "placeholder in case the file is too large"}}


def bad_mask(masks):
    masks[0] = {**masks[0], "rle mask": {"size": [720], "counts": "433NN"}}


def double_mask(masks):
    masks.append(dict(masks[0]))


def outside_mask(masks):
    masks[0] = {**masks[0], "frame index": 10 ** 9}


DEFECTS = {
    "bad_schema": bad_schema, "bad_segment_range": segment_range, "segment_overlap": segment_overlap,
    "missing_video_id": remove("video ID"), "missing_fps": change("fps", None), "empty_story": empty_story,
    "missing_time": set_time("end time", ""), "bad_time": set_time("end time", "soon"), "end_before_start": end_before_start,
    "beyond_segment": beyond_segment, "time_gap": time_gap, "time_overlap": time_overlap, "duplicate_range": duplicate_range,
    "empty_range": empty_range,
    "missing_caption": caption("narrative caption", " "), "missing_description": caption("descriptive caption", None),
    "no_character": in_shot(main_characters=[]), "unknown_character": unknown_character, "id_case": id_case,
    "no_scene": in_shot(scene=None), "unknown_scene": in_shot(scene="Nowhere"), "prologue_epilogue": prologue,
    "extra_not_4s": excerpt("00:00-00:01"), "extra_outside": excerpt("00:00-50:00"), "bad_field": excerpt("the beginning"),
    "missing_reference": reference(lambda masks: masks.clear()), "mask_placeholder": reference(placeholder, FILE),
    "bad_rle": reference(bad_mask), "duplicate_mask": reference(double_mask), "mask_outside_segment": reference(outside_mask),
    "conflicting_keys": scene_conflict, "unknown_key": change("made by", "a machine"),
    # Of the text, or of two files: text_of() plants them.
    "bad_json": None, "duplicate_video": None, "duplicate_key": None, "text_encoding": None,
}
# Findings that a planted defect brings with it, at its place.
BESIDE = {"duplicate_range": ("time_overlap",)}


def planted_places(options):
    """Which file gets which defect: number -> kind."""
    kinds = []
    for text in options.plant:
        kind, _, number = text.partition("=")
        if kind != "all" and kind not in DEFECTS:
            sys.exit(f"--plant {kind}: unknown; choose from all, {', '.join(DEFECTS)}")
        for each in DEFECTS if kind == "all" else [kind]:
            kinds += [each] * int(number or 1)
    # The first file stays whole: duplicate_video copies its id.
    places = random.Random(f"{options.seed} places").sample(range(1, options.videos), len(kinds))
    return dict(zip(places, kinds))


def file_of(number, options, pool, planted, first_name):
    """A file's name, its bytes and the place of its defect."""
    name, document = video(number, options, pool)
    kind, place, encoding = planted.get(number), FILE, "utf-8"
    if kind == "duplicate_video":
        document["video ID"] = first_name
    elif kind == "text_encoding":
        document["segments"][0]["story script"]["storyline"] = "Une forêt près d’un café."
        encoding = "utf-16" if number % 2 == 0 else "cp1252"
    elif kind and DEFECTS[kind]:
        place = DEFECTS[kind](document)
    text = json.dumps(document, ensure_ascii=False)
    if kind == "bad_json":
        text = text[:-5]
    elif kind == "duplicate_key":
        text = text.replace('"url": ', '"url": "https://example.org", "url": ', 1)
    return f"{number:05}-{name}.json", text.encode(encoding), place


STATE = {}


def write_one(number):
    name, data, place = file_of(number, STATE["options"], STATE["pool"], STATE["planted"], STATE["first_name"])
    with open(os.path.join(STATE["options"].out, name), "wb") as file:
        file.write(data)
    return name, place


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, help="folder to write, or a file that ends in .zip")
    parser.add_argument("--videos", type=int, default=FILES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--masks", choices=("rle", "placeholder", "none"), default="rle")
    parser.add_argument("--audio", action="store_true", help="with the annotations of AnimeShooter-audio")
    parser.add_argument("--plant", action="append", default=[], metavar="KIND=NUMBER")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    planted = planted_places(options)
    pool = mask_pool(options.seed)
    first_name = video(0, options, pool)[0]
    places = {}
    if options.out.endswith(".zip"):
        with zipfile.ZipFile(options.out, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(options.videos):
                name, data, place = file_of(number, options, pool, planted, first_name)
                places[number] = name, place
                member = zipfile.ZipInfo(f"annotations/{name}", (2025, 1, 1, 0, 0, 0))
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, data)
    else:
        os.makedirs(options.out, exist_ok=True)
        STATE.update(options=options, pool=pool, planted=planted, first_name=first_name)
        with multiprocessing.get_context("fork").Pool(options.jobs) as workers:  # they inherit STATE
            for number, written in enumerate(workers.imap(write_one, range(options.videos), chunksize=16)):
                if number in planted:
                    places[number] = written
                if (number + 1) % 1000 == 0:
                    print(f"{number + 1} of {options.videos} files", file=sys.stderr)
    found = []
    for number, kind in sorted(planted.items()):
        name, (segment_number, shot) = places[number]
        for each in (kind, *BESIDE.get(kind, ())):
            found.append({"kind": each, "file": name, "segment": segment_number, "shot": shot})
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
