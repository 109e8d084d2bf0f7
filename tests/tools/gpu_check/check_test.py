#!/usr/bin/env python3
"""tools/gpu_check against a script that stands for asbench, no GPU and no PyTorch needed: check_test.py SOURCE"""
import json
import math
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from array import array
from pathlib import Path

SOURCE = Path(sys.argv[1])
sys.dont_write_bytecode = True
sys.path[:0] = [str(SOURCE / "tools/gpu_check"), str(Path(__file__).parent)]

import failure_steps  # noqa: E402
import gpu_sampler  # noqa: E402
import report  # noqa: E402
import runner  # noqa: E402
import search_steps  # noqa: E402
import tensors  # noqa: E402
from records import GOOD, with_change  # noqa: E402


def npy(values: list[float], columns: int) -> bytes:
    header = repr({"descr": "<f4", "fortran_order": False, "shape": (len(values) // columns, columns)}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + array("f", values).tobytes()


class InAFolder(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)


class Steps(InAFolder):
    def run_steps(self, *steps, budget=60.0):
        check = runner.Check(None, self.folder, self.folder)
        lines = []
        runner.run_all(check, [runner.Step(name, group, limit, run) for name, group, limit, run in steps], budget, lines.append)
        return check.records, lines

    def file(self, group):
        return json.loads((self.folder / f"{group}.json").read_text())["steps"]

    def test_steps_run_in_order_and_a_failure_stops_none(self):
        def fails(check):
            check.put("before", 1)
            check.run(["sh", "-c", "echo the cause >&2; exit 5"])

        def crashes(check):
            raise KeyError("a fault of the check")

        def skips(check):
            raise runner.Skip("no such thing here")

        records, lines = self.run_steps(("a", "one", 9, fails), ("b", "two", 9, crashes), ("c", "two", 9, skips),
                                        ("d", "one", 9, lambda check: check.put("x", [1, 2])))
        self.assertEqual([(name, record["state"]) for name, record in records.items()],
                         [("a", "failed"), ("b", "failed"), ("c", "skipped"), ("d", "done")])
        self.assertEqual([line.split()[0] for line in lines], ["a", "b", "c", "d"])
        self.assertEqual(self.file("one"), {name: json.loads(json.dumps(records[name])) for name in ("a", "d")})
        self.assertEqual(records["a"]["results"], {"before": 1})
        self.assertIn("the cause", records["a"]["reason"])
        self.assertIn("the cause", records["a"]["commands"][0]["tail"])
        self.assertIn("a fault of the check", self.file("two")["b"]["traceback"])
        self.assertEqual(self.file("two")["c"]["reason"], "no such thing here")

    def test_what_a_step_found_before_its_limit_is_kept_and_its_program_ended(self):
        mark = self.folder / "mark"

        def slow(check):
            check.put("first", 7)
            check.run(["sh", "-c", f"(sleep 1.2; touch {mark}) & wait"])

        records, _ = self.run_steps(("slow", "g", 0.5, slow), ("next", "g", 9, lambda check: None))
        self.assertEqual([record["state"] for record in records.values()], ["time up", "done"])
        self.assertEqual(self.file("g")["slow"]["results"], {"first": 7})
        self.assertIsNone(self.file("g")["slow"]["commands"][0]["exit"])
        time.sleep(1.0)
        self.assertFalse(mark.exists(), "a child of the program went on")

    def test_a_program_has_a_limit_of_its_own(self):
        def slow(check):
            check.run(["sleep", "5"], limit=0.1)

        records, _ = self.run_steps(("slow", "g", 9, slow))
        self.assertEqual(records["slow"]["state"], "failed")
        self.assertIn("not done after", records["slow"]["reason"])

    def test_without_time_left_the_rest_is_recorded_as_not_run(self):
        self.addCleanup(setattr, runner, "LEAST_SECONDS", runner.LEAST_SECONDS)
        runner.LEAST_SECONDS = 9.5
        records, _ = self.run_steps(("a", "g", 9, lambda check: time.sleep(0.6)), ("b", "g", 9, lambda check: self.fail("b ran")), budget=10)
        self.assertEqual([record["state"] for record in records.values()], ["done", "not run"])
        self.assertEqual(self.file("g")["b"]["reason"], "no time left")
        runner.LEAST_SECONDS = 0.05
        records, _ = self.run_steps(("c", "h", 9, lambda check: time.sleep(5)), budget=0.3)
        self.assertEqual(records["c"]["state"], "time up", "the budget cuts a step off, too")

    def test_a_signal_ends_the_check_and_keeps_what_is_there(self):
        def ended(check):
            check.put("found", 1)
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)

        records, _ = self.run_steps(("a", "g", 9, ended), ("b", "g", 9, lambda check: self.fail("b ran")))
        self.assertEqual([record["state"] for record in records.values()], ["stopped", "not run"])
        self.assertEqual(self.file("g")["a"]["results"], {"found": 1})


class Numbers(InAFolder):
    def test_matrices_and_their_distance(self):
        file = self.folder / "m.npy"
        file.write_bytes(npy([3, 4, 0, 2], 2))
        left = tensors.read_npy(file)
        tensors.write_safetensors(self.folder / "m.safetensors", "features", "F32", [2, 2], array("f", [6, 8, 2, 0]).tobytes())
        right = tensors.read_safetensors(self.folder / "m.safetensors")
        found = tensors.distance(left, right)
        self.assertEqual((found.rows, found.min_cosine, found.max_abs, found.equal_bits), (2, 0.0, 1.0, False))
        self.assertTrue(tensors.distance(left, left).equal_bits)
        file.write_bytes(npy([math.nan, 4, 0, 2], 2))
        self.assertEqual(tensors.distance(tensors.read_npy(file), left).min_cosine, -1.0)
        with self.assertRaises(ValueError):
            tensors.distance(left, tensors.Matrix(1, 2, array("f", [1, 2])))

    def test_load_of_the_gpu(self):
        found = gpu_sampler.summary("0, 500, 70\n80, 900, 300.5\n[N/A], 1, 2\n0, 1200, 100\n100, 1000, 400\n0, 500, 80\n50, 7")
        self.assertEqual((found["samples"], found["active_percent"], found["mean_percent"]), (5, 60.0, 36.0))
        self.assertEqual((found["peak_memory_mib"], found["memory_before_mib"], found["active_seconds"]), (1200, 500, 0.3))
        self.assertEqual(gpu_sampler.summary("nothing"), {"samples": 0})

    def test_a_crash_is_not_told_in_words(self):
        def judged(code, text, words=("memory",), codes=(2,)):
            return failure_steps.told(runner.Done(code, "", text, 0.0), words, codes)["good"]

        self.assertTrue(judged(2, "the GPU's memory is used up"))
        self.assertFalse(judged(2, "no idea"))
        self.assertFalse(judged(2, "the GPU's memory is used up\nframe #0: c10"))
        self.assertFalse(judged(134, "memory"))
        self.assertTrue(judged(0, "", codes=(0, 2)))
        self.assertFalse(judged(0, ""))


class Verdicts(unittest.TestCase):
    def judged(self, records, on_gpu=True):
        return [v.verdict for v in report.judge(records, on_gpu)]

    def test_good_records_pass(self):
        self.assertEqual(self.judged(GOOD), ["pass"] * len(report.TARGETS), report.judge(GOOD, True))

    def test_each_target_can_be_missed(self):
        changes = [("features", "dino_image: cpu", {"min_cosine": 1 - 2e-6}), ("features", "clip_text: cpu", {"max_abs": 2e-5}),
                   ("features", "clip_text: transformers", {"min_cosine": 0.9}), ("scores", "means", {"largest": 2e-5}),
                   ("invariance", "dino: batch 64 again", {"equal_bits": False}),
                   ("rival", "rival seconds / asbench seconds", {"median": 0.99}), ("cold", "default", {"loop": {"wait_share": 0.5}}),
                   ("video", "VideoMAE-base", {"max_abs": 2e-3}), ("search", "1000000/512", {"cpu seconds / gpu seconds": 19.0}),
                   ("search", "200000/768", {"gpu": GOOD["search"]["results"]["200000/768"]["gpu"] | {"same": 0.99, "rows_apart": 1e-3}}),
                   ("failures", "no such device", {"good": False})]
        for position, (step, name, change) in enumerate(changes):
            with self.subTest(report.TARGETS[position][0]):
                expected = ["pass"] * len(changes)
                expected[position] = "fail"
                self.assertEqual(self.judged(with_change(step, name, change)), expected)

    def test_what_is_not_there_is_not_run(self):
        self.assertEqual(self.judged({}), ["not run"] * len(report.TARGETS))
        self.assertEqual(self.judged(GOOD, on_gpu=False), ["not run"] * len(report.TARGETS))
        cut = {name: record | {"results": dict(list(record["results"].items())[:1])} for name, record in GOOD.items()}
        self.assertNotIn("fail", self.judged(cut))
        empty = {"rival": {"state": "skipped", "reason": "this Python has no torch", "results": {}}}
        self.assertIn("this Python has no torch", {v.reason.split(": ")[-1] for v in report.judge(empty, True)})
        error = with_change("search", "1000000/512", {"gpu": {"error": "no GPU or driver answers"}})
        self.assertEqual(self.judged(error)[8:10], ["not run", "not run"])

    def test_a_gpu_counts_as_fed_when_it_is_busy(self):
        self.assertEqual(self.judged(with_change("cold", "default", {"loop": {"wait_share": 0.1}, "gpu": {"active_percent": 85.0}}))[6], "pass")

    def test_a_search_by_the_cpu_is_no_gpu_search(self):
        gpu = GOOD["search"]["results"]["1000000/512"]["gpu"] | {"label": "faiss 1.7.3 cpu (not on cuda:0: too large)"}
        self.assertEqual(self.judged(with_change("search", "1000000/512", {"gpu": gpu}))[8], "fail")


class WholeCheck(InAFolder):
    """check.py as a process, with a script in place of asbench."""

    def setUp(self):
        super().setUp()
        self.programs, self.fake, self.out = (self.folder / name for name in ("bin", "fake", "out"))
        self.programs.mkdir()
        self.fake.mkdir()
        for name in ("asbench", "asbench_seeded_checkpoint", "similarity_benchmark"):
            shutil.copy(Path(__file__).parent / "fake_asbench.sh", self.programs / name)
        (self.fake / "features.npy").write_bytes(npy([1, 2, 3, 4], 2))
        tensors.write_safetensors(self.fake / "features.safetensors", "features", "F32", [2, 2], array("f", [1, 0, 0, 1]).tobytes())
        stages = {"clips": 8, "extract_seconds": 5.0, "load_seconds": 1.0, "encode_text_seconds": 0.0, "wait_seconds": 3.8, "encode_seconds": 1.0}
        score = {"provenance": {"device": "cuda:0 (a fake)", "stages": stages}, "metrics": {"clip_i": {"mean": 0.5}}, "coverage": {"findings": []}}
        (self.fake / "score.json").write_text(json.dumps(score))
        rows = [{"name": f"search/{side}/2000/8/iterations:3/real_time", "run_type": "iteration", "real_time": seconds, "time_unit": "s", "label": f"faiss {side} x",
                 "same": 1.0} for side, seconds in (("cpu", 3.0), ("gpu", 0.1))]
        (self.fake / "search.json").write_text(json.dumps({"context": {}, "benchmarks": rows}))

    def check(self, *options, device="cuda:0"):
        command = [SOURCE / "tools/gpu_check/run.sh", "--asbench", self.programs / "asbench", "--out", self.out, "--clips", "8", "--pictures", "1",
                   "--preset", "tiny", "--rows", "2000/8", "--device", device, *options]
        environment = os.environ | {"FAKE": str(self.fake), "PYTHON": sys.executable, "PATH": f"{self.programs}:{os.environ['PATH']}"}
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    def steps(self):
        return report.read_records(self.out)

    def test_everything_that_needs_no_torch(self):
        run = self.check("--steps", "versions,inputs,features,cold,search,failures,scores,gpu_tests")
        steps = self.steps()
        self.assertEqual({name: step["state"] for name, step in steps.items() if name != "failures"},
                         {"versions": "done", "inputs": "done", "features": "done", "cold": "done", "search": "done", "scores": "done",
                          "gpu_tests": "skipped"}, run.stdout + run.stderr)
        self.assertEqual(steps["features"]["results"]["clip_text: cpu"]["min_cosine"], 1.0)
        self.assertEqual(steps["cold"]["results"]["default"]["loop"]["wait_share"], 0.95)
        self.assertEqual(steps["search"]["results"]["2000/8"]["cpu seconds / gpu seconds"], 30.0)
        self.assertEqual({name: row["good"] for name, row in steps["failures"]["results"].items()},
                         {"no such device": True, "no device visible": False, "bf16 on the CPU": True})
        self.assertEqual(run.returncode, 1)
        summary = json.loads((self.out / "summary.json").read_text())
        self.assertEqual(summary["steps"].keys(), steps.keys())
        self.assertEqual(sum(summary["counts"].values()), len(report.TARGETS))
        self.assertLessEqual(len(list(self.out.iterdir())), 8)
        self.assertEqual([p for p in self.out.iterdir() if p.is_dir()], [])
        log = (self.fake / "log").read_text().splitlines()
        self.assertLess(log.index(next(line for line in log if "seeded" in line)), log.index(next(line for line in log if " generate " in line)))
        clips = sorted((self.folder / "out-work/split").rglob("*.mp4"))
        self.assertEqual(len({clip.read_bytes() for clip in clips}), 8)

    def test_a_broken_command_costs_its_step_alone(self):
        (self.fake / "broken").write_text("component")
        run = self.check("--steps", "inputs,features,scores")
        self.assertEqual({name: step["state"] for name, step in self.steps().items()}, {"inputs": "done", "features": "failed", "scores": "done"})
        self.assertIn("it broke", (self.out / "report.md").read_text())
        self.assertEqual(run.returncode, 1)

    def test_options_are_checked(self):
        for options, part in ((("--steps", "featurs"), "no such step"), (("--device", "gpu"), "cpu, cuda or cuda:N"), (("--asbench", "/nowhere"), "no program")):
            run = self.check(*options) if options[0] != "--device" else self.check(device=options[1])
            self.assertEqual(run.returncode, 2)
            self.assertIn(part, run.stderr)
        self.assertFalse(self.out.exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
