#!/usr/bin/env python3
"""Writes qwen2_tokenizer.json: the ids that transformers' Qwen2Tokenizer gives for the texts of
../clip_tokenizer/texts.py and some of its own, with the vocabulary beside this script. `--train` first
makes that vocabulary anew, with the trainer of the `tokenizers` package, which breaks ties at random.
Versions: ../requirements.txt."""

import hashlib
import json
import pathlib
import shutil
import sys
import tempfile

import tokenizers
import transformers
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import Qwen2Tokenizer
from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "clip_tokenizer"))
import texts  # noqa: E402

END, START_TURN, END_TURN = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
MERGES = 200


def own_texts():
    """What this tokeniser treats in its own way: white space, line ends, contractions, single numbers."""
    spaces = ["a  b", "a   b", " a", "  a", "a ", "a  ", "   ", " \n", "\n", "\n\n", "\n a", " \n a", "a\n\nb", "a \n \n b",
              "\r\n", "a\r\nb", "\r\n\r\n  x", "a\n", "\ta", "\t\ta", "a\t5", " 5", "  5", "5 5", "\u3000\u3000a", "\u00a0a",
              "a\u00a0\u00a0b", "\u2028\n\u2028a", "\x0b\x0ca", "\x85a", " !", "  !", "!\n", "! \n", "!!\r\n\r\nx", " !\n\n", "?!\n  ok",
              "end.\n\nStart", "x  \n  y", "\n\t\n", "\u200b a", "\ufeff a", "a \u00a0", "\n5", "\n!", " \t !", "\r", "\r\r", "\n\r\n\r"]
    endings = [f"{before}'{ending}{after}" for before in ("it", "", "I ", "5", "!") for ending in
               ("s", "T", "re", "Ve", "m", "LL", "d", "\u017f", "S\u0301", "l", "r", "v", "lL", "rE")
               for after in ("", "x")]
    numbers = ["2024", "12 34", "3.14", "1,000", "x1y2", "\u0661\u0662", "\u00bd\u00bd", "\u2167\u2168", "\u4e09\u56db", "1st", "a\u00b2b"]
    marks = ["e\u0301", "\u0301", " \u0301", "a\u0301\u0323", "\u1100\u1161\u11a8", "\u0915\u093c", "n\u0303o", "!\u0301a", "\u00e9"]
    special = [END, f"a{END}b", f" {END} ", f"\n{END}\n", f"{START_TURN}user\nhello{END_TURN}\n{START_TURN}assistant\n",
               f"{START_TURN}{START_TURN}", "<|im_start", "|>", "<|IM_START|>", f"e{END}\u0301", f"5{END}5",
               "<image>", "<image>\na cat", "a<image>", "<Image>", "caf\u00e9<tag>", "cafe\u0301-tag x", "caf\u00e9-tag x", "CAF\u00c9-tag"]
    mixed = ["snake_case_name()", "def f(x):\n    return x\n", "{\"a\": [1, 2]}", "https://example.org/a?b=c", "\u3053\u3093\u306b\u3061\u306f\u3001\u4e16\u754c\u3002\n",
             "\U0001f600\U0001f600 ok", "\U0001f468\u200d\U0001f469\u200d\U0001f467!", "a-b_c d", "don't-can't", "...\n\n...", "((a))", "$5.00!", "50%\n"]
    return spaces + endings + numbers + marks + special + mixed


def all_texts():
    picked = [text for text in texts.hand_picked() if len(text) <= 120] + own_texts()
    return list(dict.fromkeys(picked))


def train():
    """The package's trainer on our own texts, with the words of the published pattern."""
    backend = Qwen2Tokenizer(vocab={END: 0}, merges=[]).backend_tokenizer
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer, tokenizer.pre_tokenizer = backend.normalizer, backend.pre_tokenizer
    corpus = texts.CORPUS * 3 + own_texts()
    tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=256 + MERGES, show_progress=False, min_frequency=2,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    model = json.loads(tokenizer.to_str())["model"]
    vocabulary = dict(sorted(model["vocab"].items(), key=lambda item: item[1]))
    (HERE / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":")) + "\n")
    (HERE / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in model["merges"]))


def token(content, **more):
    return {"content": content, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True, **more}


def configurations(size):
    """The files that stand beside the vocabulary."""
    listed = {str(size + i): token(content) for i, content in enumerate((END, START_TURN, END_TURN))}
    yield "vocabulary and merges alone", {}
    yield "tokens listed by id, as published", {
        "tokenizer_config.json": {"added_tokens_decoder": listed, "additional_special_tokens": [START_TURN, END_TURN],
                                  "add_prefix_space": False, "bos_token": None, "eos_token": END_TURN, "errors": "replace",
                                  "model_max_length": 32768, "pad_token": END, "split_special_tokens": False, "unk_token": None,
                                  "tokenizer_class": "Qwen2Tokenizer"}}
    yield "an added_tokens.json", {
        "added_tokens.json": {END: size, START_TURN: size + 1, END_TURN: size + 2, "<image>": size + 3},
        "tokenizer_config.json": {"eos_token": END_TURN, "pad_token": END}}
    yield "tokens looked for in the normalised text", {
        "tokenizer_config.json": {"added_tokens_decoder": {**listed, str(size + 3): token("cafe\u0301-tag", normalized=True, special=False)},
                                  "eos_token": END, "pad_token": END, "unk_token": None}}


def encode(tokenizer, some):
    return [{"text": text, "ids": ids} for text, ids in zip(some, tokenizer(some)["input_ids"])]


def in_folder(files):
    """A tokenizer from the vocabulary beside this script and these files."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for file in ("vocab.json", "merges.txt"):
            shutil.copy(HERE / file, folder)
        for file, content in files.items():
            (folder / file).write_text(json.dumps(content))
        return Qwen2Tokenizer.from_pretrained(name)


def saved_case(files, some):
    """What save_pretrained writes today: no vocab.json, everything in tokenizer.json."""
    with tempfile.TemporaryDirectory() as name:
        in_folder(files).save_pretrained(name)
        written = {path.name: json.loads(path.read_text()) for path in pathlib.Path(name).iterdir() if path.suffix == ".json"}
        return {"files": written, "cases": encode(Qwen2Tokenizer.from_pretrained(name), some)}


def words(some):
    """The pieces that byte-pair encoding is done on, which ids alone do not always tell."""
    nfc, split = normalizers.NFC(), pre_tokenizers.Split(Regex(PRETOKENIZE_REGEX), behavior="isolated")
    normalised = list(dict.fromkeys(nfc.normalize_str(text) for text in some))
    return [{"text": text, "words": [piece for piece, _ in split.pre_tokenize_str(text)]} for text in normalised]


def main():
    if "--train" in sys.argv:
        train()
    size = len(json.loads((HERE / "vocab.json").read_text()))
    everything = all_texts()
    special = [text for text in everything if "<" in text or "tag" in text] + everything[::12]
    special = list(dict.fromkeys(special))
    cases = []
    for number, (name, files) in enumerate(configurations(size)):
        tokenizer = in_folder(files)
        cases.append({"name": name, "files": files, "cases": encode(tokenizer, everything if number == 1 else special)})
    script = (HERE / "generate.py").read_bytes() + (HERE.parent / "clip_tokenizer" / "texts.py").read_bytes()
    document = {
        "generator_sha256": hashlib.sha256(script).hexdigest(),
        "versions": {"tokenizers": tokenizers.__version__, "transformers": transformers.__version__},
        "words": words(own_texts()),
        "configurations": cases,
        "saved": saved_case(list(configurations(size))[1][1], special),
    }
    (HERE / "qwen2_tokenizer.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(f"{size} tokens; {[len(case['cases']) for case in cases]} texts")


if __name__ == "__main__":
    main()
