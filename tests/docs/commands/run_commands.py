#!/usr/bin/env python3
"""Runs every command of the documents and compares what it prints with what they show.

  run_commands.py ROOT BUILD --work DIR [--page NAME]... [--slow]   check the source tree ROOT with the programs of BUILD/bin
  run_commands.py ROOT --list                                      print the commands that it finds, and run nothing
  run_commands.py --self-test                                      check the checker on small pages

pages.py says what counts as a command, output.py how outputs are compared, world.py what the commands find. The commands
of a page run in its order, in one folder and one environment, as a reader would type them; what back quotes or a comment
name is not run again. commands.json says for each page which world it needs ("world", "setup": commands that make more of
it), what its words in capitals stand for ("placeholders"), and of single commands ("commands", each named by its text in
one line):

  "exempt": REASON       it can't run here; what it names must exist
  "exit": N              it ends with N, not with 0
  "fragment": true       text in the page that names options but is no whole command: its options must exist
  "instead": COMMAND     runs in its place, with a reason in "why": the same on less data
  "stderr": true         the page shows lines of stderr, not stdout
  "without": [TEXT]      lines that begin so, in the page and in what is printed, are not compared, with a reason in "why"
  "placeholders": {}     as of the page, for this command alone
  "within", "shape", "wrapped", "json"   weaker comparisons (output.py), with a reason in "why"

An entry that no page uses is an error. Text in back quotes that is only the name of a command (`asbench score`) may lack
what it requires; the command must exist.
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True  # a test leaves nothing in the source tree
sys.path.insert(0, str(Path(__file__).parent))
import output  # noqa: E402
import pages  # noqa: E402
import world  # noqa: E402

PAGES = ["README.md", "CONTRIBUTING.md", "docs/*.md", "docs/design/*.md", "examples/README.md", "benchmarks/README.md"]
ENTRY_KEYS = {"exempt", "exit", "fragment", "instead", "stderr", "placeholders", "why", "without", "within", "shape", "wrapped", "json"}
NEEDS_A_REASON = {"instead", "within", "shape", "without"}
REQUIRED = re.compile(r"Missing (?:option|argument)")
LIMIT_SECONDS = 300


@dataclass
class Ran:
    status: int
    out: str
    err: str
    seconds: float  # of processor time


def run(text, folder, environment, strict=False):
    """Runs a command in a shell whose environment goes on from command to command: it is kept in a file."""
    state = Path(environment["HOME"]) / ".environment"
    script = f'[ ! -f "{state}" ] || . "{state}"\n{text}\nstatus=$?\nexport -p > "{state}"\nexit $status\n'
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(
            ["bash", *(["-e"] if strict else []), "-c", script], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=LIMIT_SECONDS, text=True, errors="replace",
        )
    except subprocess.TimeoutExpired:
        return Ran(124, "", f"still running after {LIMIT_SECONDS} seconds", LIMIT_SECONDS)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ran(done.returncode, done.stdout, done.stderr, seconds)


class Table:
    """commands.json, which notices what nobody asks for."""

    def __init__(self, content):
        self.pages = content["pages"]
        self.asked = set()
        self.problems = []
        for name, page in self.pages.items():
            for key, entry in page.get("commands", {}).items():
                if unknown := set(entry) - ENTRY_KEYS:
                    self.problems.append(f"commands.json, {name}, `{key}`: unknown keys {', '.join(sorted(unknown))}")
                if set(entry) & NEEDS_A_REASON and not entry.get("why"):
                    self.problems.append(f"commands.json, {name}, `{key}`: needs a reason, \"why\"")

    def page(self, name):
        return self.pages.get(name, {})

    def entry(self, page, key):
        found = self.page(page).get("commands", {}).get(key)
        if found is not None:
            self.asked.add((page, key))
        return found or {}

    def substitute(self, page, entry, text):
        """The text with the words that stand for something replaced."""
        for owner, words in ((page, self.page(page).get("placeholders", {})), (None, entry.get("placeholders", {}))):
            for word, value in words.items():
                pattern = rf"(?<![\w-]){re.escape(word)}(?![\w])"
                if re.search(pattern, text):
                    text = re.sub(pattern, lambda _: value, text)
                    self.asked.add((owner, "placeholder", word))
        return text

    def unused(self, checked):
        """What no page asked for, of the pages that were checked."""
        for name, page in self.pages.items():
            if name not in checked:
                yield f"commands.json: there is no page {name}"
                continue
            for key in page.get("commands", {}):
                if (name, key) not in self.asked:
                    yield f"commands.json, {name}: no command `{key}` is in the page any more: remove the entry"
            for word in page.get("placeholders", {}):
                if (name, "placeholder", word) not in self.asked:
                    yield f"commands.json, {name}: no command has the placeholder {word} any more: remove it"


class Checker:
    def __init__(self, root, build, folder, table):
        self.root, self.build, self.folder, self.table = root, build, folder, table
        self.problems = table.problems
        self.counts = {"run": 0, "compared": 0, "exempt": 0}
        self.times = []
        self.programs = folder / "bin"
        self.programs.mkdir(parents=True)
        (self.programs / "asbench").symlink_to(build / "bin" / "asbench")
        shared = folder / "shared"
        shared.mkdir()
        self.world = world.World(root, build, shared, lambda text, where: self.run(text, where, shared))

    def run(self, text, where, home, strict=False, more=None):
        environment = world.environment_of(self.folder / "shared", home, self.programs) | (more or {})
        ran = run(text, where, environment, strict)
        self.times.append((ran.seconds, text))
        return ran

    def check(self, names):
        for name in names:
            page = pages.read_page(name, (self.root / name).read_text(encoding="utf-8"))
            self.problems += page.problems
            if page.commands:
                Session(self, page).check()

    def check_names(self, text):
        """Of a command that does not run: the script or program that it names must exist. @returns what is wrong"""
        words = text.split()
        while words and re.match(r"[A-Z_]+=", words[0]):
            words = words[1:]
        named = [word for word in words[:2] if re.match(r"(?:\./|tools/|examples/|benchmarks/|tests/)\S+$", word)]
        for word in named:
            if not (self.root / word).exists():
                return f"there is no {word}"
        if found := re.match(r"\./bootstrap\.sh (\w+)", text[text.find("./bootstrap.sh") :] if "./bootstrap.sh" in text else ""):
            if not re.search(rf"^  {found.group(1)}\)", (self.root / "bootstrap.sh").read_text(), re.M):
                return f"bootstrap.sh knows no {found.group(1)}"
        if found := re.match(r"build/release/bin/(\w+)", words[0]):
            name = found.group(1)
            if not any(any(self.root.glob(f"{top}/**/{name}.cpp")) for top in ("benchmarks", "tests", "tools")):
                return f"there is no {name}.cpp below benchmarks/, tests/ or tools/"
        return None


class Session:
    """One page: its folder, its environment, what has run."""

    def __init__(self, checker, page):
        self.checker, self.page = checker, page
        self.table = checker.table
        self.settings = self.table.page(page.name)
        self.folder = checker.folder / page.name.replace("/", "_").removesuffix(".md")
        self.home = checker.folder / "homes" / self.folder.name
        self.ran = {}

    def problem(self, command, text):
        self.checker.problems.append(f"{self.page.name}:{command.line}: `{command.key}` {text}")

    def prepare(self):
        self.folder.mkdir()
        self.home.mkdir(parents=True)
        release = self.folder / "build/release"
        release.mkdir(parents=True)
        (release / "bin").symlink_to(self.checker.build / "bin")
        if any(isinstance(piece, str) for piece in self.settings.get("world", {}).values()):
            self.checker.world.fill_hugging_face_cache(self.checker.folder / "shared/huggingface")
        for name, text in self.page.files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, encoding="utf-8")
        for path, piece in self.settings.get("world", {}).items():
            self.checker.world.provide(piece, self.folder / path)
        for text in self.settings.get("setup", []):
            ran = self.checker.run(text, self.folder, self.home)
            if ran.status != 0:
                raise RuntimeError(f"commands.json, {self.page.name}: setup `{text}` ends with {ran.status}\n{ran.err}")

    def check(self):
        self.prepare()
        for command in self.page.commands:
            entry = self.table.entry(self.page.name, command.key)
            if "exempt" in entry:
                self.checker.counts["exempt"] += 1
                if wrong := self.checker.check_names(command.text):
                    self.problem(command, f"is exempt, but {wrong}")
            elif entry.get("fragment"):
                self.check_fragment(command)
            else:
                self.check_command(command, entry)

    def check_command(self, command, entry):
        text = entry.get("instead", command.text)
        texts = pages.alternatives(text) if command.kind == "inline" else [text]
        for each in texts:
            each = self.table.substitute(self.page.name, entry, each)
            ran = self.ran.get(pages.one_line(each)) if command.kind in ("prints", "inline") else None
            if ran is None:
                ran = self.run(each, command)
            if ran.status != entry.get("exit", 0):
                if not self.is_a_name(command, each, ran):
                    told = (ran.err.strip() or ran.out.strip())[-1500:]
                    self.problem(command, f"ends with {ran.status}, not {entry.get('exit', 0)}:\n  {told}")
            elif command.expected is not None:
                self.compare(command, entry, ran)

    def run(self, text, command):
        key = pages.one_line(text)
        if key == "asbench demo":
            self.checker.world.demo()
            ran = self.checker.world.demo_result
        else:
            more = {name: self.settings.get("environment", {}).get(name, "stand-in") for name in command.environment}
            ran = self.checker.run(text, self.folder, self.home, command.kind == "step", more)
        self.checker.counts["run"] += 1
        self.ran[key] = ran
        return ran

    def compare(self, command, entry, ran):
        rules = entry if command.language != "json" else entry | {"json": True}
        self.checker.counts["compared"] += 1
        shown, printed = command.expected, ran.out
        if without := tuple(entry.get("without", [])):
            shown = [line for line in shown if not line.strip().startswith(without)]
            printed = "\n".join(line for line in printed.split("\n") if not line.strip().startswith(without))
        if entry.get("stderr"):  # other lines may stand before and behind
            shown, printed = ["...", *shown, "..."], ran.err
        if different := output.compare(shown, printed, rules):
            self.problem(command, f"prints something else.\n  {different}")

    def is_a_name(self, command, text, ran):
        """Whether a text names a command without what it requires: `asbench score`."""
        words = text.split()
        if command.kind != "inline" or words[0] != "asbench" or any(word.startswith("-") for word in words):
            return False
        return bool(REQUIRED.search(ran.err)) and self.checker.run(text + " --help", self.folder, self.home).status == 0

    def check_fragment(self, command):
        words = command.text.split()
        name = words[: next((i for i, word in enumerate(words) if word.startswith("-")), len(words))]
        shown = self.checker.run(" ".join(name) + " --help", self.folder, self.home)
        if shown.status != 0:
            self.problem(command, f"names no command: `{' '.join(name)} --help` ends with {shown.status}")
        for option in re.findall(r"(?<![\w-])--[a-z][\w-]*", command.text):
            if not re.search(rf"(?<![\w-]){option}(?![\w-])", shown.out):
                self.problem(command, f"names the option {option}, which `{' '.join(name)} --help` does not list")


def pages_of(root):
    return sorted({str(file.relative_to(root)) for pattern in PAGES for file in root.glob(pattern)})


def list_commands(root):
    for name in pages_of(root):
        page = pages.read_page(name, (root / name).read_text(encoding="utf-8"))
        for command in page.commands:
            shown = "" if command.expected is None else f" -> {len(command.expected)} lines"
            print(f"{name}:{command.line}: {command.kind}: {command.key}{shown}")
        for problem in page.problems:
            print(f"!! {problem}")


def check_tree(root, build, work, table, only=None):
    """@returns (problems, checker); where there are problems, the folders of the pages are kept"""
    work.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="commands-", dir=work))
    checker = Checker(root, build, folder, Table(table))
    names = pages_of(root)
    chosen = [name for name in names if not only or name in only]
    checker.check(chosen)
    problems = list(checker.problems)
    if not only:
        problems += checker.table.unused(names)
    if problems:
        print(f"the folders of the pages were kept: {folder}")
    else:
        shutil.rmtree(folder)
    return problems, checker


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", nargs="?", type=Path)
    parser.add_argument("build", nargs="?", type=Path)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--page", action="append", default=[])
    parser.add_argument("--slow", action="store_true", help="print what took longest")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        import self_test

        return self_test.main()
    if options.root is None or (not options.list and (options.build is None or options.work is None)):
        parser.error("ROOT, BUILD and --work are needed")
    root = options.root.resolve()
    if options.list:
        return list_commands(root)
    if not os.access(options.build / "bin/asbench", os.X_OK):
        sys.exit(f"run_commands.py: there is no program {options.build}/bin/asbench: build it first")
    table = json.loads((Path(__file__).parent / "commands.json").read_text(encoding="utf-8"))
    begin = time.monotonic()
    problems, checker = check_tree(root, options.build.resolve(), options.work.resolve(), table, options.page)
    if options.slow:
        print(f"processor time: {sum(seconds for seconds, _ in checker.times):.0f} s")
        for seconds, text in sorted(checker.times, reverse=True)[:20]:
            print(f"{seconds:7.1f} s  {pages.one_line(text)}")
    for problem in problems:
        print(problem)
    counts = checker.counts
    print(
        f"{counts['run']} commands run, {counts['compared']} outputs compared, {counts['exempt']} commands exempt, "
        f"{len(problems)} problems, {time.monotonic() - begin:.0f} s"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
