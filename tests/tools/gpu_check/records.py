"""Records of steps as check.py keeps them, all targets reached; and the same with one change."""
import copy

FAR, NEAR = {"rows": 4, "min_cosine": 1 - 1e-8, "max_abs": 1e-6, "equal_bits": False}, {"rows": 4, "min_cosine": 1.0, "max_abs": 0.0, "equal_bits": True}


def record(results):
    return {"state": "done", "reason": "", "wall_seconds": 1.0, "results": results, "commands": []}


def case(seconds, same=1.0):
    return {"cpu": {"real_time": 2.0, "label": "faiss 1.7.3 cpu"}, "cpu seconds / gpu seconds": round(2.0 / seconds, 2),
            "gpu": {"real_time": seconds, "label": "faiss 1.7.3 gpu cuda:0 (NVIDIA H200)", "same": same, "rows_apart": 1e-8, "above_nearest": 0.0}}


GOOD = {
    "features": record({f"{part}: {side}": dict(FAR) for part in ("clip_image", "dino_image", "clip_text") for side in ("cpu", "transformers")}),
    "scores": record({"means": {"compared": 12, "of": 14, "apart": {}, "largest": 1e-7}, "same_findings": True}),
    "invariance": record({"dino: batch 1": {"kind": "batch", **FAR}, "dino: batch 64 again": {"kind": "rerun", **NEAR}}),
    "rival": record({"asbench": [{"clips": 640}], "rival seconds / asbench seconds": {"rounds": [1.2, 1.1], "median": 1.15}}),
    "cold": record({"default": {"loop": {"wait_share": 0.95}, "gpu": {"active_percent": 20.0}}}),
    "video": record({"TorchScript, small": dict(FAR), "VideoMAE-base": dict(FAR)}),
    "search": record({"1000000/512": case(0.05), "200000/768": case(0.02, same=0.999)}),
    "failures": record({"no such device": {"good": True}, "3000 MiB left, batch 4096": {"good": True}}),
}


def with_change(step, name, change):
    changed = copy.deepcopy(GOOD)
    changed[step]["results"][name] |= change
    return changed
