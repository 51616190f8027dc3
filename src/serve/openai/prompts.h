// SPDX-License-Identifier: Apache-2.0
// The prompts of a request as the token ids that the model is given.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "api/openai/request.h"
#include "serve/engine/service.h"
#include "serve/openai/text_tools.h"

namespace joulemark::serve {

struct ModelPrompt {
  std::vector<std::int32_t> ids;
  std::string text = {};             ///< for `echo`
  std::int32_t max_new_tokens = 16;  ///< as asked for, or what there is room for
};

/// Checked against what the model takes: ids, and the length of prompt and answer together. The
/// error names the field that is wrong.
tl::expected<std::vector<ModelPrompt>, api::openai::ApiError> model_prompts(
    const api::openai::TextRequest& request, const TextTools& tools, const ServedModel& model);

}  // namespace joulemark::serve
