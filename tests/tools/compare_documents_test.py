#!/usr/bin/env python3
"""tools/compare_documents/compare.py on small documents: compare_documents_test.py SOURCE"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(sys.argv[1]) / "tools/compare_documents/compare.py"


def document(**changes):
    return {"canonical": True, "metrics": {"clip_i": {"signature": "clip_i@1", "mean": 0.5}},
            "stories": [{"id": "ant/0", "metrics": {"clip_i": {"mean": 0.5}}}]} | changes


class Compare(unittest.TestCase):
    def compare(self, before, after):
        with tempfile.TemporaryDirectory() as folder:
            files = [pathlib.Path(folder) / name for name in ("before.json", "after.json")]
            for file, content in zip(files, (before, after)):
                file.write_text(json.dumps(content))
            return subprocess.run([sys.executable, SCRIPT, *files], capture_output=True, text=True)

    def test_equal_documents(self):
        run = self.compare(document(), document())
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertNotIn("Added", run.stdout)

    def test_what_is_added_is_named_with_its_whole_place(self):
        metric = {"signature": "clip_i@1", "mean": 0.5, "description": {}}
        story = {"id": "ant/0", "metrics": {"clip_i": {"mean": 0.5, "worst": 0.25}}}
        run = self.compare(document(), document(metrics={"clip_i": metric, "new": {}}, stories=[story], more=1))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("Added: `metrics/*/description` (1), `metrics/new` (1), `more` (1), "
                      "`stories/*/metrics/*/worst` (1)", run.stdout)

    def test_a_difference_and_a_loss_are_failures(self):
        run = self.compare(document(), document(canonical=False))
        self.assertEqual(run.returncode, 1)
        self.assertIn("canonical: True -> False", run.stderr)
        run = self.compare(document(), document(metrics={}))
        self.assertEqual(run.returncode, 1)
        self.assertIn("metrics/clip_i: missing afterwards", run.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
