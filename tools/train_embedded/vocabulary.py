"""A small byte-level BPE vocabulary in the form of CLIP's: byte symbols, the same with </w>, merges, start, end."""
import collections
import json
import re

START, END = "<|startoftext|>", "<|endoftext|>"
# CLIP's pre-split for the plain English of the captions: contractions, letters, single digits, other signs.
WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+")


def byte_symbols():
    """The printable character that stands for each byte (the alphabet of GPT-2's byte-level BPE), in CLIP's order."""
    printable = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    symbols = {byte: chr(byte) for byte in printable}
    for byte in range(256):
        if byte not in symbols:
            symbols[byte] = chr(256 + len(symbols) - len(printable))
    order = printable + [byte for byte in range(256) if byte not in printable]
    return [symbols[byte] for byte in order], symbols


def words_of(text):
    return WORDS.findall(" ".join(text.lower().split()))


def train(texts, merge_count):
    """@returns merges, most frequent pair first; equal counts in alphabetical order."""
    _, symbol = byte_symbols()
    counts = collections.Counter(word for text in texts for word in words_of(text))
    pieces = {word: [symbol[b] for b in word.encode()[:-1]] + [symbol[word.encode()[-1]] + "</w>"] for word in counts}
    merges = []
    while len(merges) < merge_count:
        pairs = collections.Counter()
        for word, parts in pieces.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += counts[word]
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for word, parts in pieces.items():
            pieces[word] = merge(parts, best)
    return merges


def merge(parts, pair):
    result = []
    for part in parts:
        if result and (result[-1], part) == pair:
            result[-1] = result[-1] + part
        else:
            result.append(part)
    return result


class Tokenizer:
    def __init__(self, merges, length):
        symbols, self.symbol = byte_symbols()
        self.merges, self.length = merges, length
        vocabulary = symbols + [s + "</w>" for s in symbols] + ["".join(pair) for pair in merges] + [START, END]
        self.ids = {token: i for i, token in enumerate(vocabulary)}
        assert len(self.ids) == len(vocabulary)
        self.cache = {}

    def word(self, word):
        if word not in self.cache:
            parts = [self.symbol[b] for b in word.encode()[:-1]] + [self.symbol[word.encode()[-1]] + "</w>"]
            for pair in self.merges:
                parts = merge(parts, pair)
            self.cache[word] = [self.ids[part] for part in parts]
        return self.cache[word]

    def __call__(self, text):
        """ids, padded with the end token; cut with the end token kept."""
        ids = [i for word in words_of(text) for i in self.word(word)][: self.length - 2]
        ids = [self.ids[START]] + ids + [self.ids[END]]
        return ids + [self.ids[END]] * (self.length - len(ids))

    def save(self, folder):
        (folder / "vocab.json").write_text(json.dumps(self.ids, ensure_ascii=False))
        lines = ["#version: 0.2"] + [f"{a} {b}" for a, b in self.merges]
        (folder / "merges.txt").write_text("\n".join(lines) + "\n")
