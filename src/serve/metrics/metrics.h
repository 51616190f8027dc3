// SPDX-License-Identifier: Apache-2.0
// What the server counts, in the text format of Prometheus (0.0.4).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "serve/engine/service.h"

namespace joulemark::serve {

/// A request that gets its answer, or does not. It is counted first: who has an answer finds it
/// counted.
struct RequestFact {
  std::string route;  ///< "/v1/completions", as the table of routes has it
  int status = 200;   ///< 499: the client had gone
  Served served = {};
  Nanoseconds answered = 0;                     ///< when the answer was whole
  std::optional<Nanoseconds> first_token = {};  ///< when the first new token was there
  std::vector<Nanoseconds> between_tokens = {};
  std::int64_t prompt_tokens = 0;
  std::int64_t new_tokens = 0;
};

/// Where the machine's energy stands; cumulative since the server began.
struct EnergyFact {
  double joules = 0;        ///< of all that was measured
  double busy_joules = 0;   ///< put down to requests
  std::string reason = {};  ///< why there is none; empty where there is
};

/// Used from any thread.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  /// The metrics' label `model` and the like come from here; called once, before the others.
  void describe(const ServedModel& model);
  void request(const RequestFact& fact);
  /// Jobs that wait now, and how many the engine has.
  void queue(std::size_t waiting, std::size_t running);
  void energy(const EnergyFact& fact);
  /// The answer to GET /metrics.
  [[nodiscard]] std::string render() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace joulemark::serve
