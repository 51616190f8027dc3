// SPDX-License-Identifier: Apache-2.0
// A conversation → the text that a model was trained to go on with, as its chat template says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

struct jm_chat_template;

namespace joulemark::tokenizer {

/// A conversation that is to be gone on with.
struct Conversation {
  std::string messages_json;  ///< [{"role": "user", "content": "…"}, …]; members keep their order
  bool add_generation_prompt = true;  ///< whether what begins an answer stands at the end
  std::int64_t now_s = 0;             ///< since the epoch, for templates that name the day
};

/// A compiled template. Immutable: several threads may use one.
///
/// It is Jinja as `transformers` runs it: trim_blocks, lstrip_blocks, loop controls, `tojson`
/// without HTML escapes, `raise_exception`, `strftime_now`, methods of Python's strings, lists and
/// dictionaries. Templates are not trusted: they reach nothing but their variables, and what they
/// may take is limited (4 Mi steps, 256 MiB made, 500 levels).
class ChatTemplate {
 public:
  /// `source` as it stands in the file; `name` stands for it in messages. kFailed when it is none.
  static Result<ChatTemplate> parse(std::string_view source, std::string name);

  /// The names of the tokens that begin and end a text; "" for none.
  void set_special_tokens(std::string begin, std::string end);

  /// kFailed with the template's own words where it refuses the conversation.
  [[nodiscard]] Result<std::string> render(const Conversation& conversation) const;

 private:
  struct Free {
    void operator()(jm_chat_template* chat_template) const;
  };
  std::unique_ptr<jm_chat_template, Free> handle_;
  std::string name_;
  std::string begin_;
  std::string end_;
};

/// The template of the checkpoint in `folder`: chat_template.jinja, chat_template.json or
/// `chat_template` of tokenizer_config.json (of several the one named "default"); nothing where it
/// has none. `file`, where it is given, is read instead of these. The names of special tokens come
/// from tokenizer_config.json. kFailed when a file cannot be read or used.
Result<std::optional<ChatTemplate>> load_chat_template(
    const std::filesystem::path& folder, const std::optional<std::filesystem::path>& file = {});

}  // namespace joulemark::tokenizer
