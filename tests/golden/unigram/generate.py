"""T5's tokenizer by transformers and by SentencePiece: python tests/golden/unigram/generate.py (versions in
../requirements.txt). Trains spiece.model and writes unigram.json beside itself."""
import hashlib
import io
import json
import pathlib
import random
import re
import tempfile

import sentencepiece
from transformers import T5Tokenizer

HERE = pathlib.Path(__file__).resolve().parent
WORDS = """the a girl boy knight dragon robot cat fox runs walks jumps flies looks smiles holds opens through over under
into behind beside garden castle forest city street station rooftop river mountain snow rain night morning sunset light shadow
sword letter lantern umbrella train bicycle slowly quickly suddenly quietly red blue golden silver bright dark old young tall small
and then while because with without her his their camera pans zooms closer wide shot close-up background character anime""".split()
OTHERS = ["Straße", "naïve", "café", "Ünïcode", "façade", "東京", "の", "夜", "少女", "が", "走る", "カフェ", "город", "ночь", "λόγος", "한국", "🎬",
          "☕", "🌸", "2024", "12", "3.5", "100%", "(one)", "“quoted”", "it's", "don't", "well-known", "A", "B", "Tokyo", "Mira"]
SPECIAL = ("<pad>", "</s>", "<unk>")
EXTRA_IDS = 100

TEXTS = [
    "", " ", "   ", "a", " a", "a ", "  a  b  ", "The girl walks through the garden.", "the girl\twalks", "the girl\nwalks",
    "the girl\r\nwalks\r\n", "\r\n", "\n\n\n", "the\u00a0girl", "the\u3000girl", "the\u200bgirl", "the\u2009girl", "the\ufeffgirl", "the\u00adgirl",
    "THE GIRL", "tHe gIrL", "thegirlwalks", "girlgirlgirl", "a" * 100, "girl " * 60, "zzzzzz", "qxqxqx", "0", "7", "12", "2024", "1234567890",
    "3.14159", "1,000,000", "100%", "$5", "€5", "#1", "50/50", "1st 2nd 3rd", "٣٤٥", "१२३", "½ cup", "x² + y³", "①②③", "Ⅳ", "ⅷ", "№ 5",
    "café", "cafe\u0301", "naïve", "nai\u0308ve", "Straße", "STRASSE", "ﬁne ﬂow", "Æon œuvre", "Ünïcode", "ñandú", "Đặng Thị", "Ελληνικά λόγος",
    "город ночь", "Ёлка", "עברית", "العربية", "हिन्दी", "ไทย", "東京の夜", "少女が走る。", "カフェ", "かふぇ", "ＡＢＣ１２３", "「引用」", "한국 도시", "中文，标点！",
    "🎬", "☕🌸", "🎬🎬🎬", "👩‍👩‍👧", "👍🏽", "🇯🇵", "❤️", "☕️ break", "1️⃣", "a🎬b", "🎬 a", "\U0001f9ff", "\U0001d54f", "\U00020000",
    "…", "wait...", "wait…", "—", "–", "it's", "it’s", "“quoted”", "\"quoted\"", "'single'", "don't", "rock'n'roll", "well-known", "e-mail: a@b.c",
    "http://example.org/a?b=c&d=1", "C++20", "a_b_c", "a/b\\c", "{json: [1, 2]}", "<tag>", "a<b", "&amp;", "~!@#$%^&*()_+", "?!?!", "。", "、",
    "™ ® ©", "½", "ﷺ", "㌀", "\u2581", "\u2581girl", "a\u2581b", "\u0301", "a\u0301\u0302", "\u200d", "\ufffd", "\x00", "a\x00b", "\x07", "\x7f", "…\u200d…", "ﾊﾟﾝ",
    "\u2028", "\u2029", "\u202e", "</s>", "the girl</s>", "the</s> girl", "</s></s>", "<pad>", "a <pad> b", "<unk>", "the<unk>girl", "<extra_id_0>",
    "the <extra_id_0> walks <extra_id_1>", "<extra_id_99>", "<extra_id_100>", "<extra_id_5", "< /s>", "</S>", " </s> ", "girl<extra_id_12>girl",
    "Camera pans: the knight opens the letter, then looks behind.", "a wide shot of the castle at sunset; snow, rain & light",
    "Shot 1:\r\nThe robot holds an umbrella.\r\nShot 2:\r\nIt walks.", "  leading and trailing  ", "tab\tseparated\tvalues", "mixed \t \n \r\n spaces",
]
# Where transformers' own normaliser drops or leaves alone what SentencePiece replaces or keeps: it looks at a letter and its
# marks as a whole, SentencePiece at characters. And U+0085, which only the former takes for white space.
DIFFERING = ["①\u0301", "ｶﾞ", "Ａ\u0301", "\u00a0\u0301a", "½\u0308 cup", "\x85", "a\x85b"]


def corpus():
    rs = random.Random(5)
    for _ in range(1500):
        words = [rs.choice(WORDS) for _ in range(rs.randrange(4, 14))]
        for _ in range(rs.randrange(3)):
            words.insert(rs.randrange(len(words)), rs.choice(OTHERS))
        yield " ".join(words).capitalize() + rs.choice([".", "!", "?", ""])


def random_texts(count):
    rs = random.Random(6)
    letters = "abcdeghilnorst ABT  12.,'-éß東カ🎬"
    for _ in range(count):
        words = [rs.choice(WORDS + OTHERS) if rs.random() < 0.6 else "".join(rs.choice(letters) for _ in range(rs.randrange(1, 9)))
                 for _ in range(rs.randrange(1, 12))]
        yield rs.choice([" ", " ", "  ", "\n"]).join(words)


def by_sentencepiece(pieces, text):
    ids = []
    for part in re.split(r"(</s>|<pad>|<unk>|<extra_id_\d{1,2}>)", text):
        if part in SPECIAL:
            ids.append(SPECIAL.index(part))
        elif re.fullmatch(r"<extra_id_\d{1,2}>", part):
            ids.append(pieces.get_piece_size() + EXTRA_IDS - 1 - int(part[10:-1]))
        else:
            ids += pieces.encode(part)
    return ids + [1]


def main():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=corpus(), model_writer=model, vocab_size=290, model_type="unigram",
                                             pad_id=0, eos_id=1, unk_id=2, bos_id=-1, character_coverage=1.0, num_threads=1,
                                             normalization_rule_name="nmt_nfkc", minloglevel=2)
    (HERE / "spiece.model").write_bytes(model.getvalue())
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "spiece.model").write_bytes(model.getvalue())
        tokenizer = T5Tokenizer.from_pretrained(folder)
    texts = TEXTS + list(random_texts(60))
    assert len(texts) >= 200 and len(set(texts)) > 195
    cases = []
    for text in texts:
        ids = tokenizer(text).input_ids
        assert ids == by_sentencepiece(pieces, text), (text, tokenizer.convert_ids_to_tokens(ids))
        cases.append({"text": text, "ids": ids})
    differing = []
    for text in DIFFERING:
        ids, ours = tokenizer(text).input_ids, by_sentencepiece(pieces, text)
        assert ids != ours, text
        differing.append({"text": text, "ids": ours, "transformers": ids})
    padded = []
    for text, length in (("the girl walks", 226), ("", 8), ("girl " * 60, 20), ("the girl walks", 1), ("the girl", 3)):
        ids = tokenizer(text, padding="max_length", max_length=length, truncation=True, add_special_tokens=True).input_ids
        padded.append({"text": text, "length": length, "ids": ids})
    facts = {"script_sha256": hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest(), "size": len(tokenizer), "cases": cases,
             "differing": differing, "padded": padded}
    (HERE / "unigram.json").write_text(json.dumps(facts, ensure_ascii=True, indent=None, separators=(",", ":")).replace(
        '{"text"', '\n{"text"') + "\n")
    print(len(cases), "texts,", len(pieces), "pieces")


if __name__ == "__main__":
    main()
