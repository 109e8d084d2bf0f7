"""Runs steps one after the other within a budget and keeps what each has found, whatever happens to it.

A step's record is written each time something is added to it, so a step that is cut off leaves its partial results. Steps
of one group share a file, OUT/<group>.json, because few files are easier to bring home. Standard library only.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TAIL = 2000      # characters of output kept with a failed command
LEAST_SECONDS = 3.0  # a step is not begun with less


class Skip(Exception):
    """The step can't run here; the text says what is missing."""


class StepFailed(Exception):
    """Something did not do what it should; the text says what."""


class TimeUp(BaseException):
    """The step's time is over. No Exception, so that nothing in a step takes it for a failure of its own."""


class Stopped(BaseException):
    """Somebody ends the whole check (SIGTERM, SIGINT)."""


@dataclass(frozen=True)
class Step:
    name: str
    group: str
    limit_seconds: float
    run: Callable[["Check"], None]


@dataclass(frozen=True)
class Done:
    code: int
    out: str       # stdout
    err: str
    seconds: float

    @property
    def tail(self) -> str:
        return (self.out + self.err)[-TAIL:]


def write_json(file: Path, content: object) -> None:
    """Whole or not at all."""
    part = file.with_name("." + file.name + ".part")
    part.write_text(json.dumps(content, indent=1, sort_keys=False, default=str) + "\n", encoding="utf-8")
    os.replace(part, file)


def kill_group(process: subprocess.Popen) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


@dataclass
class Check:
    """What steps share: the options, the records, and the way to run programs."""

    options: object
    out: Path
    work: Path
    environment: dict[str, str] = field(default_factory=dict)
    records: dict[str, dict] = field(default_factory=dict)   # by step
    groups: dict[str, str] = field(default_factory=dict)     # step -> group
    facts: dict[str, object] = field(default_factory=dict)   # what steps tell each other
    current: str = ""
    last: Done | None = None   # how the last program ended

    @property
    def record(self) -> dict:
        return self.records[self.current]

    def save(self) -> None:
        group = self.groups[self.current]
        steps = {name: record for name, record in self.records.items() if self.groups[name] == group}
        write_json(self.out / f"{group}.json", {"schema": "asbench/gpu-check-steps@1", "steps": steps})

    def put(self, name: str, value: object) -> None:
        """A result of the step; kept from now on."""
        self.record["results"][name] = value
        self.save()

    def run(self, command: Sequence[object], *, expect: Sequence[int] | None = (0,), limit: float | None = None,
            environment: Mapping[str, str] | None = None) -> Done:
        """Runs a program to its end and records it. `expect`: the exit codes that are no failure (None: any)."""
        words = [str(word) for word in command]
        entry: dict[str, object] = {"command": shlex.join(words), "exit": None, "seconds": None}
        if environment:
            entry["environment"] = dict(environment)
        self.record["commands"].append(entry)
        begin = time.monotonic()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True,
                                       env={**os.environ, **self.environment, **(environment or {})})
            try:
                code: int | None = process.wait(timeout=limit)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                kill_group(process)
                out.seek(0), err.seek(0)
                texts = [stream.read().decode(errors="replace") for stream in (out, err)]
                entry["seconds"] = round(time.monotonic() - begin, 3)
                if process.returncode != 0:
                    entry["tail"] = "".join(texts)[-TAIL:]
        entry["exit"] = code
        done = Done(-1 if code is None else code, texts[0], texts[1], time.monotonic() - begin)
        self.last = done
        if code is None:
            raise StepFailed(f"not done after {limit:.0f} s: {words[0]}: {done.tail[-300:]}")
        if expect is not None and code not in expect:
            raise StepFailed(f"exit code {code} from {' '.join(words[:3])} ...: {done.tail[-500:]}")
        return done


def _alarm(_signal: int, _frame: object) -> None:
    raise TimeUp


def _stop(_signal: int, _frame: object) -> None:
    raise Stopped


def run_step(check: Check, step: Step, seconds: float) -> None:
    """One step, cut off after `seconds`."""
    record = {"state": "running", "reason": "", "limit_seconds": round(seconds, 1), "wall_seconds": 0.0, "results": {}, "commands": []}
    check.records[step.name], check.groups[step.name], check.current = record, step.group, step.name
    check.save()
    begin = time.monotonic()
    state, reason = "done", ""
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            step.run(check)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except Skip as skip:
        state, reason = "skipped", str(skip)
    except StepFailed as failure:
        state, reason = "failed", str(failure)
    except TimeUp:
        state, reason = "time up", f"cut off after {seconds:.0f} s; what it had found is kept"
    except Stopped:
        record.update(state="stopped", reason="the check was ended from outside", wall_seconds=round(time.monotonic() - begin, 3))
        check.save()
        raise
    except Exception as error:  # a fault of the check itself must not cost the other steps
        state, reason = "failed", f"{type(error).__name__}: {error}"
        record["traceback"] = traceback.format_exc()[-TAIL:]
    record.update(state=state, reason=reason, wall_seconds=round(time.monotonic() - begin, 3))
    check.save()


def not_run(check: Check, step: Step, reason: str) -> None:
    check.records[step.name], check.groups[step.name], check.current = (
        {"state": "not run", "reason": reason, "wall_seconds": 0.0, "results": {}, "commands": []}, step.group, step.name)
    check.save()


def run_all(check: Check, steps: Sequence[Step], budget: float, say: Callable[[str], None]) -> None:
    """All steps in order; those for which no time is left are recorded as not run."""
    signal.signal(signal.SIGALRM, _alarm)
    previous = [signal.signal(number, _stop) for number in (signal.SIGTERM, signal.SIGINT)]
    end, reason = time.monotonic() + budget, ""
    for step in steps:
        left = end - time.monotonic()
        if not reason and left < LEAST_SECONDS:
            reason = "no time left"
        if reason:
            not_run(check, step, reason)
        else:
            try:
                run_step(check, step, min(step.limit_seconds, left))
            except Stopped:
                reason = "the check was ended from outside"
        record = check.records[step.name]
        say(f"{step.name:11} {record['state']:8} {record['wall_seconds']:6.1f} s  {record['reason'].splitlines()[0] if record['reason'] else ''}")
    for number, handler in zip((signal.SIGTERM, signal.SIGINT), previous):
        signal.signal(number, handler)
