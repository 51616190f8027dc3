// SPDX-License-Identifier: Apache-2.0
// Text ⇄ token ids as a model's tokenizer.json says: the reference implementation behind a class.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

struct jm_tokenizer;

namespace joulemark::tokenizer {

/// Token ids of one text.
using Ids = std::vector<std::int32_t>;

/// What becomes of special tokens such as <s> that are no part of the text.
enum class SpecialTokens {
  kWithout,  ///< encode adds none; decode leaves them out
  kWith,     ///< encode adds what the file's `post_processor` says; decode keeps them
};

/// What an id is in a text that is decoded without special tokens.
enum class IdKind {
  kCharacters,
  kByte,     ///< such a token and its neighbours of the kind are decoded together
  kNothing,  ///< a special token, or none at all
};

/// A loaded tokenizer.json. Immutable: several threads may use one.
///
/// Ids are those of `AutoTokenizer.from_pretrained(dir)(text)`: the sections `truncation` and
/// `padding` of the file are not applied. Names of special tokens that stand in the text become
/// these tokens. What `transformers` does to a decoded text afterwards
/// (`clean_up_tokenization_spaces`) is not done.
class Tokenizer {
 public:
  /// kFailed when the file cannot be read, is larger than 256 MiB, or is no tokenizer that can be
  /// used: one with dropout, whose ids are random, is none.
  static Result<Tokenizer> load(const std::filesystem::path& tokenizer_json);

  /// The same from the content of such a file; `name` stands for it in messages.
  static Result<Tokenizer> parse(std::string_view json, std::string name);

  /// kFailed when `text` is not UTF-8, is longer than 4 MiB (also once it is normalised), holds
  /// what the tokenizer has no token for and no unknown token either, or makes a regular expression
  /// of the file search for too long. Takes up to 4 s and 900 MiB for the longest texts.
  Result<Ids> encode(std::string_view text, SpecialTokens special) const;

  /// kFailed for an id that no token has, named in the message, or for more than 64 MiB of tokens.
  /// Bytes that are no UTF-8 become U+FFFD.
  Result<std::string> decode(std::span<const std::int32_t> ids, SpecialTokens special) const;

  IdKind kind(std::int32_t id) const;

  /// How many tokens there are, added ones included. Ids may be larger where the file leaves gaps.
  std::size_t vocabulary_size() const;

 private:
  struct Free {
    void operator()(jm_tokenizer* tokenizer) const;
  };

  std::unique_ptr<jm_tokenizer, Free> handle_;
  std::string name_;
};

/// The tokenizer.json of `model`, which is that file itself or the folder of a checkpoint. kUsage
/// when there is none, with how to make one where older files are there.
Result<std::filesystem::path> find_tokenizer_file(const std::filesystem::path& model);

}  // namespace joulemark::tokenizer
