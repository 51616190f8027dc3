// SPDX-License-Identifier: Apache-2.0
// What is asked, and how answers are read: the same generator asks every API.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "http/client.h"
#include "load/record.h"

namespace joulemark::load {

/// What a request may say for itself; where it does not the workload's own numbers hold.
struct Wish {
  std::optional<std::int32_t> prompt_tokens = {};
  std::optional<std::int32_t> new_tokens = {};
};

/// Reads one answer as it arrives. Nothing of it is copied that is not needed.
class Reading {
 public:
  virtual ~Reading() = default;
  /// Of an answer with status 200, as are the parts.
  virtual void head(const http::AnswerHead&) {}
  virtual void part(std::string_view bytes, Nanoseconds at) = 0;
  /// The answer is whole. Fills in what it told, and may call the answer bad.
  virtual void finish(Record& record) = 0;
};

/// For answers that count by their status alone.
std::unique_ptr<Reading> read_nothing();

/// A request that is ready to be sent.
struct Question {
  http::Call call;
  std::unique_ptr<Reading> reading;
};

class Workload {
 public:
  virtual ~Workload() = default;
  /// The same for the same number, whatever was asked before.
  [[nodiscard]] virtual Question question(std::int64_t index, const Wish& wish) const = 0;
};

}  // namespace joulemark::load
