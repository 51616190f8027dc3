// SPDX-License-Identifier: Apache-2.0
// Which token comes next, from the logits of a model: no engine, no clock.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "serve/engine/text_job.h"

namespace joulemark::serve {

/// A token that was chosen, and what else was likely.
struct Choice {
  std::int32_t id = 0;
  double log_probability = 0;                    ///< by the logits as they came
  std::vector<TokenProbability> likeliest = {};  ///< in order; as many as were wanted
};

/// Chooses the tokens of one text. In this order: the repetition penalty over prompt and answer
/// (Keskar et al. 2019, arXiv:1909.05858), the frequency and presence penalties over the answer as
/// the OpenAI API has them, temperature, top_k, top_p (Holtzman et al. 2020, arXiv:1904.09751) of
/// what top_k has left, min_p (arXiv:2407.01082). Its random numbers are the job's own: the same
/// logits give the same tokens whatever else is in the batch.
class Sampler {
 public:
  /// `likeliest` as in TextJob.
  Sampler(const Sampling& how, std::span<const std::int32_t> prompt, std::int32_t likeliest);

  /// Whether it can do without logits: what an engine calls the likeliest token is the choice.
  [[nodiscard]] bool takes_likeliest() const;
  /// The next token by `logits`, [vocabulary]. -inf is a token that cannot come. kFailed where one
  /// is NaN or +inf, or all are -inf: then no token is chosen.
  Result<Choice> choose(std::span<const float> logits);

 private:
  [[nodiscard]] bool has_penalties() const;
  void penalise(std::vector<double>& scores) const;
  std::int32_t draw(const std::vector<double>& scores);

  Sampling how_;
  std::int32_t likeliest_;
  Random random_;
  std::unordered_set<std::int32_t> prompt_;              ///< only where it counts
  std::unordered_map<std::int32_t, std::int32_t> said_;  ///< tokens of the answer, and how often
};

}  // namespace joulemark::serve
