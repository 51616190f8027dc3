// SPDX-License-Identifier: Apache-2.0
#include "run/text_pass.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>

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
        "go",
        fmt::format("{} prompt tokens and {} new tokens in {} passes over {} prompts, instead "
                    "of {} and {}",
                    done.prompt_tokens, done.new_tokens, passes, pass.prompts,
                    passes * pass.prompt_tokens, most)));
  window = {.prompts = passes * pass.prompts,
            .prompt_tokens = done.prompt_tokens,
            .new_tokens = done.new_tokens};
  return {};
}

Reply<void> check_token_times(const Durations& durations, const TextPass& pass) {
  // A worker may round each time.
  constexpr std::int64_t kPart = 100;
  const auto sum = [](const std::vector<std::int64_t>& times) {
    return std::accumulate(times.begin(), times.end(), std::int64_t{0});
  };
  const auto steps = static_cast<std::int64_t>(durations.inter_token_ns.size());
  const auto asked = static_cast<std::int64_t>(durations.ns.size()) * (pass.new_tokens - 1);
  if (steps > asked || (!pass.may_stop_early && steps < asked))
    return tl::unexpected<Failure>(nonsense(
        "durations", fmt::format("{} steps behind the first tokens of {} requests, instead of {}",
                                 steps, durations.ns.size(), asked)));
  const std::int64_t requests_ns = sum(durations.ns);
  const std::int64_t tokens_ns = sum(durations.first_token_ns) + sum(durations.inter_token_ns);
  if (std::abs(requests_ns - tokens_ns) > requests_ns / kPart)
    return tl::unexpected<Failure>(
        nonsense("durations",
                 fmt::format("requests of {} ns whose tokens took {} ns", requests_ns, tokens_ns)));
  return {};
}

}  // namespace joulemark::run
