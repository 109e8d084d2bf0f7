"""What the steps work on: clips, pictures, captions and weights, all made here from seeds. Standard library only.

The clips are drawn by the program's own baseline `ref-pan` (49 frames 720x480, H.264, one group of pictures a clip) from
made-up references. Drawing costs about a second of one core a clip, so of 640 clips 160 are drawn, and each is there
four times, with bytes of its own behind the video: the program knows clips by their bytes, so it reads, decodes and
encodes every one. To the decoder and the encoders it is the same work as 640 drawings.
"""

from __future__ import annotations

import json
import random
import shutil
import struct
import zlib
from pathlib import Path

from runner import Check, StepFailed, write_json
from tensors import write_safetensors

SHOTS = 4
IPS = 8
PICTURE = (240, 360)  # height, width
WORDS = ("a small robot", "the old sailor", "two foxes", "a girl in a red coat", "runs over the bridge", "looks at the sea",
         "opens the door", "sleeps under a tree", "at night", "in the rain", "on a market", "between high walls")


def caption(number: int, random_of: random.Random) -> str:
    return f"{random_of.choice(WORDS[:4]).capitalize()} {random_of.choice(WORDS[4:8])} {random_of.choice(WORDS[8:])}. Take {number}."


def picture_rows(height: int, width: int, seed: int) -> list[bytes]:
    """RGB rows of a smooth picture with edges: bands of a random walk, shifted from row to row, and rectangles."""
    random_of = random.Random(seed)
    tables = []
    for _ in range(3):
        level, table = 128, bytearray()
        for _ in range(width + 4 * height + 256):
            level = min(255, max(0, level + random_of.randint(-6, 6)))
            table.append(level)
        tables.append((table, random_of.randint(1, 3)))
    boxes = [(random_of.randrange(height), random_of.randrange(width - 8), random_of.randrange(8, max(9, height // 3)),
              random_of.randrange(8, max(9, width // 3)), random_of.randbytes(3)) for _ in range(6)]
    rows = []
    for y in range(height):
        row = bytearray(3 * width)
        for channel, (table, slope) in enumerate(tables):
            row[channel::3] = table[y * slope:y * slope + width]
        for top, left, box_height, box_width, colour in boxes:
            if top <= y < top + box_height:
                right = min(width, left + box_width)
                row[3 * left:3 * right] = colour * (right - left)
        rows.append(bytes(row))
    return rows


def write_png(file: Path, rows: list[bytes]) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", len(rows[0]) // 3, len(rows), 8, 2, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows), 1)
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b""))


def padding(number: int) -> bytes:
    """An MP4 `free` box: readers skip it, but the file's bytes are its own."""
    payload = f"clip {number}".encode()
    return (8 + len(payload)).to_bytes(4, "big") + b"free" + payload


def write_split(folder: Path, stories: int) -> None:
    """A split in the demo form: story k belongs to IP k mod 8, captions all different."""
    folder.mkdir(parents=True)
    contents: dict[str, dict] = {}
    for number in range(stories):
        random_of = random.Random(number)
        captions = [caption(number * SHOTS + shot, random_of) for shot in range(SHOTS)]
        contents.setdefault(ip_of(number), {})[str(number // IPS + 1)] = {"captions": captions, "audio": [""] * SHOTS}
    for ip, prompts in contents.items():
        (folder / f"{ip}.json").write_text(json.dumps(prompts), encoding="utf-8")
        write_png(folder / f"{ip}_ref.png", picture_rows(480, 480, zlib.crc32(ip.encode())))


def ip_of(story: int) -> str:
    return f"ip{story % IPS}"


def make_clips(check: Check, clips: int, drawn_clips: int) -> Path:
    """The split with its clips beside it."""
    stories = clips // SHOTS
    drawn = min(stories, max(IPS, drawn_clips // SHOTS // IPS * IPS))
    # Drawn clips stay, and `generate` goes on where it was cut off.
    base, split = check.work / f"drawn-{drawn}", check.work / "split"
    shutil.rmtree(base / "split", ignore_errors=True)
    shutil.rmtree(split, ignore_errors=True)
    write_split(base / "split", drawn)
    check.run([check.options.asbench, "generate", "--baseline", "ref-pan", "--split", base / "split", "--out", base / "clips", "--quiet"])
    write_split(split, stories)
    for number in range(stories):
        source = number % drawn
        for shot in range(1, SHOTS + 1):
            found = base / "clips" / ip_of(source) / str(source // IPS + 1) / f"shot_{shot:02}.mp4"
            target = split / ip_of(number) / f"generated_video_{number // IPS + 1}_{shot}_demo.mp4"
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(found.read_bytes() + padding(number * SHOTS + shot))
    return split


def neighbour(check: Check, name: str) -> Path:
    """A program beside asbench: in a build's bin/, or in a bundle that was made --with it."""
    found = Path(check.options.asbench).parent / name
    if not found.is_file():
        raise StepFailed(f"{found} is not there: build it, or make the bundle with `tools/bundle/make.py --with {name}`")
    return found


def ready(check: Check, name: str, wanted: dict) -> bool:
    """Whether an earlier step, or an earlier check in the same work folder, has made `name` as it is wanted."""
    mark = check.work / f"{name}.made.json"
    return mark.is_file() and json.loads(mark.read_text(encoding="utf-8")) == wanted


def weights(check: Check) -> Path:
    """CLIP ViT-B/32 and DINO ViT-B/16 with seeded weights."""
    folder, wanted = check.work / "weights", {"preset": check.options.preset}
    if not ready(check, "weights", wanted):
        check.run([neighbour(check, "asbench_seeded_checkpoint"), "--preset", check.options.preset, folder])
        write_json(check.work / "weights.made.json", wanted)
    return folder


def clips(check: Check) -> Path:
    wanted = {"clips": check.options.clips, "drawn": check.options.drawn}
    if not ready(check, "split", wanted):
        make_clips(check, check.options.clips, check.options.drawn)
        write_json(check.work / "split.made.json", wanted)
    return check.work / "split"


def pictures(check: Check) -> tuple[Path, Path]:
    """Pictures (safetensors `images`, uint8 [N, H, W, 3]) and texts (JSON)."""
    count, (height, width) = check.options.pictures, PICTURE
    images, texts = check.work / f"pictures-{count}.safetensors", check.work / f"texts-{count}.json"
    if not texts.is_file():
        data = b"".join(b"".join(picture_rows(height, width, 1000 + number)) for number in range(count))
        write_safetensors(images, "images", "U8", [count, height, width, 3], data)
        random_of = random.Random(7)
        write_json(texts, [caption(number, random_of) for number in range(3 * count)])
    return images, texts
