#!/usr/bin/env python3
"""Writes clip_tokenizer.json: the ids that transformers' CLIPTokenizerFast gives for the texts of
texts.py with the vocabulary beside this script. `--train` first makes that vocabulary anew, with the
trainer of the `tokenizers` package, which breaks ties at random. Versions: ../requirements.txt."""

import hashlib
import json
import pathlib
import shutil
import sys
import tempfile

import tokenizers
import transformers
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizerFast

import texts

HERE = pathlib.Path(__file__).parent
START, END = "<|startoftext|>", "<|endoftext|>"
MERGES = 320
CONTEXT = 77


def train_merges():
    """The package's trainer on our own texts."""
    empty = CLIPTokenizerFast()
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.normalizer = empty.backend_tokenizer.normalizer
    tokenizer.pre_tokenizer = empty.backend_tokenizer.pre_tokenizer
    corpus = texts.CORPUS * 3 + [text for text in texts.PLAIN if "endoftext" not in text]
    tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=2000, end_of_word_suffix="</w>", show_progress=False, min_frequency=2,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    merges = [tuple(merge) for merge in json.loads(tokenizer.to_str())["model"]["merges"]]
    return merges[:MERGES]


def clip_vocabulary(merges):
    """256 bytes, 256 bytes that end a word, merged pairs, the two special tokens: OpenAI's order."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    symbols = [chr(byte) for byte in printable] + [chr(256 + n) for n in range(256 - len(printable))]
    tokens = symbols + [symbol + "</w>" for symbol in symbols] + [a + b for a, b in merges] + [START, END]
    assert len(set(tokens)) == len(tokens)
    return {token: index for index, token in enumerate(tokens)}


def write_vocabulary(merges):
    vocabulary = clip_vocabulary(merges)
    (HERE / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":")) + "\n")
    (HERE / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))


def load(folder):
    return CLIPTokenizerFast.from_pretrained(str(folder))


def encode(tokenizer, some_texts, context=CONTEXT):
    ids = tokenizer(some_texts, truncation=True, max_length=context)["input_ids"]
    lengths = [len(full) for full in tokenizer(some_texts)["input_ids"]]
    return [{"text": text, "ids": row, "truncated": length > context}
            for text, row, length in zip(some_texts, ids, lengths)]


def token(content, normalized, **more):
    return {"content": content, "lstrip": False, "normalized": normalized, "rstrip": False, "single_word": False, **more}


def configurations(size):
    """The files that stand beside the vocabulary on the hub, old and new forms."""
    typed = {"__type": "AddedToken"}
    special = {"special": True}
    old_map = {"bos_token": token(START, True), "eos_token": token(END, True), "unk_token": token(END, True), "pad_token": END}
    yield "special tokens in both files, as OpenAI published them", {
        "tokenizer_config.json": {"unk_token": token(END, True, **typed), "bos_token": token(START, True, **typed),
                                  "eos_token": token(END, True, **typed), "pad_token": END, "model_max_length": 77,
                                  "do_lower_case": True, "errors": "replace", "add_prefix_space": False},
        "special_tokens_map.json": old_map}
    yield "only a special tokens map", {"special_tokens_map.json": old_map}
    yield "padding with an exclamation mark", {"special_tokens_map.json": {**old_map, "pad_token": "!"}}
    yield "no padding token", {"special_tokens_map.json": {"pad_token": None}}
    yield "plain end text, described unknown token", {
        "special_tokens_map.json": {"bos_token": token(START, True), "eos_token": END, "unk_token": token(END, True)}}
    yield "equal descriptions count where they come first", {
        "special_tokens_map.json": {"eos_token": token(END, True), "unk_token": token(END, False), "cls_token": token(END, True), "pad_token": "!"}}
    yield "a missing flag", {"special_tokens_map.json": {"eos_token": {"content": END}, "pad_token": "!"}}
    yield "tokens listed by id", {
        "tokenizer_config.json": {"added_tokens_decoder": {str(size - 2): token(START, True, **special), str(size - 1): token(END, True, **special)},
                                  "bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END},
        "special_tokens_map.json": {"eos_token": token(END, False)}}
    yield "raw tokens listed by id", {
        "tokenizer_config.json": {"added_tokens_decoder": {"0": token("!", False, **special), str(size - 2): token(START, False, **special), str(size - 1): token(END, False, **special)},
                                  "bos_token": START, "eos_token": END, "unk_token": END, "pad_token": "!"}}
    yield "new tokens", {
        "tokenizer_config.json": {"added_tokens_decoder": {str(size - 1): token(END, True, **special), str(size): token("<Sks>", True, special=False), str(size + 1): token("Zq\u0301 W", True, special=False)},
                                  "eos_token": END}}
    yield "an added_tokens.json", {"added_tokens.json": {END: size - 1, "<|pad|>": size}}
    yield "extra special tokens", {"tokenizer_config.json": {"image_token": "a", "eos_token": token(END, True, **typed), "extra_special_tokens": ["th", END]}}
    yield "special tokens are text", {"tokenizer_config.json": {"eos_token": token(END, True, **typed), "split_special_tokens": True}}


def configuration_cases(size):
    some = texts.with_special_tokens()
    for name, files in configurations(size):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            for vocabulary_file in ("vocab.json", "merges.txt"):
                shutil.copy(HERE / vocabulary_file, folder)
            for file, content in files.items():
                (folder / file).write_text(json.dumps(content))
            tokenizer = load(folder)
            pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
            yield {"name": name, "files": files, "pad_id": pad, "cases": encode(tokenizer, some)}


def saved_case():
    """What save_pretrained writes today: no vocab.json, everything in tokenizer.json."""
    with tempfile.TemporaryDirectory() as folder:
        load(HERE).save_pretrained(folder)
        files = {path.name: json.loads(path.read_text()) for path in pathlib.Path(folder).iterdir()}
        assert sorted(files) == ["tokenizer.json", "tokenizer_config.json"], files.keys()
        return {"files": files, "cases": encode(load(folder), texts.hand_picked()[::7])}


def unknown_case(vocabulary, merges):
    """A vocabulary that lacks byte symbols: the unknown token stands for each."""
    merged = {token for merge in merges for token in merge}
    missing = [symbol for symbol in ("q", "q</w>", "z</w>", "~", "~</w>", "^</w>", "\u0142", "\u0142</w>", "\u00bf</w>", "!</w>", "\u00f0") if symbol not in merged]
    assert len(missing) >= 5, missing
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        shutil.copy(HERE / "merges.txt", folder)
        kept = {text: index for text, index in vocabulary.items() if text not in missing}
        (folder / "vocab.json").write_text(json.dumps(kept))
        return {"missing": missing, "cases": encode(load(folder), ["q", "qq", "quiz", "QUIZ!", "~", "~~^", "a!", "q!q", "qa aq", "z\u00e9q", "\u00a0", "\u00ffz", "\U0001f431", "!!", "x q x"])}


def class_digests():
    """SHA-256 over the UTF-8 of all letters, numbers and spaces, and of every lower-case form."""
    characters = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]

    def sha256(items):
        return hashlib.sha256("".join(items).encode()).hexdigest()

    digests = {}
    for name, pattern in (("letters", r"\p{L}"), ("numbers", r"\p{N}"), ("white_space", r"\s")):
        remove = normalizers.Replace(Regex(pattern), "")
        digests[name] = sha256(c for c in characters if remove.normalize_str(c) == "")
    lower = normalizers.Lowercase()
    digests["lower_case"] = sha256(lower.normalize_str(c) for c in characters)
    nfc = normalizers.NFC()
    digests["composed"] = sha256(nfc.normalize_str(f"a{c}\u0334\u0301{c}") for c in characters)
    return digests


def main():
    if "--train" in sys.argv:
        write_vocabulary(train_merges())
    vocabulary = json.loads((HERE / "vocab.json").read_text())
    merges = [tuple(line.split(" ")) for line in (HERE / "merges.txt").read_text().splitlines()[1:]]
    tokenizer = load(HERE)
    short = ["", "a", "a cat", "7 7 7 7", END, "it's a dog"]
    script = b"".join((HERE / name).read_bytes() for name in ("generate.py", "texts.py"))
    document = {
        "generator_sha256": hashlib.sha256(script).hexdigest(),
        "versions": {"tokenizers": tokenizers.__version__, "transformers": transformers.__version__},
        "special": {"bos_id": tokenizer.bos_token_id, "eos_id": tokenizer.eos_token_id, "pad_id": tokenizer.pad_token_id},
        "classes": class_digests(),
        "cases": encode(tokenizer, texts.hand_picked()),
        "short_contexts": [{"context": context, "cases": encode(tokenizer, short, context)} for context in (2, 3, 4, 6)],
        "configurations": list(configuration_cases(len(vocabulary))),
        "saved": saved_case(),
        "unknown": unknown_case(vocabulary, merges),
    }
    (HERE / "clip_tokenizer.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(f"{len(vocabulary)} tokens, {len(merges)} merges, {len(document['cases'])} texts")


if __name__ == "__main__":
    main()
