// SPDX-License-Identifier: Apache-2.0
// What is known of one request when it is over.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace joulemark::load {

enum class Outcome {
  kGood,       ///< a whole answer of status 200
  kStatus,     ///< another status
  kBroken,     ///< no whole answer
  kBadAnswer,  ///< whole, but not what the API promises
  kAbandoned,  ///< the run was ended while it was under way
};

/// Whether a request was the work that was asked for.
enum class Work {
  kAsAsked,
  kUnequal,  ///< other numbers of tokens than asked, or than the server counts
  kUnknown,  ///< the server does not tell, or nothing was asked
};

/// What the answer told of the energy.
struct ToldEnergy {
  bool measured = false;
  double joules = 0;
  std::string text = {};  ///< the method, or the reason why there is none
};

/// Times on CLOCK_MONOTONIC; 0: it did not come to that. Millions of them are kept.
struct Record {
  std::int64_t index = 0;
  Nanoseconds scheduled = 0;  ///< when it was due; in the closed loop when its turn came
  Nanoseconds sent = 0;       ///< given to the client
  Nanoseconds first = 0;      ///< first token of a stream, else the first byte of the body
  Nanoseconds last = 0;       ///< last token of a stream
  Nanoseconds end = 0;
  int status = 0;
  Outcome outcome = Outcome::kAbandoned;
  std::string kind = {};     ///< "503", "timeout": equal for failures that are counted together
  std::string message = {};  ///< of a failure
  Work work = Work::kUnknown;
  std::string difference = {};                     ///< of unequal work: what differs
  std::optional<std::int64_t> prompt_tokens = {};  ///< as the server says
  std::optional<std::int64_t> new_tokens =
      {};                              ///< as the server says, else as counted in the stream
  std::vector<Nanoseconds> gaps = {};  ///< between the events of a stream that bring tokens
  std::shared_ptr<const ToldEnergy> energy = {};  ///< null: nothing was told

  [[nodiscard]] bool is_good() const { return outcome == Outcome::kGood; }
  [[nodiscard]] double latency_ms() const { return to_ms(end - scheduled); }
  [[nodiscard]] double first_ms() const { return to_ms(first - scheduled); }
  /// Mean time from one token to the next, where there are two.
  [[nodiscard]] std::optional<double> per_token_ms() const {
    if (gaps.empty() || new_tokens.value_or(0) < 2) return std::nullopt;
    return to_ms(last - first) / static_cast<double>(*new_tokens - 1);
  }
  [[nodiscard]] std::optional<double> longest_gap_ms() const;

  static double to_ms(Nanoseconds ns) { return static_cast<double>(ns) / 1e6; }
};

}  // namespace joulemark::load
