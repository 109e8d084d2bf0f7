#!/usr/bin/env python3
"""Writes unicode_tables.cpp: the character classes and the lower-casing of the `tokenizers` package.

Every character is put through the package itself, so the tables are those of the Unicode versions
it was built with (16 for the classes, 17 for lower-casing in 0.23.3), whatever the ICU at hand knows.

    pip install tokenizers==0.23.3 && ./generate_unicode_tables.py
"""

import pathlib

import tokenizers
from tokenizers import Regex, normalizers

LETTERS, NUMBERS, WHITE_SPACE = r"\p{L}", r"\p{N}", r"\s"
CHARACTERS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def ranges_of(pattern):
    remove = normalizers.Replace(Regex(pattern), "")
    ranges = []
    for c in CHARACTERS:
        if remove.normalize_str(chr(c)) != "":
            continue
        if ranges and ranges[-1][1] == c - 1:
            ranges[-1][1] = c
        else:
            ranges.append([c, c])
    return [f"{{0x{first:05X}, 0x{last:05X}}}" for first, last in ranges]


def lower_case_ranges():
    """[first, last, step, lower - upper]; the one character with two lower-case ones is left out."""
    lower = normalizers.Lowercase()
    ranges = []
    for c in CHARACTERS:
        text = lower.normalize_str(chr(c))
        if text == chr(c):
            continue
        if len(text) != 1:
            assert (c, text) == (0x130, "i\u0307"), f"U+{c:04X} needs a rule of its own"
            continue
        delta = ord(text) - c
        if ranges and ranges[-1][3] == delta:
            first, last, step, _ = ranges[-1]
            gap = c - last
            if gap <= 2 and (first == last or gap == step):
                ranges[-1][1:3] = [c, gap]
                continue
        ranges.append([c, c, 1, delta])
    return [f"{{0x{first:05X}, 0x{last:05X}, {step}, {delta}}}" for first, last, step, delta in ranges]


def array(type_name, name, items):
    lines, line = [], " "
    for item in items:
        if len(line) + len(item) + 2 > 100:
            lines.append(line)
            line = " "
        line += f" {item},"
    lines.append(line)
    return f"constexpr {type_name} {name}[] = {{\n" + "\n".join(lines) + "\n};\n"


def main():
    text = f"""// Written by generate_unicode_tables.py from the PyPI package tokenizers {tokenizers.__version__}; don't edit.
#include "models/tokenizers/unicode_tables.h"

namespace asbench::models {{
namespace {{

// clang-format off
{array("CharacterRange", "kLetters", ranges_of(LETTERS))}
{array("CharacterRange", "kNumbers", ranges_of(NUMBERS))}
{array("CharacterRange", "kWhiteSpace", ranges_of(WHITE_SPACE))}
{array("LowerCaseRange", "kLowerCase", lower_case_ranges())}
// clang-format on

}}  // namespace

std::span<const CharacterRange> letter_ranges() {{ return kLetters; }}
std::span<const CharacterRange> number_ranges() {{ return kNumbers; }}
std::span<const CharacterRange> white_space_ranges() {{ return kWhiteSpace; }}
std::span<const LowerCaseRange> lower_case_ranges() {{ return kLowerCase; }}

}}  // namespace asbench::models
"""
    (pathlib.Path(__file__).parent / "unicode_tables.cpp").write_text(text.replace("\n\n\n", "\n\n"))


if __name__ == "__main__":
    main()
