"""Steps 02-features and 04-video: are the GPU's numbers those of the CPU, and the same ones again?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import inputs
from runner import Check, Skip
from setup_steps import HERE, need_python, python_facts, torch_side
from tensors import Distance, distance, read_npy, read_safetensors

CLIP, DINO = "openai/clip-vit-base-patch32", "facebook/dino-vitb16"
PARTS = {"clip_image": ("image_encoder", CLIP, "openai-clip"), "dino_image": ("image_encoder", DINO, "dino-eval"),
         "clip_text": ("text_encoder", CLIP, None)}
GOLDEN_VIDEO = HERE.parents[1] / "tests/golden/video"
FEW_CLIPS = 16
BATCHES = {DINO: (1, 7, 64, 64, 256), CLIP: (64, 64)}


def component(check: Check, name: str, device: str, folder: Path) -> Path:
    part, model, preprocess = PARTS[name]
    images, texts = inputs.pictures(check)
    out = folder / f"{name}.safetensors"
    check.run([check.options.asbench, "component", part, "--model", inputs.weights(check) / model, "--in",
               images if part == "image_encoder" else texts, "--out", out, "--device", device,
               *(["--preprocess", preprocess] if preprocess else [])])
    return out


def features(check: Check) -> None:
    """Each encoder on the CPU, on the GPU, and by transformers on the GPU."""
    python_facts(check)
    folders = {name: check.work / "features" / name for name in ("cpu", "device", "transformers")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    for name in PARTS:
        ours = read_safetensors(component(check, name, check.options.device, folders["device"]))
        check.put(f"{name}: cpu", distance(read_safetensors(component(check, name, "cpu", folders["cpu"])), ours).as_json())
    try:
        need_python(check, "torch", "transformers", "Pillow")
    except Skip as skip:
        check.put("transformers", f"not compared: {skip}")
        return
    images, texts = inputs.pictures(check)
    check.run(torch_side("features", "--weights", inputs.weights(check), "--pictures", images, "--texts", texts, "--device",
                         check.options.device, "--out", folders["transformers"]))
    for name in PARTS:
        theirs, ours = (read_safetensors(folders[side] / f"{name}.safetensors") for side in ("transformers", "device"))
        check.put(f"{name}: transformers", distance(theirs, ours).as_json())


def fresh_store(check: Check) -> Path:
    store = check.work / "store"
    shutil.rmtree(store, ignore_errors=True)
    return store


def clip_features(check: Check, encoder: object, device: str, *options: object, **how: object) -> Path:
    """`asbench features` of a few clips with an empty store. @param how  as Check.run takes it. @returns the .npy file."""
    out = check.work / "features.npy"
    out.unlink(missing_ok=True)
    split = inputs.clips(check)
    check.run([check.options.asbench, "features", "--split", split, "--outputs", split, "--limit", max(1, min(FEW_CLIPS, check.options.clips) // inputs.SHOTS),
               "--encoder", encoder, "--weights", inputs.weights(check), "--device", device, "--cache", fresh_store(check), "--out", out, *options], **how)
    return out


def scores(check: Check) -> None:
    """The whole path: `asbench score` of twenty clips on the CPU and on the GPU, both with an empty store."""
    python_facts(check)
    documents = {}
    for device in ("cpu", check.options.device):
        out, split = check.work / "scores.json", inputs.clips(check)
        check.run([check.options.asbench, "score", "--split", split, "--outputs", split, "--limit", 5, "--weights", inputs.weights(check), "--cache",
                   fresh_store(check), "--device", device, "--no-frames", "--force", "--out", out])
        documents[device] = json.loads(out.read_text(encoding="utf-8"))
    cpu, other = documents["cpu"], documents[check.options.device]
    check.put("device", other["provenance"]["device"])
    apart = {name: abs(metric["mean"] - other["metrics"][name]["mean"]) for name, metric in cpu["metrics"].items()
             if metric["mean"] is not None and other["metrics"].get(name, {}).get("mean") is not None}
    check.put("means", {"compared": len(apart), "of": len(cpu["metrics"]), "apart": apart, "largest": max(apart.values(), default=None)})
    check.put("same_findings", cpu["coverage"]["findings"] == other["coverage"]["findings"])


def invariance(check: Check) -> None:
    """Does the size of a batch change features, and does a second run give the same bits?"""
    python_facts(check)
    for encoder, batches in BATCHES.items():
        first = last = None
        for position, batch in enumerate(batches):
            found = read_npy(clip_features(check, encoder, check.options.device, "--batch", batch))
            if first is None:
                first = found
            again = position > 0 and batches[position - 1] == batch
            check.put(f"{encoder}: batch {batch}{' again' if again else ''}",
                      {"kind": "rerun" if again else "batch", **distance(last if again else first, found).as_json()})
            last = found


def precision(check: Check) -> None:
    """How far tf32 and bf16 are from float32."""
    if not check.options.on_gpu:
        raise Skip("the CPU computes in float32 alone")
    python_facts(check)
    exact = read_npy(clip_features(check, DINO, check.options.device))
    for name in ("tf32", "bf16"):
        check.put(f"{DINO}: {name}", distance(exact, read_npy(clip_features(check, DINO, check.options.device, "--precision", name))).as_json())


def compare_network(check: Check, name: str, network: object) -> None:
    found: list[Distance] = [distance(read_npy(clip_features(check, network, "cpu")), read_npy(clip_features(check, network, check.options.device)))]
    check.put(name, found[0].as_json())


def video(check: Check) -> None:
    """Networks of whole clips: small ones of the tests, then VideoMAE of real size where transformers can make one."""
    python_facts(check)
    compare_network(check, "TorchScript, small", GOLDEN_VIDEO / "i3d_form.pt")
    compare_network(check, "VideoMAE, small", GOLDEN_VIDEO / "videomae")
    if check.options.preset != "real":
        return
    need_python(check, "torch", "transformers")
    folder = check.work / "videomae-base"
    if not (folder / "config.json").is_file():
        check.run(torch_side("videomae", "--out", folder))
    compare_network(check, "VideoMAE-base", folder)
