"""Runs programs and says what they cost; describes the machine. Standard library only."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    wall_seconds: float
    cpu_seconds: float       # user + system
    peak_mib: float          # resident set, of the process or the largest of its children
    others_percent: float    # share of the machine's CPU time that other processes took meanwhile
    stolen_percent: float    # share that the hypervisor gave to other machines

    def as_json(self) -> dict:
        return asdict(self)


@dataclass(frozen=True)
class CpuTime:
    """Seconds since boot, summed over all CPUs."""

    total: float
    busy: float
    stolen: float

    @staticmethod
    def now() -> "CpuTime":
        user, nice, system, idle, io_wait, irq, soft_irq, stolen = (
            int(x) / os.sysconf("SC_CLK_TCK") for x in Path("/proc/stat").read_text().splitlines()[0].split()[1:9])
        busy = user + nice + system + irq + soft_irq
        return CpuTime(busy + idle + io_wait + stolen, busy, stolen)


def run_measured(command: list[str], log: Path, environment: dict[str, str] | None = None) -> Cost:
    """Runs `command` to its end, output to `log`; ends the program with the log's tail when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    before = CpuTime.now()
    with log.open("wb") as out:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                   env=dict(os.environ, **(environment or {})))
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise SystemExit(f"exit code {process.returncode} from: {' '.join(command)}\nend of {log}:\n{tail}")
    after, own = CpuTime.now(), usage.ru_utime + usage.ru_stime
    total = max(after.total - before.total, 1e-9)
    return Cost(wall, own, usage.ru_maxrss / 1024, 100 * max(after.busy - before.busy - own, 0.0) / total,
                100 * (after.stolen - before.stolen) / total)


def keep_to_cpus(count: int) -> list[int]:
    """Binds this process and all that it starts to `count` CPUs, so that `threads` means the same to everybody."""
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < count:
        raise SystemExit(f"--threads {count}, but this machine lends {len(cpus)} CPUs")
    os.sched_setaffinity(0, cpus[:count])
    return cpus[:count]


def describe() -> dict:
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.processor())
    memory = next(int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines()
                  if line.startswith("MemTotal"))
    return {"cpu": model, "cpus": os.cpu_count(), "memory_gib": round(memory / 2**20, 1),
            "system": f"{platform.system()} {platform.release()}", "python": platform.python_version()}


def read_once(folder: Path) -> None:
    """Brings a folder's files into the page cache, so that nobody pays for the disk."""
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as source:
                while source.read(1 << 22):
                    pass
