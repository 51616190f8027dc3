// SPDX-License-Identifier: Apache-2.0
// Texts that a language model goes on with at once.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "serve/engine/batch.h"
#include "serve/engine/sampling.h"
#include "serve/engine/text_job.h"

namespace joulemark::serve {

/// A batch without comings: its rows begin together, shorter prompts padded in front, and each ends
/// by itself. Where not even the prompts can be fed, each text gets a batch of its own, so that
/// none suffers from another's. Rows whose client has gone or whose time is over end between the
/// steps; without live rows the batch ends.
class TextBatch {
 public:
  /// `vocabulary`: the model's.
  TextBatch(std::vector<TextJob> jobs, std::size_t vocabulary);

  /// Runs it; every job gets its tokens and its finish.
  void run(const BatchRun& run);

 private:
  struct Row {
    TextJob job;
    Sampler sampler;
    Served served = {};
    std::int32_t new_tokens = 0;
    bool is_live = true;
  };

  void run_each_alone(const BatchRun& run);
  worker::Outcome<void> generate(const BatchRun& run);
  worker::Outcome<void> prefill(const BatchRun& run);
  /// Feeds `tokens`, and gives each live row its next one.
  worker::Outcome<void> step(const BatchRun& run, const std::vector<std::int32_t>& tokens);
  void take(Row& row, std::size_t place, Nanoseconds now);
  void end_overdue(const BatchRun& run, Nanoseconds now);
  void end(Row& row, Ending ending, std::string message);
  void end_all(Ending ending, const std::string& message);
  [[nodiscard]] std::size_t live() const;
  [[nodiscard]] bool wants_logits() const;
  void share_time(Nanoseconds now);

  std::vector<Row> rows_;
  std::size_t vocabulary_;
  std::vector<std::int32_t> next_;  ///< [rows], of the last step
  std::vector<float> logits_;       ///< [rows × vocabulary], where a row wants them
  Nanoseconds mark_ = 0;            ///< until when the engine's time has been shared out
  Served all_;
};

}  // namespace joulemark::serve
