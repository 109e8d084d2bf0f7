"""What the pages take for granted: splits, videos, weights, results. All of it is drawn or seeded, nothing is downloaded.

A page's "world" in commands.json maps a path of its folder to one of these pieces:
  "demo [PATH]"                   what `asbench demo` leaves behind, or a part of it
  "stories N"                     a split of N stories in the form of the project page (captions and references of the demo)
  "videos N SYSTEM [LAYOUT]"      videos for that split: those of one of the demo's systems, in turn
  "reference"                     a reference picture
  "annotations N"                 made-up annotation files of N videos, with masks
  "films PART"                    drawn films in the data set's form: "annotations", "videos", or "shots" as a system has them
  "weights"                       CLIP, DINO and DreamSim with seeded weights, tiny, in folders of the published names
  "generator [--cogvideo]"        the model folder of a tiny generator with seeded weights
  "features ROWS SEED"            a feature matrix, .npy
  "ratings A,B"                   a table of ratings of these systems of the demo
  "source PATH"                   a file of the source tree
  "tree"                          (path ".") what a shell in the repository's root sees
  {"text": "..."}                 a small file
"""

import json
import os
import random
import shutil
import struct
import subprocess
import sys
from pathlib import Path

STORIES_OF_AN_IP = 5  # of a large split; 2 of a small one
REVISION = "0" * 39 + "1"  # of the seeded weights in the Hugging Face cache


class World:
    """Makes each piece once, in a folder that all pages share. run(text, folder) runs a command there."""

    def __init__(self, root, build, folder, run):
        self.root, self.build, self.folder, self.run = root, build, folder, run
        self.demo_result = None

    def bin(self, name):
        return self.build / "bin" / name

    def provide(self, piece, path):
        """Puts a piece at a path that does not exist."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(piece, dict):
            path.write_text(piece["text"], encoding="utf-8")
            return
        name, *arguments = piece.split(" ")
        getattr(self, "make_" + name)(path, *arguments)

    def demo(self):
        """The folder of the demo. It runs once for all pages; `demo_result` is what it printed."""
        if self.demo_result is None:
            self.demo_result = self.run("asbench demo", self.folder)
            if self.demo_result.status != 0:
                raise RuntimeError(f"asbench demo ends with {self.demo_result.status}: {self.demo_result.err}")
        return self.folder / "asbench-demo"

    def make_demo(self, path, part=""):
        source = self.demo() / part
        if source.is_dir():
            path.symlink_to(source)
        else:
            shutil.copyfile(source, path)
            frames = source.with_suffix(".frames")
            if frames.is_dir():
                path.with_suffix(".frames").symlink_to(frames)

    def drawn(self):
        """(IP, captions of its stories) of the demo's split, in its order."""
        split = self.demo() / "world/mini-world"
        return [(file.parent.name, json.loads(file.read_text())["prompts"]) for file in sorted(split.glob("*/prompts.json"))]

    def stories(self, count):
        """(IP, number of the story, captions, the drawn story whose videos it gets) of a split of so many stories."""
        drawn = self.drawn()
        each = 2 if count <= 2 * len(drawn) else STORIES_OF_AN_IP
        sources = [(f"{ip}/{index}", captions) for ip, prompts in drawn for index, captions in enumerate(prompts)]
        names = [(ip, number) for ip, _ in drawn for number in range(1, each + 1)][:count]
        if len(names) < count:
            raise RuntimeError(f"a split of {count} stories is too large: {len(names)} can be made")
        return [(ip, number, *reversed(sources[index % len(sources)])) for index, (ip, number) in enumerate(names)]

    def make_stories(self, path, count):
        path.mkdir()
        prompts = {}
        for ip, number, captions, _ in self.stories(int(count)):
            prompts.setdefault(ip, {})[str(number)] = {"captions": captions, "audio": ["wind"] * len(captions)}
        for ip, stories in prompts.items():
            (path / f"{ip}.json").write_text(json.dumps(stories))
            shutil.copyfile(self.demo() / "world/mini-world" / ip / "reference.png", path / f"{ip}_ref.png")

    def make_annotations(self, path, count):
        tool = self.root / "tools/annotation_tree/make.py"
        subprocess.run([sys.executable, tool, "--out", path, "--videos", count, "--jobs", "1"], check=True, stdout=subprocess.DEVNULL)

    def make_films(self, path, part):
        folder = self.folder / "drawn-films"
        if not folder.exists():
            subprocess.run([self.bin("asbench_film_world"), folder], check=True, stdout=subprocess.DEVNULL)
        shutil.copytree(folder / part, path)

    def make_reference(self, path):
        shutil.copyfile(self.demo() / "world/mini-world" / self.drawn()[0][0] / "reference.png", path)

    def make_videos(self, path, count, system, layout="default"):
        templates = {
            "default": "{ip}/{prompt}/shot_{shot:02}.mp4",
            "animeshootergen-demo": "{ip}/generated_video_{prompt}_{shot}_demo.mp4",
        }
        for ip, prompt, captions, drawn in self.stories(int(count)):
            for shot in range(1, len(captions) + 1):
                file = path / templates[layout].format(ip=ip, prompt=prompt, shot=shot)
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.demo() / "systems" / system / drawn / f"shot_{shot:02}.mp4", file)

    def weights(self):
        folder = self.folder / "weights"
        if not folder.exists():
            program = self.bin("asbench_seeded_checkpoint")
            subprocess.run([program, "--preset", "tiny", "--dreamsim", folder], check=True, stdout=subprocess.DEVNULL)
        return folder

    def make_weights(self, path):
        shutil.copytree(self.weights(), path)

    def fill_hugging_face_cache(self, cache):
        """The same weights where they are looked for when a command names no folder."""
        if cache.exists():
            return
        for config in sorted(self.weights().glob("*/*/config.json")):
            model = config.parent
            place = cache / "hub" / f"models--{model.parent.name}--{model.name}"
            (place / "refs").mkdir(parents=True)
            (place / "refs/main").write_text(REVISION)
            shutil.copytree(model, place / "snapshots" / REVISION)

    def make_generator(self, path, *options):
        subprocess.run([self.bin("asbench_tiny_generator"), *options, path], check=True, stdout=subprocess.DEVNULL)

    def make_features(self, path, rows, seed):
        width, draw = 16, random.Random(int(seed))
        header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {width}), }}"
        header += " " * (-(len(header) + 11) % 64) + "\n"
        values = [draw.gauss(0.1 * int(seed), 1) for _ in range(int(rows) * width)]
        path.write_bytes(
            b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(values)}f", *values)
        )

    def make_ratings(self, path, systems):
        draw = random.Random(1)
        lines = ["system,story,dimension,rater,value"]
        for system in systems.split(","):
            for ip, prompts in self.drawn():
                for index in range(len(prompts)):
                    lines += [f"{system},{ip}/{index},quality,{rater},{draw.randint(1, 5)}" for rater in ("ann", "bob")]
        path.write_text("\n".join(lines) + "\n")

    def make_source(self, path, name):
        shutil.copyfile(self.root / name, path)

    def make_tree(self, path):
        for entry in sorted(self.root.iterdir()):
            if entry.name not in ("build", ".git") and not (path / entry.name).exists():
                (path / entry.name).symlink_to(entry)


def environment_of(folder, home, programs):
    """The environment of every command: nothing of the caller's but what finds the system's own programs and libraries."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "TMPDIR") if name in os.environ}
    return kept | {
        "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "HF_HOME": str(folder / "huggingface"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "HF_ENDPOINT": "http://127.0.0.1:9",  # nobody listens there: what would fetch from a network fails
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }
