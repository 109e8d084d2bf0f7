"""Finds the commands of a Markdown page, and what it says that they print.

What counts as a command:
- every line of a code block labelled `sh`, `bash` or `console`, and of an unlabelled one whose first line is a command;
- in a block with lines that begin with `$ `, these lines; the lines up to the next one are what the command prints;
- every `run:` of a `yaml` block, as one script;
- text in back quotes that begins with a program of ours and says more than its name.
Lines that end with a backslash go on. `# ...` at the end of a line is a comment.

HTML comments before a block (nobody sees them in the page) say what it is:
  <!-- prints: COMMAND -->   the block is what COMMAND prints; it runs where the comment stands, unless it has run before
  <!-- file: NAME -->        the block is a file that the commands of the page find
A comment `prints` that no block follows holds for the lines up to `<!-- end of output -->`. A block that is none of these
and says nothing about its language is refused: it may be output that nobody checks.
"""

import re
from dataclasses import dataclass, field

PROGRAM = re.compile(
    r"^(?:[A-Z_]+=\S* )*(?:asbench|cmake|ctest|python3?|podman|jq|\./\S+|(?:build|tools|examples|benchmarks)/\S+)(?= )"
)
SHELL = re.compile(r"^(?:export|sudo|source|cat|mkdir) ")
FENCE = re.compile(r"^( *)(```+|~~~+)\s*([\w-]*)\s*$")
MARK = re.compile(r"^\s*<!-- (prints|file): (.+?) -->\s*$")
END_OF_OUTPUT = "<!-- end of output -->"
COMMAND_LABELS = {"", "sh", "bash", "console"}


@dataclass
class Command:
    """One command of a page. `text` is what the shell gets; `key` is the same in one line without its comment, which is
    how the table and messages name it."""

    page: str
    line: int
    text: str
    kind: str  # "block", "inline", "step" (of a workflow) or "prints" (named by a comment)
    expected: list = None  # lines that the page shows after it
    language: str = ""  # of the block with these lines
    environment: list = field(default_factory=list)  # names that a step's `env:` sets

    @property
    def key(self):
        return one_line(self.text)


@dataclass
class Page:
    name: str
    commands: list
    files: dict  # name: text, what the page shows of the reader's files
    problems: list


def one_line(text):
    """A command in one line: continued lines joined, comments at the end of lines left out."""
    text = re.sub(r"\s*\\\n\s*", " ", text)
    lines = [re.sub(r"(?:^|\s{2,})#\s.*$", "", line).strip() for line in text.split("\n")]
    return "; ".join(line for line in lines if line)


def is_command(line):
    return bool(PROGRAM.match(line) or SHELL.match(line))


def joined(lines):
    """(index, text) for each command of a list of lines; continued lines stay together."""
    found, start = [], None
    for index, line in enumerate(lines):
        if start is None:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            start, parts = index, []
        parts.append(line)
        if not line.endswith("\\"):
            found.append((start, "\n".join(parts)))
            start = None
    if start is not None:
        found.append((start, "\n".join(parts)))
    return found


class Reader:
    def __init__(self, name, text):
        self.page = Page(name, [], {}, [])
        self.lines = text.split("\n")

    def add(self, line, text, kind, **more):
        self.page.commands.append(Command(self.page.name, line, text, kind, **more))

    def read(self):
        prose, index, mark = [], 0, None
        while index < len(self.lines):
            line = self.lines[index]
            if fence := FENCE.match(line):
                end = index + 1
                while end < len(self.lines) and self.lines[end].strip() != fence.group(2):
                    end += 1
                body = [text[len(fence.group(1)) :] for text in self.lines[index + 1 : end]]
                self.block(index + 1, fence.group(3), body, mark)
                prose += [""] * (end + 1 - index)
                index, mark = end + 1, None
                continue
            if found := MARK.match(line):
                mark = (found.group(1), found.group(2), index + 1)
                line = ""
            elif mark and line.strip():
                index = self.marked_prose(index, mark)
                prose += [""] * (index - len(prose))
                mark = None
                continue
            prose.append(line)
            index += 1
        if mark:
            self.page.problems.append(f"{self.page.name}:{mark[2]}: nothing follows this comment")
        self.inline("\n".join(prose))
        self.page.commands.sort(key=lambda command: command.line)
        return self.page

    def marked_prose(self, index, mark):
        """Output that is shown as Markdown: the lines up to the comment that ends it."""
        kind, argument, line = mark
        end = index
        while end < len(self.lines) and self.lines[end].strip() != END_OF_OUTPUT:
            end += 1
        if kind != "prints" or end == len(self.lines):
            self.page.problems.append(f"{self.page.name}:{line}: no code block and no `{END_OF_OUTPUT}` follows this comment")
            return index + 1
        self.add(line, argument, "prints", expected=self.lines[index:end])
        return end + 1

    def block(self, line, label, body, mark):
        if mark and mark[0] == "file":
            self.page.files[mark[1]] = "\n".join(body) + "\n"
        elif mark:
            self.add(mark[2], mark[1], "prints", expected=body, language=label)
        elif label == "yaml":
            self.workflow(line, body)
        elif label not in COMMAND_LABELS:
            return
        elif any(text.startswith("$ ") for text in body):
            self.transcript(line, body)
        elif label or is_command((body or [""])[0]):
            for index, text in joined(body):
                self.add(line + 1 + index, text, "block")
        else:
            self.page.problems.append(
                f"{self.page.name}:{line}: a code block that is neither commands nor labelled. Give it a label (text, json, "
                "csv, ...), or say before it what prints it: <!-- prints: COMMAND -->"
            )

    def transcript(self, line, body):
        commands = [(index, text) for index, text in joined(body) if text.startswith("$ ")]
        for number, (index, text) in enumerate(commands):
            after = index + text.count("\n") + 1
            until = commands[number + 1][0] if number + 1 < len(commands) else len(body)
            expected = body[after:until]
            name = re.fullmatch(r"cat (\S+)", text[2:])
            if name and expected:
                self.page.files[name.group(1)] = "\n".join(expected) + "\n"
            self.add(line + 1 + index, text[2:], "block", expected=expected or None)

    def workflow(self, line, body):
        """The steps of a GitHub workflow. Reads the part of YAML that such files use."""
        for index, text in enumerate(body):
            found = re.match(r"^(\s*)(- )?run: (.*)$", text)
            if not found:
                continue
            column = len(found.group(1)) + len(found.group(2) or "")
            end = index + 1
            while end < len(body) and (not body[end].strip() or indent(body[end]) > column):
                end += 1
            script = found.group(3)
            if script == "|":
                inside = body[index + 1 : end]
                margin = min(indent(text) for text in inside if text.strip())
                script = "\n".join(text[margin:] for text in inside)
            names = []
            while end < len(body) and indent(body[end]) >= column:
                if "run:" not in body[end] and not body[end].strip().startswith("- "):
                    names += re.findall(r"\b([A-Z][A-Z_]+): ", body[end])
                else:
                    break
                end += 1
            self.add(line + 1 + index, script, "step", environment=names)

    def inline(self, prose):
        prose = re.sub(r"<!--.*?-->", lambda comment: re.sub(r"[^\n]", " ", comment.group()), prose, flags=re.S)
        for match in re.finditer(r"(?<!`)`((?:[^`\n]|\n(?!\n))+)`(?!`)", prose):
            text = re.sub(r"\s*\n\s*", " ", match.group(1)).replace("\\|", "|")
            if PROGRAM.match(text) or text.startswith("source "):
                self.add(prose.count("\n", 0, match.start()) + 1, text, "inline")


def indent(line):
    return len(line) - len(line.lstrip(" "))


def read_page(name, text):
    return Reader(name, text).read()


def alternatives(text):
    """The commands that a synopsis stands for: `a [b] x|y / c` are `a x`, `a y`, `a b x`, ... `...` stands for more of the
    same and is left out. Quoted words stay as they are."""
    words = re.findall(r"'[^']*'|\"[^\"]*\"|\[[^\]]*\]|\S+", text)
    if "/" in words:
        head, parts, current = words[:2], [], []
        for word in words[2:] + ["/"]:
            if word == "/":
                parts.append(current)
                current = []
            else:
                current.append(word)
        return [each for part in parts for each in alternatives(" ".join(head + part))]
    found = [[]]
    for word in words:
        if word in ("...", "…"):
            continue
        if word.startswith("["):
            options = [[], word[1:-1].split()]
        elif "|" in word and word[0] not in "'\"" and word != "|" and "||" not in word:
            options = [[part] for part in word.split("|")]
        else:
            options = [[word]]
        found = [before + option for before in found for option in options]
    return [" ".join(words) for words in found]
