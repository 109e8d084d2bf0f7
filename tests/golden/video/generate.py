"""Video networks and the preprocessing of clips: python tests/golden/video/generate.py (versions in ../requirements.txt)."""
import copy
import hashlib
import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from transformers import VideoMAEConfig, VideoMAEForVideoClassification

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import encoder_golden as golden  # noqa: E402


def levels(seed, shape):
    return torch.from_numpy(np.random.RandomState(seed).randint(0, 256, shape, dtype=np.uint8))


# The preprocessing as the tools write it (metrics.md 1.3), on float video [3, T, H, W] of levels.
def cmv(video):
    video = video / 255.0
    h, w = video.shape[-2:]
    scale = 224 / min(h, w)
    size = (224, math.ceil(w * scale)) if h < w else (math.ceil(h * scale), 224)
    video = F.interpolate(video.permute(1, 0, 2, 3), size=size, mode="bilinear", align_corners=False).permute(1, 0, 2, 3)
    top, left = (size[0] - 224) // 2, (size[1] - 224) // 2
    return (video[:, :, top:top + 224, left:left + 224] - 0.5) * 2


def squash(video):
    return F.interpolate(video.permute(1, 0, 2, 3), size=(224, 224), mode="bilinear", align_corners=False).permute(1, 0, 2, 3)


PROFILES = {"stylegan-v": lambda v: v, "cmv": cmv, "cd-i3d": lambda v: 2 * squash(v) / 255 - 1, "cd-videomae": lambda v: squash(v) / 255}


def preprocessing():
    """Frames of three shapes; of each result every 331st value."""
    tensors = {}
    for number, (h, w) in enumerate([(48, 72), (70, 33), (230, 90)]):
        video = levels(11 + number, (2, h, w, 3))
        tensors[f"frames.{number}"] = video
        floats = video.permute(3, 0, 1, 2).float()
        for name, profile in PROFILES.items():
            out = profile(floats).contiguous()
            tensors[f"{name}.{number}"] = out.flatten()[::331].clone()
            tensors[f"{name}.{number}.shape"] = torch.tensor(out.shape)
    save_file({k: v.contiguous() for k, v in tensors.items()}, HERE / "preprocess.safetensors")


class I3dForm(torch.nn.Module):
    """The calling form of the published I3D: flags by keyword, logits out, time reduced 8-fold."""

    def __init__(self, width: int = 24):
        super().__init__()
        self.stem = torch.nn.Conv3d(3, 8, 5, stride=2, padding=2)
        self.body = torch.nn.Conv3d(8, 16, 3, stride=4, padding=1)
        self.head = torch.nn.Linear(16, width)
        self.classes = torch.nn.Linear(width, 5)

    def forward(self, x: torch.Tensor, rescale: bool = False, resize: bool = False, return_features: bool = False) -> torch.Tensor:
        if resize:
            n, c, t, h, w = x.shape
            x = x.permute(0, 2, 1, 3, 4).reshape(n * t, c, h, w)
            x = F.interpolate(x, size=(56, 56), mode="bilinear", align_corners=False)
            x = x.reshape(n, t, c, 56, 56).permute(0, 2, 1, 3, 4)
        if rescale:
            x = 2 * x / 255 - 1
        x = torch.relu(self.stem(x))
        x = torch.relu(self.body(x))
        x = self.head(x.mean(dim=[2, 3, 4]))
        return x if return_features else self.classes(x)


def seeded_i3d():
    network = I3dForm().eval()
    network.load_state_dict(golden.seeded_weights(network.state_dict(), 77))
    # Random features would differ from clip to clip in the fifth digit only.
    with torch.no_grad():
        network.stem.weight *= 6
        network.head.weight *= 3
    return network


def torchscript():
    network = seeded_i3d()
    torch.jit.script(network).save(str(HERE / "i3d_form.pt"))
    video = levels(5, (16, 40, 64, 3))
    floats = video.permute(3, 0, 1, 2).float()
    with torch.inference_mode():
        tensors = {"frames": video,
                   "stylegan-v": network(floats[None], rescale=True, resize=True, return_features=True),
                   "cmv": network(cmv(floats)[None], return_features=True)}
    save_file({k: v.contiguous() for k, v in tensors.items()}, HERE / "i3d_form.safetensors")


def published_names(state):
    """As checkpoints on the hub have them: q_bias and v_bias (transformers 5 renames them when it loads)."""
    renamed = {}
    for key, value in state.items():
        key = key.replace("attention.attention.query.bias", "attention.attention.q_bias")
        renamed[key.replace("attention.attention.value.bias", "attention.attention.v_bias")] = value
    return renamed


def videomae():
    folder = HERE / "videomae"
    config = VideoMAEConfig(hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=3, image_size=32, patch_size=8,
                            num_frames=4, tubelet_size=2, num_labels=3)
    model = VideoMAEForVideoClassification(config).eval()
    model.set_attn_implementation("eager")
    model.load_state_dict(golden.seeded_weights(model.state_dict(), 78))
    model.save_pretrained(folder)
    weights = load_file(folder / "model.safetensors")
    save_file(published_names(weights), folder / "model.safetensors", {"format": "pt"})
    text = json.loads((folder / "config.json").read_text())
    text["qkv_bias"] = text.pop("qv_bias")
    (folder / "config.json").write_text(json.dumps(text, indent=1, sort_keys=True) + "\n")
    clip = golden.pictures(79, (1, 3, 4, 32, 32))
    double = copy.deepcopy(model).double()
    # The table stays float32 in the published code as well.
    with torch.inference_mode():
        out = model.videomae(clip.permute(0, 2, 1, 3, 4), output_hidden_states=True)
        feature = model.fc_norm(out.last_hidden_state.mean(1))
        feature64 = double.fc_norm(double.videomae(clip.permute(0, 2, 1, 3, 4).double()).last_hidden_state.mean(1))
    tensors = {"clip": clip, "feature": feature}
    tensors.update(golden.named_states(out.hidden_states))
    golden.write_expected(folder, tensors, golden.fp64_distance(feature, feature64), __file__)


def whole_path_clip(side, number):
    """A clip as whole numbers that the test draws too: [18, 40, 64, 3] levels."""
    t, y, x, c = np.meshgrid(np.arange(18), np.arange(40), np.arange(64), np.arange(3), indexing="ij")
    a, b, d = 1 + (number * 7 + side * 3) % 5, 1 + (number * 5) % 4, 2 + (number * 3 + side) % 6
    return ((a * x + b * y + 40 * c + d * t + number * 11 + side * 29 + (x * y) // (7 + number)) % 256).astype(np.uint8)


def whole_path():
    """From clips to the numbers of a document: 12 real and 12 generated clips, the middle 16 of 18 frames, variant stylegan-v."""
    network = seeded_i3d()

    def features(side):
        rows = []
        for number in range(12):
            clip = torch.from_numpy(whole_path_clip(side, number)[1:17]).permute(3, 0, 1, 2).float()
            with torch.inference_mode():
                rows.append(network(clip[None], rescale=True, resize=True, return_features=True)[0].double().numpy())
        return np.stack(rows)

    x, y = features(0), features(1)
    n, m, d = len(x), len(y), x.shape[1]
    cx, cy = np.cov(x, rowvar=False, ddof=0), np.cov(y, rowvar=False, ddof=0)
    # The nonzero eigenvalues of Sx Sy are those of the small symmetric matrix below: no square root of a singular matrix.
    xc, yc = x - x.mean(0), y - y.mean(0)
    root = np.linalg.svd(xc @ yc.T, compute_uv=False).sum() / np.sqrt(n * m)
    fvd = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(cx) + np.trace(cy) - 2 * root

    def cubic(a, b):
        return (a @ b.T / d + 1) ** 3

    def square(a, b):
        return (a @ b.T / d) ** 2

    kxx, kyy, kxy = cubic(x, x), cubic(y, y), cubic(x, y)
    kvd = (kxx.sum() - np.trace(kxx)) / (n * (n - 1)) + (kyy.sum() - np.trace(kyy)) / (m * (m - 1)) - 2 * kxy.mean()
    jedi = 100 * (square(x, x).mean() + square(y, y).mean() - 2 * square(x, y).mean())

    def distances(a, b):
        return np.sqrt(((a[:, None] - b[None]) ** 2).sum(-1))

    k = 5
    real_radius = np.sort(distances(x, x), axis=1)[:, k]
    generated_radius = np.sort(distances(y, y), axis=1)[:, k]
    between = distances(x, y)
    expected = {"fvd": fvd, "kvd": kvd, "jedi": jedi,
                "precision": (between < real_radius[:, None]).any(0).mean(), "recall": (between < generated_radius[None]).any(1).mean(),
                "density": (between < real_radius[:, None]).sum(0).mean() / k, "coverage": (between.min(1) < real_radius).mean(),
                "network_sha256": hashlib.sha256((HERE / "i3d_form.pt").read_bytes()).hexdigest()}
    (HERE / "whole_path.json").write_text(json.dumps({key: v if isinstance(v, str) else float(v) for key, v in expected.items()}, indent=1) + "\n")
    print(expected, "largest feature", abs(x).max())


if __name__ == "__main__":
    preprocessing()
    torchscript()
    whole_path()
    videomae()
