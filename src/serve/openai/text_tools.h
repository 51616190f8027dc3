// SPDX-License-Identifier: Apache-2.0
// What turns texts into token ids and back, beside a language model.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "serve/server_config.h"
#include "tokenizer/chat_template.h"
#include "tokenizer/tokenizer.h"

namespace joulemark::serve {

struct TextTools {
  /// Null: prompts are token ids, and so are answers.
  std::shared_ptr<const tokenizer::Tokenizer> tokenizer = {};
  /// Null: there is no chat, for the reason in `no_chat`.
  std::shared_ptr<const tokenizer::ChatTemplate> chat_template = {};
  std::string no_chat = "the model has no chat template";
  std::vector<std::int32_t> stop_ids = {};  ///< that end a text
};

/// kFailed where the tokenizer, or a chat template that was named, cannot be used. One of the
/// checkpoint's own that cannot be used leaves the server without chat.
Result<TextTools> load_text_tools(const TextConfig& config);

}  // namespace joulemark::serve
