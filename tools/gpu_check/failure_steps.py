"""Step 06-failures: what goes wrong must be said in words, with exit code 2, and never end in a stack or an abort."""

from __future__ import annotations

import subprocess
import tempfile
import time

from feature_steps import DINO, clip_features
from runner import Check, Done, Skip, StepFailed, kill_group
from setup_steps import need_python, python_facts, torch_side

FORBIDDEN = ("frame #", "Exception raised from", "internal error", "Please report", "Traceback", "terminate called", "Aborted", "CUDA kernel errors might be")
HOLD_SECONDS = 40


def told(done: Done, words: tuple[str, ...], codes: tuple[int, ...] = (2,)) -> dict:
    """Whether a run ended as it should: the exit code, one of the words (none: anything), and no trace of a crash."""
    text = done.out + done.err
    found = [word for word in FORBIDDEN if word in text]
    good = done.code in codes and not found and (done.code == 0 or not words or any(word in text for word in words))
    return {"good": good, "exit": done.code, "forbidden": found, "said": text.strip()[-600:]}


def attempt(check: Check, name: str, words: tuple[str, ...], device: str, *options: object, codes: tuple[int, ...] = (2,),
            environment: dict[str, str] | None = None) -> None:
    clip_features(check, DINO, device, *options, expect=None, limit=HOLD_SECONDS, environment=environment)
    check.put(name, told(check.last, words, codes))


class FullGpu:
    """A process that holds the GPU's memory but a part."""

    def __init__(self, device: str, leave_mib: int) -> None:
        self.command = [str(word) for word in torch_side("hold", "--device", device, "--leave-mib", leave_mib)]

    def __enter__(self) -> str:
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=self.errors, stdin=subprocess.DEVNULL, text=True,
                                        start_new_session=True)
        line = self.process.stdout.readline()
        if not line.startswith("ready"):
            self.__exit__()
            self.errors.seek(0)
            raise StepFailed(f"the GPU's memory can't be taken: {self.errors.read()[-500:]}")
        return line.strip()

    def __exit__(self, *_: object) -> None:
        kill_group(self.process)
        time.sleep(1.0)  # the driver frees the memory


def failures(check: Check) -> None:
    python_facts(check)
    attempt(check, "no such device", ("numbered from 0", "NVIDIA", "libtorch_cuda"), "cuda:97")
    attempt(check, "no device visible", ("CUDA_VISIBLE_DEVICES", "NVIDIA", "libtorch_cuda"), "cuda", environment={"CUDA_VISIBLE_DEVICES": ""})
    attempt(check, "bf16 on the CPU", ("--device cuda",), "cpu", "--precision", "bf16")
    if not check.options.on_gpu:
        raise Skip("the other failures need a GPU")
    need_python(check, "torch")
    for leave, batch, codes in ((3000, 0, (0,)), (3000, 4096, (0, 2)), (200, 0, (0, 2))):
        with FullGpu(check.options.device, leave) as state:
            name = f"{leave} MiB left, batch {batch or 'automatic'}"
            attempt(check, name, ("memory",), check.options.device, "--batch", batch, codes=codes)
            check.record["results"][name]["holder"] = state
            check.save()
