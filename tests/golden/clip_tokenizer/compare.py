#!/usr/bin/env python3
"""Compares `asbench component tokenizer` with CLIPTokenizerFast on random texts: with the small
vocabulary beside this script and with OpenAI's 49,408 tokens (from the open_clip_torch package).

    ./compare.py path/to/asbench [--texts 20000] [--seed 1]
"""

import argparse
import gzip
import json
import pathlib
import subprocess
import tempfile

from transformers import CLIPTokenizerFast

import generate
import texts

OPENAI_MERGES = 49152 - 256 - 2


def write_openai_vocabulary(folder):
    import open_clip

    packed = pathlib.Path(open_clip.__file__).parent / "bpe_simple_vocab_16e6.txt.gz"
    lines = gzip.decompress(packed.read_bytes()).decode().split("\n")[1:OPENAI_MERGES + 1]
    vocabulary = generate.clip_vocabulary([tuple(line.split(" ")) for line in lines])
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(lines) + "\n")


def compare(name, model, some_texts, program, folder):
    (folder / "texts.json").write_text(json.dumps(some_texts))
    subprocess.run([program, "component", "tokenizer", "--model", model, "--in", folder / "texts.json",
                    "--out", folder / "ids.json"], check=True)
    ours = json.loads((folder / "ids.json").read_text())
    tokenizer = CLIPTokenizerFast.from_pretrained(str(model))
    theirs = tokenizer(some_texts, truncation=True, max_length=77, padding="max_length")["input_ids"]
    lengths = [len(ids) for ids in tokenizer(some_texts)["input_ids"]]
    different = [i for i in range(len(some_texts)) if ours["ids"][i] != theirs[i]]
    flags = [i for i in range(len(some_texts)) if ours["truncated"][i] != (lengths[i] > 77)]
    print(f"{name}: {len(some_texts)} texts, {sum(ours['truncated'])} truncated; "
          f"{len(different)} differ in ids, {len(flags)} in the truncation flag")
    for i in different[:5]:
        print("  ", ascii(some_texts[i]), ours["ids"][i], theirs[i])
    return not different and not flags


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("program")
    parser.add_argument("--texts", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    some_texts = texts.random_texts(arguments.texts, arguments.seed)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        (scratch / "openai").mkdir()
        write_openai_vocabulary(scratch / "openai")
        same = [compare(name, model, some_texts, arguments.program, scratch)
                for name, model in (("small vocabulary", generate.HERE), ("OpenAI's vocabulary", scratch / "openai"))]
    raise SystemExit(0 if all(same) else 1)


if __name__ == "__main__":
    main()
