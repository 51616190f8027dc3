// SPDX-License-Identifier: Apache-2.0
// What Triton's statistics extension tells of a model: GET /v2/models/{model}/stats.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "serve/engine/job.h"

namespace joulemark::serve {

/// Used from any thread. Times are sums over requests.
class KserveStatistics {
 public:
  /// A request was answered, at `answered` of CLOCK_MONOTONIC.
  void note(const Outcome& outcome, Nanoseconds answered);
  [[nodiscard]] std::string render(const std::string& model, const std::string& version) const;

 private:
  struct Sum {
    std::int64_t count = 0;
    Nanoseconds ns = 0;
    void add(Nanoseconds more) {
      ++count;
      ns += more;
    }
  };
  struct Sums {
    Sum success, fail, queue, infer, output;
    std::int64_t inferences = 0;
    std::int64_t batches = 0;
    std::int64_t last_batch = 0;
    std::int64_t last_ms = 0;  ///< since the epoch
  };
  static void append(std::string& out, const Sums& sums);

  mutable std::mutex mutex_;
  Sums sums_;
};

}  // namespace joulemark::serve
