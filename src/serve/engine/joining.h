// SPDX-License-Identifier: Apache-2.0
// Which jobs the engine can do in one batch.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "serve/engine/service.h"

namespace joulemark::serve {

using Job = std::variant<TextJob, TensorJob>;

const Timing& timing_of(const Job& job);
bool is_gone(const Job& job);
/// Ends a job that the engine has not begun with.
void refuse(const Job& job, const Outcome& outcome);

/// What a model allows.
class Joining {
 public:
  /// A model that has a fixed first dimension, or an input or output without one, runs one job of
  /// tensors at a time.
  explicit Joining(const ServedModel& model);

  /// Why jobs of tensors are not joined; "" where they are.
  [[nodiscard]] const std::string& obstacle() const { return obstacle_; }
  /// From now on none are: the model's outputs turned out not to have the inputs' rows.
  void give_up(std::string obstacle) { obstacle_ = std::move(obstacle); }
  [[nodiscard]] std::int32_t max_tokens() const { return max_tokens_; }

 private:
  std::string obstacle_;
  std::int32_t max_tokens_;  ///< of prompt and answer together; 0: not known
};

/// Rows that a job of tensors takes in a batch: the first dimension that all its inputs share. 0:
/// it has none, and runs alone.
std::int64_t rows_of(const TensorJob& job);

/// A batch that is being put together. Borrows `joining` and the jobs.
class Company {
 public:
  Company(const Joining& joining, std::int64_t max_rows) : joining_(joining), most_(max_rows) {}
  /// Takes the job if it fits those that were taken before; the first always does.
  bool take(const Job& job);
  /// Whether nobody else can be taken.
  [[nodiscard]] bool is_full() const;

 private:
  [[nodiscard]] bool fits(const TextJob& job) const;
  [[nodiscard]] bool fits(const TensorJob& job) const;
  void add(const TextJob& job);
  void add(const TensorJob& job);

  const Joining& joining_;
  std::int64_t most_;
  const Job* first_ = nullptr;
  std::int64_t rows_ = 0;        ///< of all, texts counting one each
  std::size_t prompt_ = 0;       ///< of the longest text
  std::int64_t new_tokens_ = 0;  ///< of the text that may say most
};

}  // namespace joulemark::serve
