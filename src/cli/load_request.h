// SPDX-License-Identifier: Apache-2.0
// What `joulemark load` is told, and what the generator is given for it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/command_line.h"
#include "load/generator.h"
#include "load/limits.h"
#include "load/target.h"
#include "load/workload.h"

namespace joulemark::cli {

/// The flags as they were given.
struct LoadFlags {
  std::string url;
  std::string api = "auto";
  std::string model, signature;
  std::string rate, arrivals, trace;
  std::string workload, body, method, content_type = "application/json";
  std::string token_file, ca_file, requests_csv;
  std::vector<std::string> headers, limits;
  std::optional<std::int64_t> concurrency, requests, most_in_flight, seed;
  std::optional<std::int64_t> prompt_tokens, new_tokens, vocabulary, batch;
  std::optional<double> duration_s, warmup_s, time_limit_s;
  Arguments::Switch no_stream = Arguments::Switch::kOff;
  Arguments::Switch stop_at_eos = Arguments::Switch::kOff;
  Arguments::Switch token_ids = Arguments::Switch::kOff;
  Arguments::Switch binary = Arguments::Switch::kOff;
  Arguments::Switch energy = Arguments::Switch::kOff;
  Arguments::Switch as_json = Arguments::Switch::kOff;
};

/// Address, headers and time limit of every request. kUsage for flags that are wrong.
Result<load::TargetQuery> load_query(const LoadFlags& flags);

/// kUsage for flags that are wrong or contradict each other.
Result<load::Plan> load_plan(const LoadFlags& flags);
Result<std::vector<load::Limit>> load_limits(const LoadFlags& flags);

/// What is asked of that target. kUsage for flags that are wrong or that its API does not know.
Result<std::unique_ptr<load::Workload>> load_workload(const LoadFlags& flags,
                                                      const load::Target& target,
                                                      const http::Call& call);

}  // namespace joulemark::cli
