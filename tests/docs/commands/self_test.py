"""Small pages, one for each thing that the checker must find, with a program that stands for asbench."""

import json
import sys
import tempfile
from pathlib import Path

import output
import pages
import run_commands

PROGRAM = """#!/bin/sh
case "$*" in
  "need --help"|"need part --help") echo "  --known TEXT   an option" ;;
  need*) echo "Missing option --split." >&2; exit 2 ;;
  say*) shift; echo "$*" ;;
  numbers) printf 'name   mean\\nclip  0.125\\nlong word  7 of 8\\n' ;;
  complain) echo "told on stderr" >&2 ;;
  fail) echo "it broke" >&2; exit 2 ;;
  "remember "*) echo "$2" > remembered ;;
  recall) cat remembered ;;
  json) echo '{"a": [1, 2], "b": "x"}' ;;
  methods) echo "One line of AnimeShooter-Bench 0.2.0 (commit 0123456789ab) that is long" ;;
  where) echo "$HOME" ;;
  *) echo "unknown: $*" >&2; exit 3 ;;
esac
"""


def block(text, label=""):
    return f"```{label}\n{text}\n```\n"


# (what it shows, README.md, entries of the table for it, a part of what is printed; None: the page is in order)
CASES = [
    ("a command that runs", block("asbench say hello"), {}, None),
    ("a command that fails", block("asbench fail"), {}, "ends with 2, not 0"),
    ("what it said", block("asbench fail"), {}, "it broke"),
    ("a failure that is stated", block("asbench fail"), {"asbench fail": {"exit": 2}}, None),
    ("no failure where one is stated", block("asbench say x"), {"asbench say x": {"exit": 2}}, "ends with 0, not 2"),
    ("a second command of a block", block("asbench say a\nasbench fail"), {}, "README.md:3: `asbench fail`"),
    ("a command that goes on in the next line", block("asbench say a \\\n  b"), {"asbench say a b": {"exit": 0}}, None),
    ("a comment behind a command", block("asbench say a    # says a"), {"asbench say a": {"exit": 0}}, None),
    ("an unknown command in a labelled block", block("asbench gone", "sh"), {}, "ends with 3"),
    ("output that is shown", block("$ asbench say hello\nhello"), {}, None),
    ("output that differs", block("$ asbench say hello\nhallo"), {}, "the page shows: hallo"),
    ("two commands with output", block("$ asbench say a\na\n$ asbench say b\nc"), {}, "README.md:4"),
    ("numbers", block("$ asbench numbers\nname   mean\nclip  0.125\nlong word  7 of 8"), {}, None),
    ("a digit", block("$ asbench numbers\nname   mean\nclip  0.126\nlong word  7 of 8"), {}, "clip  0.126"),
    ("a line too few", block("$ asbench numbers\nname   mean\nclip  0.125"), {}, "the page shows nothing more"),
    ("a line too many", block("$ asbench say a\na\nb"), {}, "(nothing more)"),
    ("an elision at the end", block("$ asbench numbers\nname   mean\n..."), {}, None),
    ("an elision at the beginning", block("$ asbench numbers\n...\nlong word  7 of 8"), {}, None),
    ("an elision between", block("$ asbench numbers\nname   mean\n…\nlong word  7 of 8"), {}, None),
    ("an elision in a line", block("$ asbench numbers\n...\nlong word …"), {}, None),
    ("a difference behind an elision", block("$ asbench numbers\n...\nlong word  6 of 8"), {}, "long word  6 of 8"),
    ("lines in another order", block("$ asbench numbers\nclip  0.125\n...\nname   mean\n..."), {}, "prints something else"),
    (
        "a digit within its limit",
        block("$ asbench numbers\nname   mean\nclip  0.126\n..."),
        {"asbench numbers": {"within": 0.001, "why": "test"}},
        None,
    ),
    (
        "a digit beyond its limit",
        block("$ asbench numbers\nname   mean\nclip  0.127\n..."),
        {"asbench numbers": {"within": 0.001, "why": "test"}},
        "clip  0.127",
    ),
    (
        "a count where only decimals may differ",
        block("$ asbench numbers\n...\nlong word  7 of 9"),
        {"asbench numbers": {"within": 5, "why": "test"}},
        "7 of 9",
    ),
    (
        "another word where only numbers may differ",
        block("$ asbench numbers\nname   mean\ndino  0.125\n..."),
        {"asbench numbers": {"within": 0.001, "why": "test"}},
        "dino  0.125",
    ),
    ("a shape", block("$ asbench numbers\nname mean\nclip 0.9\n..."), {"asbench numbers": {"shape": True, "why": "test"}}, None),
    (
        "a line that is printed otherwise here",
        block("$ asbench numbers\nname   mean\nclip  0.125\nlong text"),
        {"asbench numbers": {"without": ["long"], "why": "test"}},
        None,
    ),
    (
        "a row that is gone",
        block("$ asbench numbers\nname mean\ndino 0.9\n..."),
        {"asbench numbers": {"shape": True, "why": "test"}},
        "dino 0.9",
    ),
    ("a weaker comparison without a reason", block("asbench numbers"), {"asbench numbers": {"shape": True}}, "needs a reason"),
    (
        "other line breaks",
        block("$ asbench methods\nOne line of AnimeShooter-\nBench 0.1.0 (commit abcdef0) that is\nlong"),
        {"asbench methods": {"wrapped": True}},
        None,
    ),
    (
        "other words under other line breaks",
        block("$ asbench methods\nOne line of AnimeShooter-\nBench 0.1.0 (commit abcdef0) that was\nlong"),
        {"asbench methods": {"wrapped": True}},
        "thatwas",
    ),
    ("stderr", block("$ asbench complain\ntold on stderr"), {"asbench complain": {"stderr": True}}, None),
    ("stderr that differs", block("$ asbench complain\ntold"), {"asbench complain": {"stderr": True}}, "the page shows: told"),
    ("output that a comment names", "<!-- prints: asbench say a -->\n" + block("a", "text"), {}, None),
    ("such output that differs", "<!-- prints: asbench say a -->\n" + block("b", "text"), {}, "the page shows: b"),
    ("JSON in other lines", "<!-- prints: asbench json -->\n" + block('{"b": "x",\n "a": [1, 2]}', "json"), {}, None),
    ("JSON with an elision", "<!-- prints: asbench json -->\n" + block('{"a": [1, 2], "b": "…"}', "json"), {}, None),
    ("JSON that differs", "<!-- prints: asbench json -->\n" + block('{"a": [1, 3], "b": "x"}', "json"), {}, "at /a/1 the page shows: 3"),
    ("output in Markdown", "<!-- prints: asbench say a -->\n\na\n\n<!-- end of output -->\n", {}, None),
    ("such output that differs", "<!-- prints: asbench say a -->\n\nb\n\n<!-- end of output -->\n", {}, "the page shows: b"),
    ("output in Markdown without an end", "<!-- prints: asbench say a -->\n\na\n", {}, "no `<!-- end of output -->`"),
    ("a block of nobody knows what", block("some output"), {}, "neither commands nor labelled"),
    ("a block with a language", block("some text", "text"), {}, None),
    ("a file that the page shows", "<!-- file: a.txt -->\n" + block("seen", "text") + block("$ cat a.txt\nseen"), {}, None),
    ("a file that cat shows", block("$ cat a.txt\nseen\n$ grep -c seen a.txt\n1"), {}, None),
    ("commands in one folder", block("asbench remember a") + block("$ asbench recall\na"), {}, None),
    ("an environment that stays", block("export WORD=x\nasbench say $WORD > f") + block("$ cat f\nx"), {}, None),
    ("a command in back quotes", "`asbench fail`", {}, "ends with 2"),
    ("a command in back quotes over two lines", "`asbench say\nhello`", {"asbench say hello": {"exit": 0}}, None),
    ("the name of a command", "`asbench need`", {}, None),
    ("the name of no command", "`asbench gone`", {}, "ends with 3"),
    ("options without the rest", "`asbench need --known x`", {}, "ends with 2"),
    ("the same as a fragment", "`asbench need --known x`", {"asbench need --known x": {"fragment": True}}, None),
    ("a fragment of an unknown option", "`asbench need --gone`", {"asbench need --gone": {"fragment": True}}, "option --gone"),
    ("a placeholder", "`asbench say NAME`", {"asbench say NAME": {"placeholders": {"NAME": "x"}}}, None),
    ("an alternative that fails", "`asbench where x / y`", {}, "ends with 3"),
    ("an alternative among words", "`asbench say|fail`", {}, "ends with 2"),
    ("an option that may be there", "`asbench [fail]`", {"asbench [fail]": {"exit": 2}}, "ends with 3, not 2"),
    ("a command that can't run here", block("asbench fail"), {"asbench fail": {"exempt": "no network"}}, None),
    ("an exemption that no page uses", block("asbench say x"), {"asbench fail": {"exempt": "no network"}}, "remove the entry"),
    ("an exempt command of no file", block("tools/gone.py x"), {"tools/gone.py x": {"exempt": "long"}}, "no tools/gone.py"),
    ("an exempt verb that is gone", "`./bootstrap.sh gone`", {"./bootstrap.sh gone": {"exempt": "CI"}}, "knows no gone"),
    ("an exempt verb", "`./bootstrap.sh demo`", {"./bootstrap.sh demo": {"exempt": "CI"}}, None),
    ("the same on less data", block("asbench fail"), {"asbench fail": {"instead": "asbench say x", "why": "test"}}, None),
    ("steps of a workflow", block("steps:\n  - run: asbench say x", "yaml"), {}, None),
    ("a step that fails", block("steps:\n  - run: asbench fail", "yaml"), {}, "README.md:3: `asbench fail` ends with 2"),
    ("a step whose first line fails", block("- run: |\n    asbench fail\n    asbench say x\n- run: true", "yaml"), {}, "ends with 2"),
    ("a step with its environment", block('- run: |\n    test -n "$WORD"\n  env:\n    WORD: x', "yaml"), {}, None),
    ("an unknown key of the table", block("asbench say x"), {"asbench say x": {"exits": 2}}, "unknown keys exits"),
]

SYNOPSES = [
    ("a b [--c D] E", ["a b E", "a b --c D E"]),
    ("a b x|y", ["a b x", "a b y"]),
    ("a b list / show N / check G [--o]", ["a b list", "a b show N", "a b check G", "a b check G --o"]),
    ("a b R … --out 'x|y'", ["a b R --out 'x|y'"]),
]


def problems_of(text, entries):
    with tempfile.TemporaryDirectory() as folder:
        root, build = Path(folder) / "root", Path(folder) / "build"
        (build / "bin").mkdir(parents=True)
        root.mkdir()
        (build / "bin/asbench").write_text(PROGRAM)
        (build / "bin/asbench").chmod(0o755)
        (root / "README.md").write_text(text)
        (root / "bootstrap.sh").write_text("case $1 in\n  demo)\n    true ;;\nesac\n")
        table = {"pages": {"README.md": {"commands": entries}}} if entries else {"pages": {}}
        problems, _ = run_commands.check_tree(root, build, Path(folder) / "work", json.loads(json.dumps(table)))
        return problems


def main():
    failed = 0
    for name, text, entries, expected in CASES:
        problems = "\n".join(problems_of(text, entries))
        if (expected is None and problems) or (expected is not None and expected not in problems):
            failed += 1
            print(f"{name}: expected {expected or 'nothing'}, found: {problems or 'nothing'}")
    for text, expected in SYNOPSES:
        if (found := pages.alternatives(text)) != expected:
            failed += 1
            print(f"{text}: stands for {found}, not {expected}")
    if output.compare(["a 0.5 b"], "a 0.50 b", {"within": 1.0}) is None:
        failed += 1
        print("numbers of other digits are taken for equal")
    print(f"{len(CASES) + len(SYNOPSES) + 1} cases, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
