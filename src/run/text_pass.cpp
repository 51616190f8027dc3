// SPDX-License-Identifier: Apache-2.0
#include "run/text_pass.h"

#include <fmt/format.h>

#include <algorithm>

namespace joulemark::run {

TextPass pass_over(const ModelPrompts& prompts, int batch, std::int64_t new_tokens) {
  TextPass pass{.prompts = static_cast<std::int64_t>(prompts.prompts.size()),
                .batch = batch,
                .new_tokens = new_tokens,
                // The first token ends nothing short.
                .may_stop_early = !prompts.stop_ids.empty() && new_tokens > 1};
  for (const auto& prompt : prompts.prompts)
    pass.prompt_tokens += static_cast<std::int64_t>(prompt.size());
  return pass;
}

Reply<void> count_text(const Done& done, const TextPass& pass, TextWindow& window) {
  const std::int64_t batch = std::max<std::int64_t>(pass.batch, 1);
  const std::int64_t requests = (pass.prompts + batch - 1) / batch;
  if (!done.is_text() || done.iterations % requests != 0)
    return tl::unexpected<Failure>(
        nonsense("go", fmt::format("{} requests and {} new tokens are no whole passes over {} "
                                   "prompts",
                                   done.iterations, done.new_tokens, pass.prompts)));
  const std::int64_t passes = done.iterations / requests;
  const std::int64_t most = passes * pass.prompts * pass.new_tokens;
  if (done.prompt_tokens != passes * pass.prompt_tokens || done.new_tokens > most ||
      (!pass.may_stop_early && done.new_tokens < most))
    return tl::unexpected<Failure>(nonsense(
        "go", fmt::format("{} prompt tokens and {} new tokens in {} passes over {} prompts, instead "
                          "of {} and {}",
                          done.prompt_tokens, done.new_tokens, passes, pass.prompts,
                          passes * pass.prompt_tokens, most)));
  window = {.prompts = passes * pass.prompts,
            .prompt_tokens = done.prompt_tokens,
            .new_tokens = done.new_tokens};
  return {};
}

}  // namespace joulemark::run
