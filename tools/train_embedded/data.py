"""Frames, cards, captions and references that asbench_training_data rendered, as the encoders will see them."""
import json
import pathlib
import re

import numpy as np
from PIL import Image

SIDE = 64
COLOURS = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "white"]
SPECIES = ["cat", "rabbit", "bear", "bird", "robot", "penguin", "fox", "ghost"]
HEADGEAR = ["", "top hat", "cap", "party hat", "crown", "bow"]
PATTERNS = ["", "striped", "spotted"]
HOURS = ["by day", "at sunset", "at night"]
CHARACTER = re.compile(r"(\w+)(?: (striped|spotted))? (\w+)(?: with an? (\w+) (.+))?$")


def squash(picture):
    """The preprocessing of both encoders: Pillow's bilinear filter, aspect lost, 64 x 64, uint8."""
    return np.asarray(picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR))


def squashed(path, count, size):
    pictures = np.memmap(path, np.uint8, "r", shape=(count, *size, 3))
    return np.stack([squash(Image.fromarray(picture)) for picture in pictures])


def on_black(path):
    reference = Image.open(path).convert("RGBA")
    ground = Image.new("RGBA", reference.size, (0, 0, 0, 255))
    ground.alpha_composite(reference)
    return squash(ground)


def character_attributes(words):
    colour, pattern, species, hat_colour, hat = CHARACTER.match(words).groups()
    return [COLOURS.index(colour), SPECIES.index(species), PATTERNS.index(pattern or ""), HEADGEAR.index(hat or ""),
            COLOURS.index(hat_colour) if hat_colour else len(COLOURS)]


def setting_attributes(words):
    place, hour = re.match(rf"(.+) ({'|'.join(HOURS)})$", words).groups()
    return place, hour


class World:
    """frames uint8 [N, 64, 64, 3]; cards uint8 [shots, 64, 64, 3], `shots` has the first row of each; references uint8
    [characters, 64, 64, 3]; per row captions and attribute numbers."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        index = json.loads((folder / "index.json").read_text())
        self.rows = index["rows"]
        first = {}
        for i, row in enumerate(self.rows):
            first.setdefault((row["ip"], row["story"], row["shot"]), i)
        self.shots = np.array(list(first.values()))
        number = {key: i for i, key in enumerate(first)}
        self.shot = np.array([number[row["ip"], row["story"], row["shot"]] for row in self.rows])
        size = (index["height"], index["width"])
        self.frames = squashed(folder / "frames.u8", len(self.rows), size)
        self.cards = squashed(folder / "cards.u8", len(self.shots), size)
        ids = sorted({row["ip"] for row in self.rows})
        number = {ip: i for i, ip in enumerate(ids)}
        self.references = np.stack([on_black(folder / "references" / f"{ip}.png") for ip in ids])
        self.character = np.array([number[row["ip"]] for row in self.rows])
        words = {row["ip"]: row["character"] for row in self.rows}
        self.words = [words[ip] for ip in ids]
        self.looks = np.array([character_attributes(text) for text in self.words])
        where = [setting_attributes(row["setting"]) for row in self.rows]
        places = sorted({place for place, _ in where})
        actions = sorted({row["action"] for row in self.rows})
        self.scenes = np.array([[places.index(place), HOURS.index(hour), actions.index(row["action"])]
                                for (place, hour), row in zip(where, self.rows)])
        self.look_sizes = [len(COLOURS), len(SPECIES), len(PATTERNS), len(HEADGEAR), len(COLOURS) + 1]
        self.scene_sizes = [len(places), len(HOURS), len(actions)]

    def captions(self):
        return [(row["caption"], row["descriptive"]) for row in self.rows]
