"""How far two programs' scores of the same videos are apart. Standard library only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

METRICS = ("clip_i", "dino_i", "clip_t", "cross_shot_clip", "cross_shot_dino")
# Two FFmpeg builds decode the same file: their colour conversions differ by single grey levels.
SYSTEM_TOLERANCE_VIDEOS = 5e-4
# The same pixels through two float32 implementations of the same networks.
STORY_TOLERANCE_SAME_PIXELS = 5e-6


@dataclass(frozen=True)
class Difference:
    metric: str
    system: float        # |difference of the system means|
    worst_story: float   # largest |difference| of a story's mean or HarMeanP

    def as_json(self) -> dict:
        return {"metric": self.metric, "system": self.system, "worst_story": self.worst_story}


def asbench_scores(file: Path) -> dict:
    """The result document of `asbench score` in the form the Python pipelines write."""
    document = json.loads(file.read_text(encoding="utf-8"))
    if document.get("schema") != "asbench/result@1":
        raise SystemExit(f"{file}: not a result document (schema is {document.get('schema')!r})")
    scores = {}
    for metric in METRICS:
        stories = {story["id"]: story["metrics"][metric] for story in document["stories"]}
        scores[metric] = {"mean": document["metrics"][metric]["mean"], "stories": stories}
    return scores


def python_scores(file: Path) -> dict:
    return json.loads(file.read_text(encoding="utf-8"))["metrics"]


def differences(left: dict, right: dict) -> list[Difference]:
    found = []
    for metric in METRICS:
        ours, theirs = left[metric]["stories"], right[metric]["stories"]
        if left[metric]["mean"] is None:
            raise SystemExit(f"{metric}: the program gave no value; its document's findings say why")
        if ours.keys() != theirs.keys():
            raise SystemExit(f"{metric}: scored stories differ: {sorted(ours)} and {sorted(theirs)}")
        worst = 0.0
        for story, values in theirs.items():
            for field in ("mean", "harmeanp"):
                if field in values:
                    worst = max(worst, abs(values[field] - ours[story][field]))
        found.append(Difference(metric, abs(left[metric]["mean"] - right[metric]["mean"]), worst))
    return found
