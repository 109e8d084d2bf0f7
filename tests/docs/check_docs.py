#!/usr/bin/env python3
"""Checks that documents and comments point at things that exist.

  check_docs.py ROOT          check the source tree at ROOT; prints what is broken, exit status 1 if anything is
  check_docs.py --self-test   check the checker on small trees, one for each rule

Rules:
1. Every relative link of a Markdown file leads to a file or folder of the tree, and its anchor to a heading of that file.
2. A citation `docs/NAME.md` in any text names a file. What follows it must be there too: a heading in quotes
   (`docs/design/metrics.md, "Conventions"`) or section numbers (`docs/design/metrics.md 9.2 and 10`).
3. Headings of a page of docs/design are unique, with and without their number, so that a citation has one meaning.
4. No text cites a page by its bare name (`metrics.md section 4`), or a page that is not in the repository. In Markdown,
   a bare name is fine as text or target of a link. Scripts of goldens are left out: the data carry their hash, so a
   comment there changes only with the data.
5. A path in back quotes in a document (`metrics/registry.h`) exists, when it begins with a folder of the tree and no
   ", a new file" follows. Design pages and the changelog also speak of what is planned or gone, so rule 5 leaves them
   out.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
from pathlib import Path

DESIGN = "docs/design/"
DESIGN_PAGES = ("architecture", "interface", "metrics", "dataset", "animeshootergen", "example")
OUTSIDE_PAGES = ("english", "gpu-review")  # never part of the repository
TEXT_SUFFIXES = {".h", ".cpp", ".js", ".css", ".html", ".py", ".cmake", ".txt", ".sh", ".json", ".md", ".in"}
GOLDEN_SCRIPT = re.compile(r"tests/golden/[^/]+/generate\.py")
OWN_FILE = "tests/docs/check_docs.py"  # its self-test spells out what is forbidden

FENCE = re.compile(r"^( {0,3})(```+|~~~+)")
HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
NUMBER = re.compile(r"^(\d+(?:\.\d+)*)\.?\s+")
CITATION = re.compile(r"(?<![\w./-])(docs/(?:[\w-]+/)*[\w.-]+?\.md)\b")
QUOTED = re.compile(r'^,? "([^"]+)"')
NUMBERS = re.compile(r"^,? (?:sections? )?(\d+(?:\.\d+)*)((?:(?:, | and | or | to )\d+(?:\.\d+)*)*)(?![\w%])")
COMMENT_BREAK = re.compile(r"[ \t]*\n[ \t]*(?:///?<?|//!?|#+|\*(?!/)|--)?[ \t]*")


class Broken(list):
    """Findings, a line each: where, what is wrong, what to do."""

    def add(self, where, what):
        self.append(f"{where}: {what}")


def files_of(root):
    """Files of the tree: what git knows or would add; without git, everything outside build folders."""
    found = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"], capture_output=True)
    top = subprocess.run(["git", "-C", str(root), "rev-parse", "--show-toplevel"], capture_output=True, text=True)
    if found.returncode == 0 and Path(top.stdout.strip()).resolve() == root.resolve():
        names = [name for name in found.stdout.decode().split("\0") if name]
    else:
        names = []
        for folder, folders, inside in os.walk(root):
            folders[:] = [name for name in folders if not name.startswith(".") and name != "build"]
            names += [str((Path(folder) / name).relative_to(root)) for name in inside]
    return sorted(name for name in names if (root / name).is_file())


def without_code(text):
    """The text of a Markdown file with code blocks blanked out (lines stay, so that line numbers do)."""
    lines, fence = [], None
    for line in text.split("\n"):
        mark = FENCE.match(line)
        if fence is None and mark:
            fence = mark.group(2)
            line = ""
        elif fence is not None:
            if mark and mark.group(2).startswith(fence) and line.strip() == mark.group(2):
                fence = None
            line = ""
        lines.append(line)
    return "\n".join(lines)


def headings_of(text):
    return [match.group(2) for match in map(HEADING.match, without_code(text).split("\n")) if match]


def plain(heading):
    """A heading as one would quote it: without marks of code, emphasis and links."""
    heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[`*\\]", "", heading).strip()


def anchors_of(text):
    """Anchors as GitHub makes them."""
    seen, anchors = {}, set()
    for heading in headings_of(text):
        slug = re.sub(r"[^\w\- ]", "", plain(heading).lower()).replace(" ", "-")
        count = seen.get(slug, 0)
        seen[slug] = count + 1
        anchors.add(f"{slug}-{count}" if count else slug)
    return anchors


def line_of(text, position):
    return text.count("\n", 0, position) + 1


class Checker:
    def __init__(self, root):
        self.root = root
        self.files = files_of(root)
        self.known = set(self.files)
        self.folders = {str(parent) for name in self.files for parent in Path(name).parents}
        self.broken = Broken()
        self.texts = {}
        self.links = 0
        self.citations = 0

    def text(self, name):
        if name not in self.texts:
            self.texts[name] = (self.root / name).read_text(encoding="utf-8", errors="replace")
        return self.texts[name]

    def check(self):
        for name in self.files:
            suffix = Path(name).suffix
            if name == OWN_FILE or (suffix not in TEXT_SUFFIXES and Path(name).name != "CMakeLists.txt"):
                continue
            if suffix in {".json", ".txt"} and (self.root / name).stat().st_size > 1_000_000:
                continue  # data
            text = self.text(name)
            if suffix == ".md":
                self.check_links(name, text)
                self.check_paths(name, text)
            self.check_citations(name, text)
            self.check_bare_names(name, text)
            if name.startswith(DESIGN) and suffix == ".md":
                self.check_unique_headings(name, text)
        return self.broken

    def check_links(self, name, text):
        prose = without_code(text)
        prose = re.sub(r"`[^`\n]*`", lambda code: " " * len(code.group()), prose)
        for match in re.finditer(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)", prose):
            target = match.group(1)
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue  # another place
            self.links += 1
            where = f"{name}:{line_of(prose, match.start())}"
            path, _, anchor = target.partition("#")
            path = urllib.parse.unquote(path)
            goal = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
            if goal not in self.known and goal not in self.folders:
                self.broken.add(where, f"link to {target}: there is no {goal}")
            elif anchor and goal.endswith(".md") and urllib.parse.unquote(anchor) not in anchors_of(self.text(goal)):
                self.broken.add(where, f"link to {target}: {goal} has no heading with that anchor")

    def check_citations(self, name, text):
        flat = COMMENT_BREAK.sub(lambda gap: " " * len(gap.group()), text)  # lengths stay: positions are those of text
        for match in CITATION.finditer(flat):
            page = match.group(1)
            if name.endswith(".md") and flat[: match.start()].endswith("]("):
                continue  # a link, of rule 1
            self.citations += 1
            where = f"{name}:{line_of(text, match.start())}"
            if page not in self.known:
                self.broken.add(where, f"cites {page}, which does not exist")
                continue
            after = re.sub(r" +", " ", flat[match.end() : match.end() + 400]).removeprefix("`")
            headings = [plain(heading) for heading in headings_of(self.text(page))]
            if quoted := QUOTED.match(after):
                wanted = plain(quoted.group(1))
                if wanted not in headings and wanted not in [NUMBER.sub("", heading) for heading in headings]:
                    self.broken.add(where, f'cites {page}, "{wanted}": no such heading')
            elif numbers := NUMBERS.match(after):
                present = {found.group(1) for found in map(NUMBER.match, headings) if found}
                for number in re.findall(r"\d+(?:\.\d+)*", numbers.group()):
                    if number not in present:
                        self.broken.add(where, f"cites {page} {number}: no section of that number")

    def check_bare_names(self, name, text):
        if GOLDEN_SCRIPT.fullmatch(name):
            return
        markdown = name.endswith(".md")
        prose = text
        if markdown:
            # In a link, its text may be the bare name: the target is checked.
            prose = re.sub(r"\[[^\]\n]*\]\([^)\n]*\)", lambda link: " " * len(link.group()), text)
        names = "|".join(DESIGN_PAGES + OUTSIDE_PAGES)
        for match in re.finditer(rf"(?<![\w/.-])((?:\.\.?/)*(?:{names})\.md)\b", prose):
            advice = "make it a link" if markdown else f"write {DESIGN}NAME.md"
            self.broken.add(f"{name}:{line_of(prose, match.start())}", f"cites {match.group(1)} by its bare name: {advice}")
        for match in re.finditer(r"shared/design\b", text):
            self.broken.add(f"{name}:{line_of(text, match.start())}", f"{match.group()} is not part of the repository")

    def check_paths(self, name, text):
        if name.startswith(DESIGN) or name == "CHANGELOG.md":
            return
        tops = {Path(known).parts[0] for known in self.known if len(Path(known).parts) > 1}
        for match in re.finditer(r"`([\w-]+/[\w./-]*)`(, a new file)?", without_code(text)):
            path = match.group(1).rstrip("/")
            if match.group(2):
                continue  # the recipes of CONTRIBUTING.md name files that the reader writes
            if path.split("/")[0] not in tops or path in self.known or path in self.folders:
                continue
            self.broken.add(f"{name}:{line_of(text, match.start())}", f"names `{match.group(1)}`, which does not exist")

    def check_unique_headings(self, name, text):
        seen = set()
        for heading in headings_of(text):
            title = NUMBER.sub("", plain(heading))
            if title in seen:
                self.broken.add(name, f'two headings "{title}": a citation could mean either')
            seen.add(title)


# What each rule must find: (rule, files of a tree, a part of what is printed; nothing: the tree is in order).
GOOD_PAGE = "# Numbers\n\n## 1. First thing\n\n### 1.2 Sub `thing`\n\n```\n## 9. no heading\n```\n"
SELF_TESTS = [
    ("a link to a file", {"README.md": "[x](docs/a.md)", "docs/a.md": "# A"}, None),
    ("a link to a folder", {"README.md": "[x](docs/)", "docs/a.md": "# A"}, None),
    ("a link with an anchor", {"README.md": "[x](docs/a.md#12-sub-thing)", "docs/a.md": GOOD_PAGE}, None),
    ("a link within a page", {"README.md": "# My heading\n[x](#my-heading)"}, None),
    ("a link elsewhere", {"README.md": "[x](https://example.org/a.md)"}, None),
    ("a link in code", {"README.md": "```\n[x](gone.md)\n```\nand `[x](gone.md)`"}, None),
    ("a dead link", {"README.md": "[x](docs/gone.md)"}, "there is no docs/gone.md"),
    ("a dead picture", {"README.md": "![x](docs/gone.png)"}, "there is no docs/gone.png"),
    ("a dead link upwards", {"docs/a.md": "[x](../gone.md)"}, "there is no gone.md"),
    ("a dead anchor", {"README.md": "[x](docs/a.md#gone)", "docs/a.md": GOOD_PAGE}, "no heading with that anchor"),
    ("an anchor of a heading in code", {"README.md": "[x](docs/a.md#9-no-heading)", "docs/a.md": GOOD_PAGE}, "no heading"),
    ("a dead anchor within a page", {"README.md": "# A\n[x](#b)"}, "no heading with that anchor"),
    ("a second link on a line", {"README.md": "[x](README.md) [y](gone.md)"}, "there is no gone.md"),
    ("a cited number", {"a.h": "/// docs/design/metrics.md 1.2: so\n", "docs/design/metrics.md": GOOD_PAGE}, None),
    ("a cited heading", {"a.h": '/// docs/design/metrics.md, "First thing"\n', "docs/design/metrics.md": GOOD_PAGE}, None),
    ("a heading with its number", {"a.py": '# docs/design/metrics.md, "1. First thing"\n', "docs/design/metrics.md": GOOD_PAGE}, None),
    ("a heading without its back quotes", {"a.js": '// docs/design/metrics.md, "Sub thing"\n', "docs/design/metrics.md": GOOD_PAGE}, None),
    ("a page without more", {"a.cmake": "# docs/design/metrics.md says so, in 3 lines\n", "docs/design/metrics.md": GOOD_PAGE}, None),
    ("a heading over a line break", {"a.h": '/// docs/design/metrics.md, "First\n/// thing"\n', "docs/design/metrics.md": GOOD_PAGE}, None),
    ("a number over a line break", {"a.h": "/// docs/design/metrics.md\n/// 1.2\n", "docs/design/metrics.md": GOOD_PAGE}, None),
    ("a missing page", {"a.h": "/// docs/gone.md\n"}, "cites docs/gone.md, which does not exist"),
    ("a missing page in JSON", {"a.json": '{"x": "docs/gone.md"}'}, "cites docs/gone.md"),
    ("a missing page in a document", {"a.md": "see `docs/gone.md`"}, "cites docs/gone.md"),
    ("a missing number", {"a.h": "/// docs/design/metrics.md 3\n", "docs/design/metrics.md": GOOD_PAGE}, "metrics.md 3: no section"),
    ("a missing second number", {"a.h": "/// docs/design/metrics.md 1 and 4.1\n", "docs/design/metrics.md": GOOD_PAGE}, "metrics.md 4.1: no section"),
    ("a number of a heading in code", {"a.h": "/// docs/design/metrics.md 9\n", "docs/design/metrics.md": GOOD_PAGE}, "metrics.md 9: no section"),
    ("a missing number over a line break", {"a.h": "/// (docs/design/metrics.md\n  /// 7.7)\n", "docs/design/metrics.md": GOOD_PAGE}, "7.7: no section"),
    ("a missing heading", {"a.h": '/// docs/design/metrics.md, "Third"\n', "docs/design/metrics.md": GOOD_PAGE}, "no such heading"),
    ("a missing heading over a line break", {"a.py": '# docs/design/metrics.md, "First\n# word"\n', "docs/design/metrics.md": GOOD_PAGE}, '"First word": no such'),
    ("two equal headings", {"docs/design/metrics.md": "# A\n## 1. Same\n## 2. Same\n"}, 'two headings "Same"'),
    ("a bare name in code", {"a.cpp": "// metrics.md section 4\n"}, "metrics.md by its bare name"),
    ("a bare name in Python", {"a.py": '"""interface.md."""\n'}, "interface.md by its bare name"),
    ("a bare name in a golden's script", {"tests/golden/x/generate.py": "# metrics.md\n"}, None),
    ("a bare name in another script", {"tests/golden/x/compare.py": "# metrics.md\n"}, "metrics.md by its bare name"),
    ("a bare name in prose", {"a.md": "as `dataset.md` says"}, "dataset.md by its bare name"),
    ("the name of a page that was never here", {"a.py": "# eng" + "lish.md, number 3\n"}, "english.md by its bare name"),
    ("a bare name in a link", {"docs/a.md": "[dataset.md](dataset.md)", "docs/dataset.md": "# A"}, None),
    ("a page from elsewhere", {"a.h": "// shared/" + "design/architecture.md\n"}, "is not part of the repository"),
    ("another page's name", {"a.h": "// my_metrics.md and a/metrics.md\n"}, None),
    ("a path in a document", {"README.md": "`core/a.h` and `core/`", "core/a.h": ""}, None),
    ("a path of a file to write", {"README.md": "`core/b.h`, a new file:", "core/a.h": ""}, None),
    ("a path with a place holder", {"README.md": "`core/<name>.h`", "core/a.h": ""}, None),
    ("a path that is gone", {"README.md": "`core/b.h`", "core/a.h": ""}, "names `core/b.h`"),
]


def self_test():
    failures = 0
    for rule, files, expected in SELF_TESTS:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            broken = Checker(root).check()
        ok = len(broken) == 1 and expected in broken[0] if expected else not broken
        if not ok:
            failures += 1
            print(f"self-test, {rule}: expected {expected or 'nothing'}, found {list(broken) or 'nothing'}")
    print(f"{len(SELF_TESTS) - failures} of {len(SELF_TESTS)} self-tests passed")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description="Checks links in documents and citations in comments.")
    parser.add_argument("root", nargs="?", type=Path, help="root folder of the source tree")
    parser.add_argument("--self-test", action="store_true", help="check the checker")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    if arguments.root is None or not arguments.root.is_dir():
        parser.error("name the root folder of the source tree, or --self-test")
    checker = Checker(arguments.root)
    broken = checker.check()
    for line in broken:
        print(line)
    print(f"{checker.links} links and {checker.citations} citations checked, {len(broken)} broken")
    # A checker that looks at nothing would always pass.
    if checker.links < 20 or checker.citations < 20:
        print(f"{arguments.root} has too few links or citations to be the source tree")
        return 1
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
