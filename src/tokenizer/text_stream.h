// SPDX-License-Identifier: Apache-2.0
// Token ids → text, one id at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tokenizer/tokenizer.h"

namespace joulemark::tokenizer {

/// What put() and finish() give is, one behind the other, what decoding all ids at once without
/// special tokens gives, for every decoder whose text of a token depends on its neighbours only by
/// joining bytes, by what separates it from the token before it, and by its being the first or the
/// last. Each piece is whole characters. An id that no token has gives nothing.
///
/// Text is withheld as long as the next token may change it: an incomplete character, or a run of
/// tokens of single bytes. All calls together take time in proportion to the ids.
class TextStream {
 public:
  /// The tokenizer must outlive it.
  explicit TextStream(const Tokenizer& tokenizer) : tokenizer_(&tokenizer) {}

  /// The text that is certain with this id; "" for none.
  std::string put(std::int32_t id);
  /// What was withheld. put() is not called any more.
  std::string finish();

 private:
  /// The text behind what has been given, of all ids.
  [[nodiscard]] std::string pending() const;
  std::string give(std::string text);

  const Tokenizer* tokenizer_;
  // The method of a window that the reference servers use: ids_ begins with those whose text was
  // given last, so that the first new one is decoded as one that has a neighbour.
  Ids ids_;
  std::size_t given_ = 0;      // of ids_: those whose text has been given
  std::string given_text_;     // of these, decoded alone
  std::size_t next_look_ = 1;  // decodes when so many ids wait
};

}  // namespace joulemark::tokenizer
