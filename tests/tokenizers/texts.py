# SPDX-License-Identifier: Apache-2.0
"""CORPUS, which the tokenizers of this folder are trained on, and TEXTS, which are hard on tokenizers."""

CORPUS = [
    "The quick brown fox jumps over the lazy dog, and the dog does not mind at all.",
    "It's the model's configuration that we've measured; they'll say it wasn't and I'd say it was.",
    "In 2024 we ran 1024 trials of 16 configurations: 3.14 joules each, 99.9 % of them ok.",
    "for (int i = 0; i < 10; ++i) { sum += values[i] * weights[i]; }",
    "def measure(model, threads=4):\n    return [run(model) for _ in range(threads)]\n\n",
    "#include <vector>\nint main() {\n\treturn 0;\n}\n",
    "Die Größe der Straße überrascht Jürgen, während Zoë süße Äpfel ißt.",
    "Le café où l'élève a été reçu n'était pas très éloigné de l'hôtel.",
    "El niño soñó con una montaña pequeña y un pingüino.",
    "The the then them there these they; token tokens tokenizer tokenization tokenized.",
    "energy time memory energy per inference, time per token, tokens per second",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z A B C D E F G H I J K L M N O P Q R S T U V W X Y Z",
    "Быстрая коричневая лиса прыгает через ленивую собаку.",
    "Η γρήγορη αλεπού πηδά πάνω από το σκυλί.",
    "敏捷的棕色狐狸跳过了懒狗。速い茶色の狐がのろまな犬を飛び越える。",
    "빠른 갈색 여우가 게으른 개를 뛰어넘는다.",
    "الثعلب البني السريع يقفز فوق الكلب الكسول",
    "तेज़ भूरी लोमड़ी आलसी कुत्ते पर कूदती है।",
    "😀 👍🏽 🇩🇪 👩‍👩‍👧 ❤️ emoji and text 🎉🎉🎉",
    "https://example.org/a/b?c=d&e=f#g user@example.org C:\\Users\\me",
]

_WHITE = ["a  b", "a   b    c", " ", "  ", "   x", "x   ", "\n", "\n\n\n\n\n", "\r\n\r\n", " \n \n ", "\t\tx\t", "\u00a0x\u00a0\u00a0y", "\u3000x\u2003y\u2028z\u2029", "x\n   y\n\n\tz  \n"]

_SPECIAL = [
    "<|endoftext|>", "a<|endoftext|>b", "a <|endoftext|> b", "<|endoftext", "|endoftext|>", "<|endoftext|><|endoftext|>",
    "<s>x</s>", "<s> x </s>", "[CLS] a [MASK] b [SEP]", "[MASK", "<unk>", "<0x41><0x0A>", "<0xFF>", "<bos>a<eos>", "<pad>",
    "a <left> b  <left>c", "a<right>  b <right> c", "word words wordy word.", "a <extra> b<extra>c", "<fim_prefix>x<fim_suffix>y<fim_middle>",
    "<|begin_of_text|><|eot_id|> <|begin_of_text |>", "▁x▁ ▁▁y", "##x ## y##",
]  # fmt: skip

_UNICODE = [
    "e\u0301 \u00e9 E\u0301\u0302\u0323", "a" + "\u0300" * 30, "\u0301", "ﬁ ﬂ ½ ² ⅷ Ａ ｶﾞ", "İ ı ß ẞ ǅ", "שלום עולם", "\u202eabc\u202c \u200f\u200e",
    "مرحبا ١٢٣", "\u200b\u200c\u200d\ufeff", "क्षि ज्ञ", "กำลังทดสอบ", "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪🇩", "\U0001f600" * 20, "\ufffd", "a\ufffdb\ufffd\ufffd", "\uffff\ufffe",
    "\U0010ffff\U00010000", "\u0080\u07ff\u0800\ud7ff\ue000", "\x00", "a\x00b\x00\x00", "\x01\x02\x1f\x7f\x80\x9f", "\u0378\U000e0001\U0001fbff", "𝒳𝔄𝕏 ① ㊙",
]  # fmt: skip

_PROSE = [
    "", "a", "Hello, world!", "It's we'LL I'D they'Ve 'tis 's 'S", "don’t “quote” – dash…", "1234567890 1,234.56 12a34 ٣٤ Ⅷ", "3.14159265358979",
    "if (a<b && c>d) { return \"x\\n\"; } // ok", "def f(x):\n\treturn {'a': [1, 2.5e-10]}\n", "CamelCase snake_case kebab-case SCREAMING", "!!!???...,,,;;;",
    "....", "()[]{}<>", "a.b,c!d?e…f。g，h、i।j۔k،l", "Größe ÄÖÜ äöü", "naïve café résumé", "日本語のテスト文。中文测试,한국어", "Привет, как дела?",
    "the " * 12, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "x" * 101, "=" * 80, " " * 200, " " * 33 + "x", "\n" * 50 + "y", "0" * 64, "é" * 60,
    "The quick brown fox 😀\n" * 60, "tokenization" * 80, "the quick brown fox  jumps over 12 lazy dogs; " * 100,
]  # fmt: skip

TEXTS = [*_PROSE, *_WHITE, *_SPECIAL, *_UNICODE]
