// SPDX-License-Identifier: Apache-2.0
// A file of prompts: {"text": "…"} or {"ids": [5, 9]} a line.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"

namespace joulemark::cli {

/// A text, or token ids.
using PromptLine = std::variant<std::string, std::vector<std::int32_t>>;

/// Whether a line may stand in the file; its failure is told with the file and the line.
using PromptCheck = std::function<Status(const PromptLine& prompt)>;

/// Blank lines are passed over. kUsage: no such file, no prompt in it, a line that is none, or one
/// that `check` refuses.
Result<std::vector<PromptLine>> read_prompt_lines(
    const std::string& file,
    const PromptCheck& check = [](const PromptLine& /*prompt*/) { return Status(); });

}  // namespace joulemark::cli
