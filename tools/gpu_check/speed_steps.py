"""Steps 03-speed: whole processes with an empty store, their use of the GPU, and the rival in Python."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median

import inputs
from feature_steps import fresh_store
from gpu_sampler import Sampler
from runner import Check
from setup_steps import HERE, need_python, python_facts

RIVAL = HERE.parents[1] / "benchmarks/end_to_end/python_pipeline.py"
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
CLIPS_OF_ONE_THREAD = 160  # one decode thread is slow: a part of the clips shows its rate


def shares(stages: dict) -> dict:
    """What of the encode loop's time was waiting for decoded frames, and, by the program's own clock, the device's."""
    window = stages["extract_seconds"] - stages["load_seconds"] - stages["encode_text_seconds"]
    if window <= 0:
        return {}
    return {"encode_loop_seconds": round(window, 3), "wait_share": round(stages["wait_seconds"] / window, 4),
            "device_share": round(stages["encode_seconds"] / window, 4), "clips_per_second": round(stages["clips"] / window, 2)}


def cold_score(check: Check, *options: object, clips: int | None = None) -> tuple[dict, Path]:
    """`asbench score` with an empty store. @returns what it cost, and its document."""
    split, out = inputs.clips(check), check.work / "cold.json"
    stories = (clips or check.options.clips) // inputs.SHOTS
    with Sampler(check.options.gpu) as load:
        done = check.run([check.options.asbench, "score", "--split", split, "--outputs", split, "--limit", stories, "--weights", inputs.weights(check),
                          "--cache", fresh_store(check), "--device", check.options.device, "--force", "--out", out, *options], environment=OFFLINE)
    provenance = json.loads(out.read_text(encoding="utf-8"))["provenance"]
    stages = provenance["stages"]
    return {"clips": stages["clips"], "seconds": round(done.seconds, 3), "clips_per_second": round(stages["clips"] / done.seconds, 2),
            "device": provenance["device"], "stages": stages, **{"loop": shares(stages)}, "gpu": load.result}, out


def cold(check: Check) -> None:
    """Defaults first: the targets need them. Then 16, 8 and 1 decode threads, and, on a GPU, the other precisions."""
    python_facts(check)
    check.put("default", cold_score(check)[0])
    for threads in (16, 8, 1):
        clips = min(check.options.clips, CLIPS_OF_ONE_THREAD) if threads == 1 else None
        check.put(f"decode threads {threads}", cold_score(check, "--decode-threads", threads, clips=clips)[0])
    if check.options.on_gpu:
        for name in ("tf32", "bf16"):
            check.put(f"precision {name}", cold_score(check, "--precision", name)[0])


def rival_run(check: Check, precision: str) -> tuple[dict, Path]:
    split, out = inputs.clips(check), check.work / f"rival-{precision}.json"
    with Sampler(check.options.gpu) as load:
        done = check.run([sys.executable, RIVAL, "--split", split, "--weights", inputs.weights(check), "--out", out, "--device", check.options.device,
                          "--threads", check.facts["cores"], "--workers", check.facts["cores"], "--precision", precision], environment=OFFLINE)
    result = json.loads(out.read_text(encoding="utf-8"))
    stages = result["stages"]
    loop = stages["decode"] + stages["encode"]  # its workers begin while the networks are loaded, asbench's decode threads afterwards
    return {"clips": check.options.clips, "seconds": round(done.seconds, 3), "clips_per_second": round(check.options.clips / done.seconds, 2),
            "workers": result["workers"], "batch": result["batch"], "stages": stages,
            "loop": {"encode_loop_seconds": round(loop, 3), "clips_per_second": round(check.options.clips / loop, 2)}, "gpu": load.result}, out


def score_differences(ours: Path, theirs: Path) -> dict:
    sys.path.insert(0, str(RIVAL.parent))
    import agreement

    found = agreement.differences(agreement.asbench_scores(ours), agreement.python_scores(theirs))
    return {difference.metric: difference.system for difference in found}


def rival(check: Check) -> None:
    """asbench and the rival take turns; a ratio is formed within a round."""
    need_python(check, "torch", "transformers", "Pillow", "cv2")
    ratios, ours, theirs = [], [], []
    for number in range(check.options.rounds):
        mine, document = cold_score(check)
        other, scores = rival_run(check, "fp32")
        ours.append(mine)
        theirs.append(other)
        ratios.append(other["seconds"] / mine["seconds"])
        check.put("asbench", ours)
        check.put("rival fp32", theirs)
        check.put("rival seconds / asbench seconds", {"rounds": [round(ratio, 4) for ratio in ratios], "median": round(median(ratios), 4)})
        if number == 0:
            check.put("means apart", score_differences(document, scores))
    other, scores = rival_run(check, "bf16")
    check.put("rival bf16", other)
    check.put("rival bf16 seconds / asbench seconds", round(other["seconds"] / median(run["seconds"] for run in ours), 4))
