// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/chat_template.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "joulemark_tokenizer.h"
#include "tokenizer/reply.h"

namespace joulemark::tokenizer {

void ChatTemplate::Free::operator()(jm_chat_template* chat_template) const {
  jm_chat_template_free(chat_template);
}

Result<ChatTemplate> ChatTemplate::parse(std::string_view source, std::string name) {
  const Reply reply(jm_chat_template_load(source.data(), source.size()));
  if (reply.failed())
    return fail(ErrorKind::kFailed,
                fmt::format("cannot use the chat template of '{}': {}", name, reply.error()));
  ChatTemplate chat_template;
  chat_template.handle_.reset(reply->chat_template);
  chat_template.name_ = std::move(name);
  return chat_template;
}

void ChatTemplate::set_special_tokens(std::string begin, std::string end) {
  begin_ = std::move(begin);
  end_ = std::move(end);
}

Result<std::string> ChatTemplate::render(const Conversation& conversation) const {
  using nlohmann::json;
  // The messages are passed on as they came, because a JSON value would sort their members.
  const auto quoted = [](const std::string& text) {
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
  };
  const std::string variables = fmt::format(
      R"({{"messages":{},"bos_token":{},"eos_token":{},"add_generation_prompt":{}}})",
      conversation.messages_json, quoted(begin_), quoted(end_), conversation.add_generation_prompt);
  const Reply reply(jm_chat_template_render(handle_.get(), variables.data(), variables.size(),
                                            conversation.now_s));
  if (reply.failed())
    return fail(ErrorKind::kFailed, fmt::format("the chat template of '{}' does not take this: {}",
                                                name_, reply.error()));
  return reply.text();
}

}  // namespace joulemark::tokenizer
