// SPDX-License-Identifier: Apache-2.0
// Prompts as text, for servers that take no token ids.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace joulemark::http_engine {

/// By the experiment's own tokenizer, which has to be the server's. Throws plugin::Failure.
class PromptTexts {
 public:
  /// `model`: the folder of a checkpoint with tokenizer.json.
  explicit PromptTexts(const std::string& model);

  /// The text of which a server that adds special tokens itself makes these ids again. Fails where
  /// there is none. Each is looked for once: prompts come again in the window.
  const std::string& text_of(const std::vector<std::int32_t>& ids);
  /// A short prompt that has a text.
  [[nodiscard]] std::vector<std::int32_t> some_prompt() const;

 private:
  [[nodiscard]] std::string find(const std::vector<std::int32_t>& ids) const;

  tokenizer::Tokenizer tokenizer_;
  std::map<std::vector<std::int32_t>, std::string> texts_;
};

}  // namespace joulemark::http_engine
