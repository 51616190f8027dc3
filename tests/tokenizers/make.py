# SPDX-License-Identifier: Apache-2.0
"""Makes the tokenizers of this folder and cases.json.gz: what the Python package `tokenizers` says of texts.py for each.

make.py [FOLDER]; needs the package `tokenizers` 0.23, which the tests themselves do not.
"""

import gzip
import json
import pathlib
import random
import sys

import tokenizers
from texts import CORPUS, TEXTS
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
BLOOM = " ?[^(\\s|[.,!?…。，、।۔،])]+"
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
RANDOM_IDS = 12  # sequences that no text gives, for decoding


def byte_level(merges: int = 160, **settings) -> Tokenizer:
    """BPE over bytes; settings are parts of the tokenizer."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    for name, value in settings.items():
        setattr(tokenizer, name, value)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=256 + merges, initial_alphabet=alphabet, show_progress=False))
    return tokenizer


def with_byte_fallback(normalizer, pre_tokenizer, specials: list[str]) -> Tokenizer:
    """BPE over characters, with a token for each byte of a character that it does not know."""
    trained = Tokenizer(models.BPE())
    trained.normalizer = normalizer
    trained.pre_tokenizer = pre_tokenizer
    trained.train_from_iterator(CORPUS[:12], trainers.BpeTrainer(vocab_size=300, show_progress=False))
    state = json.loads(trained.to_str())
    learnt = sorted(state["model"]["vocab"], key=state["model"]["vocab"].get)
    vocab = {token: number for number, token in enumerate(dict.fromkeys([*specials, *BYTES, *learnt]))}
    state["model"] |= {"vocab": vocab, "unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True}
    tokenizer = Tokenizer.from_str(json.dumps(state))
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in specials])
    return tokenizer


def begins_with(tokenizer: Tokenizer, name: str) -> processors.TemplateProcessing:
    return processors.TemplateProcessing(single=f"{name} $A", pair=f"{name} $A {name} $B", special_tokens=[(name, tokenizer.token_to_id(name))])


def gpt2() -> Tokenizer:
    tokenizer = byte_level()
    tokenizer.add_special_tokens([AddedToken("<|endoftext|>", normalized=True, special=True)])
    tokenizer.add_tokens([AddedToken("<left>", lstrip=True), AddedToken("<right>", rstrip=True), AddedToken("word", single_word=True)])
    return tokenizer


def starcoder() -> Tokenizer:
    digits = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer = byte_level(pre_tokenizer=digits)
    tokenizer.add_special_tokens(["<|endoftext|>", "<fim_prefix>", "<fim_middle>", "<fim_suffix>"])
    return tokenizer


def neox() -> Tokenizer:
    tokenizer = byte_level(normalizer=normalizers.NFC())
    tokenizer.add_special_tokens(["<|endoftext|>", "<|padding|>"])
    tokenizer.add_tokens([AddedToken(" " * length, normalized=True) for length in range(24, 1, -1)])
    return tokenizer


def codegen() -> Tokenizer:
    tokenizer = byte_level(pre_tokenizer=pre_tokenizers.ByteLevel(add_prefix_space=True))
    tokenizer.add_special_tokens(["<|endoftext|>"])
    tokenizer.add_tokens([AddedToken(" " * length, normalized=False) for length in (31, 8, 4, 2)])
    tokenizer.add_tokens([AddedToken("\t" * length, normalized=False) for length in (9, 3, 2)])
    return tokenizer


def bloom() -> Tokenizer:
    split = pre_tokenizers.Split(tokenizers.Regex(BLOOM), behavior="isolated")
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer = byte_level(pre_tokenizer=pre_tokenizers.Sequence([split, bytes_only]))
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>", "<pad>"])
    return tokenizer


def llama3() -> Tokenizer:
    split = pre_tokenizers.Split(tokenizers.Regex(LLAMA3), behavior="isolated")
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer = byte_level(pre_tokenizer=pre_tokenizers.Sequence([split, bytes_only]))
    tokenizer.add_special_tokens(["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"])
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), begins_with(tokenizer, "<|begin_of_text|>")])
    state = json.loads(tokenizer.to_str())
    state["model"]["ignore_merges"] = True
    return Tokenizer.from_str(json.dumps(state))


def llama() -> Tokenizer:
    normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer = with_byte_fallback(normalizer, None, ["<unk>", "<s>", "</s>"])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.post_processor = begins_with(tokenizer, "<s>")
    return tokenizer


def gemma() -> Tokenizer:
    split = pre_tokenizers.Split(" ", behavior="merged_with_previous")
    tokenizer = with_byte_fallback(normalizers.Replace(" ", "▁"), split, ["<pad>", "<eos>", "<bos>", "<unk>"])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.post_processor = begins_with(tokenizer, "<bos>")
    tokenizer.add_tokens([AddedToken("\n" * length, normalized=False) for length in (4, 3, 2)])
    return tokenizer


def bert() -> Tokenizer:
    """With truncation and padding in the file, which are not applied."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=400, special_tokens=specials, show_progress=False))
    around = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=around)
    tokenizer.enable_truncation(16)
    tokenizer.enable_padding(length=16)
    return tokenizer


def unigram() -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(tokenizers.Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    specials = ["<pad>", "</s>", "<unk>"]
    tokenizer.train_from_iterator(
        CORPUS, trainers.UnigramTrainer(vocab_size=300, special_tokens=specials, unk_token="<unk>", show_progress=False)
    )
    tokenizer.add_tokens([AddedToken("<extra>", lstrip=True, rstrip=True, normalized=True)])
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    return tokenizer


KINDS = [gpt2, starcoder, neox, codegen, bloom, llama3, llama, gemma, bert, unigram]


def cases_of(tokenizer: Tokenizer) -> dict:
    """Ids with special tokens and without, of each text; texts with and without, of each list of ids."""
    tokenizer.no_truncation()
    tokenizer.no_padding()
    with_special = [tokenizer.encode(text).ids for text in TEXTS]
    without = [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS]
    chance = random.Random(len(tokenizer.get_vocab()))
    others = [[chance.randrange(tokenizer.get_vocab_size()) for _ in range(30)] for _ in range(RANDOM_IDS)]
    ids = [*with_special, *others]
    return {
        "vocabulary_size": tokenizer.get_vocab_size(),
        "with": with_special,
        "without": without,
        "ids": others,
        "kept": [tokenizer.decode(each, skip_special_tokens=False) for each in ids],
        "left_out": [tokenizer.decode(each, skip_special_tokens=True) for each in ids],
    }


def main() -> None:
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    cases = {}
    for make in KINDS:
        text = json.dumps(json.loads(make().to_str()), ensure_ascii=False, separators=(",", ":"))
        (folder / f"{make.__name__}.json").write_text(text + "\n", encoding="utf-8")
        cases[make.__name__] = cases_of(Tokenizer.from_str(text))
    packed = gzip.compress(json.dumps({"package": tokenizers.__version__, "cases": cases}).encode(), mtime=0)
    (folder / "cases.json.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
