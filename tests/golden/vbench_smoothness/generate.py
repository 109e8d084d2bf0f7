"""What VBench's own MotionSmoothness makes of small clips under a seeded toy network:
python tests/golden/vbench_smoothness/generate.py (versions in ../requirements.txt).

The class is that of the package `vbench`, whole: its choice of frames, padding, conversion to bytes and difference. Put
in place are only the files: frames come from the formula of ../vbench/generate.py and from that of a wide clip of odd
size below, and the network is a toy in the place of AMT-S. The toy is saved as the TorchScript file that asbench reads.
"""
import hashlib
import json
import pathlib
import sys
import types

import numpy as np
import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).resolve().parent
for name in ("decord", "clip"):  # load files and weights only
    sys.modules.setdefault(name, types.ModuleType(name))
sys.modules["decord"].VideoReader = sys.modules["decord"].cpu = None
from vbench import motion_smoothness  # noqa: E402

# Width, height, frames: those of ../vbench, of which 90x200, 250x141 and 120x120 need padding; even and odd numbers of
# frames, so that a last frame without a follower is there. Then the fewest frames that there can be, and one more.
CLIPS = [(160, 120, 11), (90, 200, 6), (250, 141, 17), (120, 120, 9), (37, 53, 3), (37, 53, 4)]


def frame(clip, t):
    """Twin of tests/support/vbench_frames.h: [H, W, 3] uint8."""
    width, height, _ = CLIPS[clip]
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    column, row = x // 16, y // 12
    cell = (column * 53 + row * 97 + c * 71 + clip * 29) * 7
    moving = t * (3 + clip) * ((column + row) % 3)
    return ((cell + moving + (x * 5 + y * 3 + t * 2) % 23) % 256).astype(np.uint8)


class Toy(torch.nn.Module):
    """Four halvings as in AMT, a border that is seen from far, products of places, and a frame between the two."""

    def __init__(self):
        super().__init__()
        self.down = torch.nn.Conv2d(6, 8, 5, stride=4, padding=2)
        self.deep = torch.nn.Conv2d(8, 8, 5, stride=4, padding=2)
        self.up = torch.nn.Conv2d(8, 3, 3, padding=1)
        self.near = torch.nn.Conv2d(6, 3, 3, padding=1)

    def forward(self, frame0: torch.Tensor, frame1: torch.Tensor, embt: torch.Tensor) -> torch.Tensor:
        both = torch.cat([frame0, frame1], dim=1)
        shallow = torch.tanh(self.down(both))
        deep = torch.tanh(self.deep(shallow))
        flat = deep.flatten(2)
        weights = torch.softmax(torch.matmul(flat.transpose(1, 2), flat), dim=-1)
        deep = torch.matmul(flat, weights).view(deep.shape)
        far = F.interpolate(self.up(deep), size=[frame0.size(2), frame0.size(3)], mode="bilinear", align_corners=False)
        return (1 - embt) * frame0 + embt * frame1 + 0.3 * torch.tanh(self.near(both) + far)


def toy():
    model = Toy().eval()
    random = np.random.RandomState(16)
    state = {}
    for name, value in sorted(model.state_dict().items()):
        draw = random.standard_normal(tuple(value.shape))
        fan_in = int(np.prod(value.shape[1:])) if value.dim() > 1 else 1
        state[name] = torch.from_numpy(draw / np.sqrt(fan_in) if value.dim() > 1 else 0.2 * draw).float()
    model.load_state_dict(state)
    return model


class InPlace(motion_smoothness.MotionSmoothness):
    """VBench's class on the toy, which it calls as it calls AMT-S."""

    def __init__(self, model):
        self.toy = model
        super().__init__(None, None, torch.device("cpu"))

    def load_model(self):
        def model(frame0, frame1, embt, scale_factor, eval):
            assert scale_factor == 1.0 and eval and frame0.shape[2] % 16 == frame0.shape[3] % 16 == 0
            return {"imgt_pred": self.toy(frame0, frame1, embt)}
        self.model = model


def main():
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    model = toy()
    motion = InPlace(model)
    motion.fp.get_frames = lambda path: [frame(int(path[:-4]), t) for t in range(CLIPS[int(path[:-4])][2])]
    total, videos = motion_smoothness.motion_smoothness(motion, [f"{clip}.mp4" for clip in range(len(CLIPS))])
    torch.jit.script(model).save(str(HERE / "toy.torchscript"))
    expected = {"script_sha256": hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest(), "clips": CLIPS,
                "total": float(total), "videos": [float(video["video_results"]) for video in videos]}
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    print(json.dumps(expected))


if __name__ == "__main__":
    main()
