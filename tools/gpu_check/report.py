"""What the steps have found, judged against the targets: report.md and summary.json. Standard library only.

    report.py OUT      judges an earlier check's files again
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from runner import write_json

LEAST_COSINE = 1 - 1e-6
LARGEST_DIFFERENCE = 1e-5
LARGEST_VIDEO_DIFFERENCE = 1e-3
LARGEST_MEAN_DIFFERENCE = 1e-5
EQUAL_SCORES = 1e-6   # relative difference of two distances that counts as none
LEAST_SPEED = 1.0
LEAST_WAIT, LEAST_BUSY_PERCENT = 0.90, 80.0
LEAST_SEARCH_SPEED, SEARCH_CASE = 20.0, "1000000/512"


@dataclass(frozen=True)
class Verdict:
    target: str
    wanted: str
    measured: str
    verdict: str   # pass, fail, not run
    reason: str = ""


class NotRun(Exception):
    """There is nothing to judge; the text says why."""


def results(records: dict[str, dict], step: str) -> dict:
    """What a step has found; @throws NotRun when it has not been run, or found nothing."""
    record = records.get(step)
    if record is None:
        raise NotRun(f"step {step} was not asked for")
    if not record["results"]:
        raise NotRun(f"step {step}: {record['state']}{': ' if record['reason'] else ''}{record['reason'].splitlines()[0] if record['reason'] else ''}")
    return record["results"]


def of(found: dict, name: str) -> dict:
    if name not in found or not isinstance(found[name], dict):
        raise NotRun(f"no result {name}")
    return found[name]


def passed(good: bool, measured: str) -> tuple[str, str]:
    return ("pass" if good else "fail"), measured


def feature_rows(records: dict, side: str, count: int) -> list[dict]:
    found = [value for name, value in results(records, "features").items() if name.endswith(f": {side}") and isinstance(value, dict)]
    if len(found) < count:
        raise NotRun(f"{len(found)} of {count} encoders were compared")
    return found


def cosine(records: dict) -> tuple[str, str]:
    worst = min(row["min_cosine"] for row in feature_rows(records, "cpu", 3))
    return passed(worst >= LEAST_COSINE, f"1 - {1 - worst:.1e}")


def difference(records: dict) -> tuple[str, str]:
    worst = max(row["max_abs"] for row in feature_rows(records, "cpu", 3))
    return passed(worst <= LARGEST_DIFFERENCE, f"{worst:.1e}")


def transformers(records: dict) -> tuple[str, str]:
    rows = feature_rows(records, "transformers", 3)
    worst = min(row["min_cosine"] for row in rows)
    return passed(worst >= LEAST_COSINE, f"1 - {1 - worst:.1e}; largest difference {max(row['max_abs'] for row in rows):.1e}")


def means(records: dict) -> tuple[str, str]:
    found = results(records, "scores")
    largest = of(found, "means")["largest"]
    if largest is None or "same_findings" not in found:
        raise NotRun("no means were compared")
    return passed(largest <= LARGEST_MEAN_DIFFERENCE and found["same_findings"],
                  f"{largest:.1e} among {found['means']['compared']} metrics; findings {'equal' if found['same_findings'] else 'differ'}")


def reruns(records: dict) -> tuple[str, str]:
    rows = [value for value in results(records, "invariance").values() if value["kind"] == "rerun"]
    if not rows:
        raise NotRun("no batch size was run twice")
    return passed(all(row["equal_bits"] for row in rows), f"{sum(row['equal_bits'] for row in rows)} of {len(rows)} second runs")


def speed(records: dict) -> tuple[str, str]:
    found = results(records, "rival")
    ratio = of(found, "rival seconds / asbench seconds")
    clips = found["asbench"][0]["clips"]
    return passed(ratio["median"] >= LEAST_SPEED, f"{ratio['median']:.2f} (rounds: {', '.join(f'{r:.2f}' for r in ratio['rounds'])}; {clips} clips)")


def fed(records: dict) -> tuple[str, str]:
    run = of(results(records, "cold"), "default")
    wait, busy = run["loop"].get("wait_share"), run["gpu"].get("active_percent")
    if wait is None and busy is None:
        raise NotRun("neither waiting nor the GPU's load was measured")
    good = (wait or 0.0) >= LEAST_WAIT or (busy or 0.0) >= LEAST_BUSY_PERCENT
    return passed(good, f"waiting {'?' if wait is None else f'{100 * wait:.0f} %'}, GPU {'?' if busy is None else f'{busy:.0f} % busy'}")


def video(records: dict) -> tuple[str, str]:
    found = results(records, "video")
    if len(found) < 2:
        raise NotRun(f"only {', '.join(found)} was compared")
    return passed(all(row["max_abs"] <= LARGEST_VIDEO_DIFFERENCE for row in found.values()),
                  ", ".join(f"{name} {row['max_abs']:.1e}" for name, row in found.items()))


def searched_by_gpu(records: dict, size: str) -> dict:
    case = of(results(records, "search"), size)
    gpu = case.get("gpu", {"error": "no GPU case"})
    if "error" in gpu:
        raise NotRun(gpu["error"])
    return case


def search_speed(records: dict) -> tuple[str, str]:
    case = searched_by_gpu(records, SEARCH_CASE)
    ratio = case["cpu seconds / gpu seconds"]
    on_gpu = " gpu " in case["gpu"].get("label", "") and "not on" not in case["gpu"]["label"]
    return passed(ratio >= LEAST_SEARCH_SPEED and on_gpu, f"{ratio:.1f}, by {case['gpu'].get('label', '?')}")


def search_rows(records: dict) -> tuple[str, str]:
    sizes = [size for size in results(records, "search")]
    good, parts = True, []
    for size in sizes:
        gpu = searched_by_gpu(records, size)["gpu"]
        apart, nearest = gpu.get("rows_apart", 0.0), gpu.get("above_nearest")
        good &= (gpu["same"] == 1.0 or apart <= EQUAL_SCORES) and (nearest is None or nearest <= EQUAL_SCORES)
        parts.append(f"{size}: {100 * gpu['same']:.2f} % the same, others {apart:.1e} apart, above the nearest in float64 by "
                     f"{'?' if nearest is None else f'{nearest:.1e}'}")
    return passed(good, "; ".join(parts))


def failures(records: dict) -> tuple[str, str]:
    found = results(records, "failures")
    bad = [name for name, row in found.items() if not row["good"]]
    if not bad and not any("left" in name for name in found):
        raise NotRun("those that need a GPU were not tried")
    return passed(not bad, f"{len(found) - len(bad)} of {len(found)}" + (f"; not: {', '.join(bad)}" if bad else ""))


TARGETS: tuple[tuple[str, str, Callable[[dict], tuple[str, str]]], ...] = (
    ("features, CPU and CUDA float32: smallest cosine", "≥ 1 - 1e-6", cosine),
    ("features of unit length, CPU and CUDA float32: largest difference", "≤ 1e-5", difference),
    ("features, CUDA and transformers on the GPU: smallest cosine", "≥ 1 - 1e-6", transformers),
    ("scores of 20 clips, CPU and CUDA: largest difference of a mean", "≤ 1e-5, findings equal", means),
    ("a second run with the same batch: the same bits", "all", reruns),
    ("640 clips, empty store, defaults: rival's seconds (fp32) / asbench's", "≥ 1.0", speed),
    ("the GPU is fed: waiting for decoding, or busy", "≥ 90 % or ≥ 80 %", fed),
    ("video networks, CPU and CUDA: largest difference", "≤ 1e-3", video),
    ("FAISS, 1M x 512, 800 queries: CPU's seconds / GPU's", "≥ 20", search_speed),
    ("FAISS on the GPU finds the CPU's rows", "all, but for equal scores", search_rows),
    ("failures end in words", "all", failures),
)


def judge(records: dict[str, dict], on_gpu: bool) -> list[Verdict]:
    verdicts = []
    for target, wanted, rule in TARGETS:
        try:
            if not on_gpu:
                raise NotRun("a trial on the CPU shows nothing about a GPU")
            verdict, measured = rule(records)
            verdicts.append(Verdict(target, wanted, measured, verdict))
        except NotRun as reason:
            verdicts.append(Verdict(target, wanted, "", "not run", str(reason)))
        except (KeyError, IndexError, TypeError, ValueError) as error:  # a step that was cut off
            verdicts.append(Verdict(target, wanted, "", "not run", f"its results are not complete: {type(error).__name__} {error}"))
    return verdicts


def cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def number_lines(name: str, value: object, depth: int = 0) -> list[str]:
    """Results as a nested list, long lists of numbers shortened."""
    indent = "  " * depth
    if isinstance(value, dict):
        return [f"{indent}- {name}"] + [line for key, part in value.items() for line in number_lines(key, part, depth + 1)]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [line for i, part in enumerate(value, 1) for line in number_lines(f"{name} {i}", part, depth)]
    text = ", ".join(str(part) for part in value[:12]) if isinstance(value, list) else str(value)
    return [f"{indent}- {name}: {cell(text)[:300]}"]


def markdown(records: dict[str, dict], verdicts: list[Verdict], about: dict) -> str:
    lines = ["# GPU check", "", ", ".join(f"{name}: {value}" for name, value in about.items()), "", "| target | wanted | measured | |", "|---|---|---|---|"]
    lines += [f"| {cell(v.target)} | {cell(v.wanted)} | {cell(v.measured or v.reason)} | **{v.verdict}** |" for v in verdicts]
    lines += ["", "| step | state | seconds | |", "|---|---|---|---|"]
    lines += [f"| {name} | {r['state']} | {r['wall_seconds']:.1f} | {cell(r['reason'])[:300]} |" for name, r in records.items()]
    for name, record in records.items():
        lines += ["", f"## {name}"] + [line for key, value in record["results"].items() for line in number_lines(key, value)]
        bad = [entry for entry in record["commands"] if entry.get("exit") != 0]
        for entry in bad:
            lines += ["", f"Exit code {entry['exit']}: `{cell(entry['command'])}`", "```text", *entry.get("tail", "").strip().splitlines()[-12:], "```"]
    return "\n".join(lines) + "\n"


def write(out: Path, records: dict[str, dict], on_gpu: bool, about: dict) -> list[Verdict]:
    verdicts = judge(records, on_gpu)
    counts = {word: sum(v.verdict == word for v in verdicts) for word in ("pass", "fail", "not run")}
    steps = {name: {key: record[key] for key in ("state", "reason", "wall_seconds")} for name, record in records.items()}
    write_json(out / "summary.json", {"schema": "asbench/gpu-check@1", "about": about, "on_gpu": on_gpu, "counts": counts,
                                      "targets": [asdict(v) for v in verdicts], "steps": steps})
    (out / "report.md").write_text(markdown(records, verdicts, about), encoding="utf-8")
    return verdicts


def read_records(out: Path) -> dict[str, dict]:
    found: dict[str, dict] = {}
    for file in sorted(out.glob("[0-9][0-9]-*.json")):
        found |= json.loads(file.read_text(encoding="utf-8"))["steps"]
    return found


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    before = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    print(*(f"{v.verdict:8} {v.target}: {v.measured or v.reason}" for v in write(folder, read_records(folder), before["on_gpu"], before["about"])), sep="\n")
