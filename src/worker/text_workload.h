// SPDX-License-Identifier: Apache-2.0
// A language model's requests as what is answered, warmed up with, and timed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "worker/engine_calls.h"
#include "worker/failure.h"
#include "worker/measure.h"
#include "worker/request.h"
#include "worker/text_answer.h"
#include "worker/warmup.h"

namespace joulemark::worker {

/// What a language model's `go` gave besides the window's edges.
struct TextTotals {
  std::int64_t iterations = 0;     ///< requests
  std::int64_t prompt_tokens = 0;  ///< fed, padding left out
  std::int64_t new_tokens = 0;     ///< of all rows, up to and with their stop ids
  std::string digest;              ///< of the last pass's new ids (worker_protocol.h)
};

/// A window at a fixed rate.
struct OpenWindow {
  OpenLoop& loop;
  Clock& clock;
};

class TextWorkload {
 public:
  /// JM_UNSUPPORTED when the model is no language model, JM_INVALID_ARGUMENT when a batch is too
  /// long or a prompt's id is none of the vocabulary.
  static Outcome<TextWorkload> make(EngineModel& model, const PromptsRequest& request);

  /// Runs the first requests once, writes and compares what the request says.
  Outcome<TokenDifference> answer(EngineModel& model, const AnswerRequest& request,
                                  const std::string& precision) const;
  Outcome<WarmupResult> warm_up(EngineModel& model, const WarmupRequest& request);
  /// After warm_up. At a fixed rate the requests come as `open` has them.
  Outcome<TextTotals> go(EngineModel& model, const GoRequest& request, const OpenWindow& open);
  [[nodiscard]] const TextMeasurement& measurement() const { return measurement_; }
  /// The reply to `durations`, after go. Of a window at a fixed rate, `loop` is what it was given.
  [[nodiscard]] std::string durations_line(const OpenLoop* loop) const;

  [[nodiscard]] std::size_t request_count() const { return requests_.size(); }

 private:
  explicit TextWorkload(std::vector<TextRequest> requests) : requests_(std::move(requests)) {}

  std::vector<TextRequest> requests_;
  double request_ns_ = 0;  ///< by the warm-up
  TextMeasurement measurement_;
};

}  // namespace joulemark::worker
