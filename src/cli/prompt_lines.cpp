// SPDX-License-Identifier: Apache-2.0
#include "cli/prompt_lines.h"

#include <fmt/format.h>

#include <utility>

#include "cli/input_lines.h"
#include "cli/token_lines.h"

namespace joulemark::cli {
namespace {

Result<PromptLine> prompt_in(const std::string& line) {
  if (auto text = text_in(line)) return *std::move(text);
  if (auto ids = ids_in(line)) return *std::move(ids);
  return fail(ErrorKind::kUsage,
              R"(no prompt; a line is an object like {"text": "Hello"} or {"ids": [1, 2]})");
}

}  // namespace

Result<std::vector<PromptLine>> read_prompt_lines(const std::string& file,
                                                  const PromptCheck& check) {
  std::vector<PromptLine> prompts;
  const auto read = for_each_line(file, [&](const std::string& line) -> Status {
    if (line.find_first_not_of(" \t\r") == std::string::npos) return {};
    auto prompt = prompt_in(line);
    if (!prompt) return fail(prompt.error());
    if (auto sound = check(*prompt); !sound) return sound;
    prompts.push_back(*std::move(prompt));
    return {};
  });
  if (!read) return fail(read.error());
  if (prompts.empty()) return fail(ErrorKind::kUsage, fmt::format("'{}' holds no prompt", file));
  return prompts;
}

}  // namespace joulemark::cli
