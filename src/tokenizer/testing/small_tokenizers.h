// SPDX-License-Identifier: Apache-2.0
// Contents of tokenizer.json with a handful of tokens, one of each kind: for unit tests and as
// seeds of the fuzz target.
#pragma once

#include <string>
#include <string_view>

namespace joulemark::tokenizer::testing {

/// Words "x" and "y"; everything else is "u".
inline constexpr std::string_view kWords =
    R"({"version":"1.0","added_tokens":[],)"
    R"("model":{"type":"WordLevel","vocab":{"u":0,"x":1,"y":2},"unk_token":"u"}})";

/// Like kWords, one token for every character.
inline constexpr std::string_view kCharacters =
    R"({"version":"1.0","added_tokens":[],"pre_tokenizer":{"type":"Split","pattern":{"Regex":"."},)"
    R"("behavior":"Isolated","invert":false},)"
    R"("model":{"type":"WordLevel","vocab":{"u":0,"x":1,"y":2},"unk_token":"u"}})";

/// BPE over characters as Llama has it, with a token for one byte.
inline constexpr std::string_view kByteFallback =
    R"({"version":"1.0","added_tokens":[{"id":0,"content":"<unk>","single_word":false,)"
    R"("lstrip":false,"rstrip":false,"normalized":false,"special":true},{"id":1,"content":"<s>",)"
    R"("single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],)"
    R"("normalizer":{"type":"Replace","pattern":{"String":" "},"content":"▁"},)"
    R"("post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>",)"
    R"("type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A",)"
    R"("type_id":0}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"<s>":{"id":"<s>",)"
    R"("ids":[1],"tokens":["<s>"]}}},"decoder":{"type":"Sequence","decoders":[{"type":"Replace",)"
    R"("pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}]},)"
    R"("model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,"vocab":)"
    R"({"<unk>":0,"<s>":1,"<0x00>":2,"<0xC3>":3,"a":4,"b":5,"▁":6,"ab":7},"merges":[["a","b"]]}})";

/// BPE over bytes as GPT-2 has it.
inline constexpr std::string_view kByteLevel =
    R"({"version":"1.0","added_tokens":[{"id":4,"content":"<e>","single_word":true,"lstrip":true,)"
    R"("rstrip":true,"normalized":true,"special":false}],"normalizer":{"type":"NFC"},)"
    R"("pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Digits",)"
    R"("individual_digits":true},{"type":"ByteLevel","add_prefix_space":true,)"
    R"("trim_offsets":true,"use_regex":true}]},"post_processor":{"type":"ByteLevel",)"
    R"("add_prefix_space":true,"trim_offsets":false},"decoder":{"type":"ByteLevel","add_prefix_space":true,)"
    R"("trim_offsets":true,"use_regex":true},)"
    R"("model":{"type":"BPE","vocab":{"a":0,"b":1,"Ġ":2,"Ġa":3},"merges":["Ġ a"]}})";

/// WordPiece as BERT has it.
inline constexpr std::string_view kWordPiece =
    R"({"version":"1.0","added_tokens":[],"normalizer":{"type":"BertNormalizer","clean_text":true,)"
    R"("handle_chinese_chars":true,"strip_accents":null,"lowercase":true},"pre_tokenizer":)"
    R"({"type":"BertPreTokenizer"},"post_processor":{"type":"BertProcessing","sep":["]",1],)"
    R"("cls":["[",2]},"decoder":{"type":"WordPiece","prefix":"##","cleanup":true},)"
    R"("model":{"type":"WordPiece","unk_token":"u","continuing_subword_prefix":"##",)"
    R"("max_input_chars_per_word":100,"vocab":{"u":0,"]":1,"[":2,"a":3,"##b":4}}})";

/// Unigram as T5 has it.
inline constexpr std::string_view kUnigram =
    R"({"version":"1.0","added_tokens":[],"normalizer":{"type":"Sequence","normalizers":)"
    R"([{"type":"NFKC"},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]},)"
    R"("pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always",)"
    R"("split":true},"decoder":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always",)"
    R"("split":true},"model":{"type":"Unigram","unk_id":0,"byte_fallback":false,)"
    R"("vocab":[["u",0.0],["▁",-1.0],["a",-2.0],["▁a",-1.5],["ab",-2.5],["b",-3.0]]}})";

/// kWords with the section `name` set to `value`.
inline std::string with_part(std::string_view name, std::string_view value) {
  std::string json(kWords.substr(0, kWords.find(R"("model")")));
  json.append("\"").append(name).append("\":").append(value);
  if (name != "model")
    json.append(",").append(kWords.substr(kWords.find(R"("model")")));
  else
    json.append("}");
  return json;
}

}  // namespace joulemark::tokenizer::testing
