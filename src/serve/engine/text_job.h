// SPDX-License-Identifier: Apache-2.0
// A text that a language model is asked to go on with.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "serve/engine/job.h"

namespace joulemark::serve {

/// How the next token is chosen from the logits.
struct Sampling {
  double temperature = 0;  ///< 0: the likeliest token; penalties count, the rest does not
  double top_p = 1;        ///< the likeliest tokens that have that much probability together
  std::int32_t top_k = 0;  ///< at most so many; 0: all
  double min_p = 0;        ///< none whose probability is below this part of the likeliest's
  double presence_penalty = 0;
  double frequency_penalty = 0;
  double repetition_penalty = 1;
  std::uint64_t seed = 0;  ///< of the job's own random numbers; the same in every batch
};

/// The logarithm of a token's probability, by the logits as the model gave them.
struct TokenProbability {
  std::int32_t id = 0;
  double log_probability = 0;
};

/// A token as it was chosen.
struct NewToken {
  std::int32_t id = 0;
  Nanoseconds at = 0;          ///< when it was there
  double log_probability = 0;  ///< of `id`; only where `likeliest` of the job is not negative
  std::span<const TokenProbability> likeliest = {};  ///< in order; valid for the call
};

enum class Verdict { kGoOn, kEnough };

/// Who takes the tokens. All calls come from the engine's thread: none may block.
class TextSink {
 public:
  virtual ~TextSink() = default;
  /// The next token, stop tokens included. kEnough: the text is over with it.
  virtual Verdict take(const NewToken& token) = 0;
  /// Whether nobody is there any more. Asked between the steps.
  [[nodiscard]] virtual bool is_gone() const = 0;
  /// Comes once, last: also where no token came.
  virtual void finish(const Outcome& outcome) = 0;
};

struct TextJob {
  std::vector<std::int32_t> prompt;  ///< not empty, ids of the model's vocabulary
  std::int32_t max_new_tokens = 16;  ///< at least 1
  std::vector<std::int32_t> stop_ids = {};
  Sampling sampling = {};
  std::int32_t likeliest = -1;  ///< tokens whose probabilities are wanted beside the chosen one's
  Timing timing = {};
  std::shared_ptr<TextSink> sink;
};

}  // namespace joulemark::serve
