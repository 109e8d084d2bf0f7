"""Compares what a page shows with what a command printed.

Lines are compared from the first to the last. A line `...` (or `…`) stands for any lines, also none; `…` in a line for
any text in it. Every number has as many digits as the page shows, and each of them counts. What differs between two
sound runs does not count: dates, times that something took, commits, versions of libraries (VOLATILE).

The table may weaken this for one command, with its reason:
  "within": X         numbers with a decimal point may differ by X; white space between them doesn't count
  "shape": true       numbers and hashes may be any: the lines, their words, names of rows and columns count
  "wrapped": true     the page breaks lines elsewhere: white space doesn't count
  "json": true        both are JSON with equal values; a text "…" stands for any. A block labelled `json` is compared so
"""

import json
import re
from decimal import Decimal

VOLATILE = [
    (re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?"), "<date>"),
    (re.compile(r"\bcommit ?[0-9a-f]{7,40}(?:\+|-dirty)?"), "commit <commit>"),
    (re.compile(r"\b\d+(?:\.\d+)? (?:ms|s|seconds|minutes)\b"), "<time>"),
    (re.compile(r"\b(avcodec|swscale|opencv|libtorch|AnimeShooter-Bench)([-/ ]?)\d+(?:\.\d+)+"), r"\1\2<version>"),
]
HASH = re.compile(r"\b[0-9a-f]{16,64}\b")
NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?![\w])")
SIZE = re.compile(r"\b\d+x\d+\b")  # of a picture
ELISION = ("...", "…")


def steady(text):
    for pattern, replacement in VOLATILE:
        text = pattern.sub(replacement, text)
    return text


def masked(line):
    """The line with # for numbers, and one space where there are more."""
    return re.sub(r"\s+", " ", NUMBER.sub("#", line))


def near(shown, printed, within):
    """Whether two texts of numbers, with equally many digits, are close. Whole numbers are counts: they must be equal."""
    if "." not in shown or len(shown.split(".")[1]) != len(printed.partition(".")[2]):
        return shown == printed
    return abs(Decimal(shown) - Decimal(printed)) <= Decimal(str(within))


def same_line(shown, printed, rules):
    shown, printed = steady(shown.rstrip()), steady(printed.rstrip())
    if rules.get("shape"):
        shown, printed = (masked(SIZE.sub("#", HASH.sub("#", text))) for text in (shown, printed))
    elif within := rules.get("within"):
        pairs = zip(NUMBER.findall(shown), NUMBER.findall(printed))
        return masked(shown) == masked(printed) and all(near(a, b, within) for a, b in pairs)
    if "…" in shown:
        return bool(re.fullmatch(".*".join(re.escape(part) for part in shown.split("…")), printed))
    return shown == printed


def trimmed(lines):
    lines = [line.rstrip() for line in lines]
    while lines and not lines[0]:
        lines = lines[1:]
    while lines and not lines[-1]:
        lines = lines[:-1]
    return lines


def segments_of(lines):
    """Lines between elisions. An empty segment at an end: the page begins (ends) with an elision."""
    found = [[]]
    for line in lines:
        if line.strip() in ELISION:
            found.append([])
        else:
            found[-1].append(line)
    return found


def difference_at(segment, printed, start, rules):
    """How many lines of the segment stand at printed[start:]."""
    for index, line in enumerate(segment):
        if start + index >= len(printed) or not same_line(line, printed[start + index], rules):
            return index
    return len(segment)


def told(segment, printed, start, rules):
    index = difference_at(segment, printed, start, rules)
    there = printed[start + index] if start + index < len(printed) else "(nothing more)"
    return f"the page shows: {segment[index]}\n  printed:        {there}"


def compare_lines(shown, printed, rules):
    shown, printed = trimmed(shown), trimmed(printed)
    segments, place = segments_of(shown), 0
    for number, segment in enumerate(segments):
        first, last = number == 0, number + 1 == len(segments)
        if not segment and not first and not last:
            continue
        if first:
            starts = [0]
        elif last:
            starts = [max(place, len(printed) - len(segment))]
        else:
            starts = range(place, len(printed))
        best = max(starts, key=lambda start: difference_at(segment, printed, start, rules), default=place)
        if difference_at(segment, printed, best, rules) < len(segment):
            return told(segment, printed, best, rules)
        place = best + len(segment)
        if last and place < len(printed):
            return f"the page shows nothing more (an elision is a line `...`)\n  printed:        {printed[place]}"
    return None


def compare_wrapped(shown, printed):
    shown = re.sub(r"-\n\s*", "-", shown)  # a break at a hyphen
    a, b = (re.sub(r"\s+", "", steady(re.sub(r"\s+", " ", text)).replace(" ", "")) for text in (shown, printed))
    if a == b:
        return None
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    return f"the page shows: ...{a[max(0, at - 40) : at + 40]}\n  printed:        ...{b[max(0, at - 40) : at + 40]}"


def compare_json(shown, printed):
    try:
        a, b = json.loads(shown), json.loads(printed)
    except ValueError as error:
        return f"not JSON: {error}"
    return json_difference(a, b, "")


def json_difference(shown, printed, place):
    """The first place where two values part, or None."""
    if shown == "…" and isinstance(printed, str):
        return None
    if isinstance(shown, dict) and isinstance(printed, dict) and shown.keys() == printed.keys():
        pairs = [(key, shown[key], printed[key]) for key in shown]
    elif isinstance(shown, list) and isinstance(printed, list) and len(shown) == len(printed):
        pairs = [(index, *both) for index, both in enumerate(zip(shown, printed))]
    elif shown == printed:
        return None
    else:
        return f"at {place or '/'} the page shows: {json.dumps(shown)}\n  printed:        {json.dumps(printed)}"
    return next(filter(None, (json_difference(a, b, f"{place}/{key}") for key, a, b in pairs)), None)


def compare(shown, printed, rules):
    """@param shown lines of the page; printed: text; rules: an entry of the table. @returns what differs, or None."""
    if rules.get("json"):
        return compare_json("\n".join(shown), printed)
    if rules.get("wrapped"):
        return compare_wrapped("\n".join(shown), printed)
    return compare_lines(shown, printed.split("\n"), rules)
