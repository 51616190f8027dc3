// SPDX-License-Identifier: Apache-2.0
#include "serve/openai/text_tools.h"

#include <optional>
#include <utility>

namespace joulemark::serve {
namespace {

Status add_chat(const TextConfig& config, TextTools& tools) {
  const bool is_named = !config.chat_template.empty();
  if (config.folder.empty() && !is_named) return {};
  const auto file =
      is_named ? std::optional<std::filesystem::path>(config.chat_template) : std::nullopt;
  auto found = tokenizer::load_chat_template(config.folder, file);
  if (!found && is_named) return fail(found.error());
  if (!found)
    tools.no_chat = found.error().message;
  else if (*found)
    tools.chat_template =
        std::make_shared<const tokenizer::ChatTemplate>(*std::move(*std::move(found)));
  return {};
}

}  // namespace

Result<TextTools> load_text_tools(const TextConfig& config) {
  TextTools tools;
  tools.stop_ids = config.stop_ids;
  if (config.tokenizer.empty()) return tools;
  auto loaded = tokenizer::Tokenizer::load(config.tokenizer);
  if (!loaded) return fail(loaded.error());
  tools.tokenizer = std::make_shared<const tokenizer::Tokenizer>(*std::move(loaded));
  if (auto added = add_chat(config, tools); !added) return fail(added.error());
  return tools;
}

}  // namespace joulemark::serve
