"""Texts for the tokeniser: hand-picked ones for generate.py, random Unicode for compare.py."""

import random
import unicodedata

CORPUS = """
a cat sits on the window sill and watches the rain|the girl with the red scarf runs through the dark forest
the boy opens the door and looks into the empty room|a small mouse carries a piece of cheese across the kitchen
the fox and the bear are walking along the river at night|she smiles and holds his hand while the sun goes down
the old man is standing in front of the house with a lantern|close-up of the character's face, looking at the sky
a large white dog is lying on the grass in the garden|they don't know where the path through the snow is leading
the camera follows the children as they're running down the hill|it's raining and the streets of the city are wet
a blue bird lands on the branch of the tree and starts singing|he wears a green coat and a yellow hat with a feather
wide shot of the castle behind the mountains in the morning light|the mother is cooking dinner while the father is reading
one of the students raises her hand and answers the question|we've never seen anything like this before, says the captain
the robot picks up the broken toy and repairs it with great care|two friends are sitting on the roof eating ice cream
la jeune fille \u00e9coute la mer; le caf\u00e9 est ferm\u00e9|der Junge l\u00e4uft \u00fcber die Br\u00fccke zum Haus|el ni\u00f1o ma\u00f1ana sue\u00f1a
\u732b\u304c\u6b69\u304f\u3002\u732b\u306f\u5bdd\u308b\u3002|\u0441\u043e\u0431\u0430\u043a\u0430 \u0438 \u043a\u043e\u0448\u043a\u0430|\U0001f431\U0001f436 12 24 2024
""".strip("\n").replace("\n", "|").split("|")

PLAIN = """
a cat sits on the mat|A Cat Sits On The Mat|a girl with a red scarf runs through the forest at night
the fox looks at the moon, and the moon looks back.|two boys are holding hands in front of a small house
close-up of her face; she's smiling|wide shot: the kitchen (morning)|"Where are you going?" he asks.
mouse & bear walk home|100% real|$5.99 for 2 items|room no. 42|1,234,567.89|3x3 grid, 16:9, 24fps, 4K
http://example.org/a?b=c&d=%20|user@example.org|#anime @home|C++ and C#|a/b\\c|snake_case_name|CamelCaseName
x=y*z-1|[1] {2} <3>|^~`|...|!!!|?!?!|-|--|---|'|"|*|_|,|;|the quick brown fox jumps over the lazy dog
it's|IT'S|It'S a Dog|don't|DON'T|we're|they've|I'm|I'LL|he'd|HE'D|'s|'S|'t|'re|'ve|'m|'ll|'d|''s|'''ll
rock 'n' roll|'tis|o'clock|y'all'd've|cat's's|'sad|'dog|'lla|'really|!'s|a 's b|s' t'|1's|'1|'rex|'Re:|'vENICE
it\u2019s|don\u2019t|\u2018quoted\u2019|\u201cquoted\u201d|it`s|it\u00b4s|\u02bcs|\uff07s
\u00e9|e\u0301|caf\u00e9|cafe\u0301|na\u00efve|nai\u0308ve|\u00c9COLE|E\u0301COLE|\u00fcber|\u00dcBER|se\u00f1or|fa\u00e7ade|\u0159e\u0159icha|\u0141\u00f3d\u017a
Stra\u00dfe|STRASSE|STRA\u1e9eE|\u00df|\u1e9e|\u00c6r\u00f8sk\u00f8bing|\u0152uvre|\ufb01sh|\ufb03x|\u01c4|\u01c5|\u01c6|\u017fit
\u0130stanbul|I\u0307stanbul|\u0131|I|DI\u0307YARBAKIR|i\u0307|\u0130\u0130|\u0130\u0301|\u0178|\u0149|\u01f0
\u03a3|\u03a3\u0391\u03a3|\u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3|\u03a3\u03a3 \u03a3|\u03c2|a\u03a3|a\u03a3.|\u0391\u0345|\u1fb3|\u1fbc|\u1f88|\u03f4|\u2126|\u212b|\u212a
\u041a\u041e\u0428\u041a\u0410|\u0439|\u0438\u0306|\u0419|\u0418\u0306|\u0451|\u0435\u0308|\u10d0\u10d1|\u1c90\u1c91|\u13a0\uab70|\u0531\u0587
a\u0301\u0323|a\u0323\u0301|\u1ea5|\u00e2\u0301|a\u0302\u0301|o\u0308\u0304|\u022b|q\u0307\u0323|q\u0323\u0307|\u1e69|s\u0323\u0307|s\u0307\u0323
\u0301|\u0301\u0301|a\u0301\u0301|\u0301a| \u0301|1\u0301|!\u0301|a\u0334\u0301|\u0345\u0301|\u0344|\u0340|\u0343|\u0f73|\u0f71\u0f72|\u2adc|\ufb1d|\u0958|\u0915\u093c
a\u0898\u0334|a\u0334\u0898|a\u1ac1\u0301\u0323|e\u07fd\u0334|\u09fe\u0334|\U0001133b\u0334|\U00010eac\u0301|x\U0001e4ec\u0334
\uac00|\u1100\u1161|\u1100\u1161\u11a8|\uac01|\uac00\u11a8|\ud55c\uad6d\uc5b4|\u1112\u1161\u11ab\u1100\u116e\u11a8|\u1100\u1100\u1161|\u1161\u11a8|\ua960\ud7b0|\u3131\u314f
\u4e2d\u6587|\u65e5\u672c\u8a9e|\u30a2\u30cb\u30e1|\uff71\uff86\uff92|\u3042\u3044\u3046 \u732b|\u304b\u3099|\u304c|\u30cf\u309a|\u30d1|\u3099|\u732b\u304c\u8d70\u308b\u3002|\u300c\u306f\u3044\u300d|\uf900|\U0002f800|\u3005\u30fc
\u0e41\u0e21\u0e27|\u0e01\u0e33|\u0e4d\u0e32|\u0e9c\u0eb9\u0ec9|\u092c\u093f\u0932\u094d\u0932\u0940|\u09ac\u09bf\u09a1\u09bc\u09be\u09b2|\u0bc7\u0bbe|\u0bca|\u0dd9\u0dcf\u0dca|\u0ddd|\u1025\u102e|\u1026
\u0642\u0637\u0629|\u0627\u0653|\u0622|\u0644\u0651\u064e|\u0644\u064e\u0651|\u05e9\u05c1\u05bc|\u05d7\u05ea\u05d5\u05dc|\ufb2c|\ufef7|\u200f\u0627\u200e
1|12|123|007|3.14|\u0661\u0662\u0663|\u0967\u0968\u0969|\uff11\uff12|\u4e09\u56db|\u2167|\u2177|\u2164I|\u3007|\u2180|\u00b2|x\u00b2|m\u00b3|\u00b9\u2070|\u2082|\u00bd|1\u00bd|\u2460|\u2474|\u249c|\u24b6|\u24d0|\u24ea
\U0001d7ce\U0001d7d9|\U00010107|\U0001f100|\u0bf0|\u19da|\ua8d0|\U00010d40|\U000116d0|\u16ee|\u303a|\u3192|1st 2nd 3rd|a1b2c3|v2.0
\U0001f600|\U0001f600\U0001f601|\U0001f468\u200d\U0001f469\u200d\U0001f467|\U0001f44d\U0001f3fd|\u2764\ufe0f|\u2764|1\ufe0f\u20e3|\U0001f1e9\U0001f1ea|cat\U0001f431cat|\U0001f431 \U0001f431|\u00a9\u00ae\u2122|\u2605|\u2192|\u221e|\u2211|\u266a
\U0001d400|\U0001d538bc|\U00010400|\U00010428|\U000104b0|\U00016e40|\U0001e900|\U0001e922\U0001e944|\U00010c80|\U000118a0|\U00010d50|\U00010d70|\ua7cb|\ua7ce|\ua7dc|\U00016ea0|\u1c89|\U00020000|\U0002a6d6|\U0003134a|\U000323b0
\ue000|\uf8ff|\U000f0000|\U0010fffd|\ufdd0|\uffff|\U0010ffff|\ufffd|\ufffe|\u0378|\U000e0041|\U000e01ef|\ufeff|\ufeffcat|a\u00adb|a\u034fb|\u2060
 a|a |  a  |a  b|a\tb|a\\nb|\t|\u00a0|a\u00a0b|\u3000|a\u3000b|a\u200bb|\u200b|a\u2009b|a\u2028b|a\u2029b|a\u0085b|a\u1680b|a\u202fb|a\u205fb|a\u180eb|a\u001cb|a\u001fb|a \u00a0\t\u3000 b
a\x00b|\x00|\x01\x02|\x7f|a\x08b|a\x1bb|\x0ba|a\x0cb|\u0080|a\u009fb|\u2003'\u2003s|' s|a\u00a0's
""".strip("\n").replace("\n", "|").split("|")


def with_special_tokens():
    """Apart from the others because `|` separates those."""
    s, e = "<|startoftext|>", "<|endoftext|>"
    return [
        s, e, e + s, f"a{e}b", f"a {e} b", "<|ENDOFTEXT|>", "<|StartOfText|> cat", "<|endoftext|" + e, f"<{e}>",
        e + "'s", f"!{s}!", "<|endoftext |>", "< |endoftext|>", e + "\u0301", f"\u0301{e}\u0301", "<|\u212aend|>",
        "<|>", "<|startoftext", "|>", "<|", f"the cat{e}\u3000{e}the dog", "<|start\u200doftext|>", "!<|ENDOFTEXT|>!",
        f"{e}7{e}", f"{s}{s}{e}{e}", "<|\u017ftartoftext|>", "<|endoftext|>\u0130", f"a{e}\u0301b", f"e{e}\u0301",
        f"  {e}  ", f"\n{e}\r\n", f"{s} a cat {e}", "<|pad|>", "<|PAD|> <|pad|>", "hello! !", "!", "a!b!", "<Sks> <sks> <SKS>",
        "Zq\u0301 W zq\u0301\u3000w ZQ\u0301\tW z\u0071\u0301 w", "cat Cat CAT cats", "a|b||c", "</w>", "a</w>", "</w></w>", "endoftext", "startoftext",
    ]


def long_texts():
    sentence = "a small grey mouse carries a very large piece of cheese across the wooden kitchen floor, "
    texts = [sentence * n for n in (1, 2, 3, 4, 8, 40)]
    for n in (73, 74, 75, 76, 77, 78, 200):  # one id each: the limit is 75 between the two end tokens
        texts.append(" ".join("7" * n))
        texts.append("7" * n)
    texts += ["x" * n for n in (48, 49, 50, 200, 1000)]
    texts += ["ab" * 100, "the" * 60, "!" * 300, "\u732b" * 60, "\U0001f431" * 40, "\u0301" * 100, "e\u0301" * 90]
    texts += ["<|endoftext|>" * 80, ("7 " * 75) + "<|endoftext|>", ("7 " * 74) + "<|endoftext|> 7", " " * 500, "\u3000\n" * 90 + "a"]
    texts += ["a\u0345\u0334" * 30, "a" + "\u0345" * 40 + "\u0334" * 40, "\r\n".join(["line one", "line two", "", "end\r\n"])]
    return texts


def hand_picked():
    texts = [""] + PLAIN + with_special_tokens() + long_texts()
    return list(dict.fromkeys(text.replace("\\n", "\n") for text in texts))


def random_texts(count, seed):
    """Texts of 1 to 34 pieces: words, any character, marks, spaces, decompositions, special tokens."""
    r = random.Random(seed)
    characters = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    kind = {c: unicodedata.category(chr(c)) for c in characters}
    marks = [c for c in characters if unicodedata.combining(chr(c))]
    decomposed = [c for c in characters if unicodedata.decomposition(chr(c))[:1] not in ("", "<")]
    numbers = [c for c in characters if kind[c][0] == "N"]
    upper = [c for c in characters if chr(c).lower() != chr(c)]
    spaces = [c for c in characters if chr(c).isspace()] + [0x200B, 0x180E, 0xFEFF, 0x2060]
    hangul = [*range(0x1100, 0x1200), *range(0xAC00, 0xAC40), *range(0xA960, 0xA97D), *range(0xD7B0, 0xD7FC)]
    emoji = [0x1F468, 0x200D, 0x1F469, 0x1F467, 0xFE0F, 0x2764, 0x1F3FB, 0x1F3FF, 0x1F1E9, 0x1F1EA, 0x20E3]
    fragments = hand_picked()[:300] + with_special_tokens() * 3

    def piece():
        k = r.random()
        if k < 0.25:
            return r.choice(PLAIN) + r.choice([" ", "", " ", ","])
        if k < 0.35:
            return chr(r.choice(characters))
        if k < 0.45:
            return chr(r.choice(marks)) * r.choice([1, 1, 1, 2, 3])
        for limit, pool in ((0.53, spaces), (0.60, decomposed), (0.67, numbers), (0.74, upper), (0.79, hangul), (0.83, emoji)):
            if k < limit:
                return chr(r.choice(pool))
        if k < 0.86:
            return unicodedata.normalize("NFD", chr(r.choice(decomposed)))
        if k < 0.94:
            return r.choice(fragments)[:60]
        if k < 0.97:
            return chr(r.randrange(0x250))
        return "".join(chr(r.randrange(0x3000, 0x9FFF)) for _ in range(r.randrange(1, 5)))

    return ["".join(piece() for _ in range(r.choice([1, 2, 3, 5, 8, 13, 21, 34]))) for _ in range(count)]
