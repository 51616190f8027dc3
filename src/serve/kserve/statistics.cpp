// SPDX-License-Identifier: Apache-2.0
#include "serve/kserve/statistics.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/json/members.h"

namespace joulemark::serve {

void KserveStatistics::note(const Outcome& outcome, Nanoseconds answered) {
  const Served& served = outcome.served;
  const std::lock_guard lock(mutex_);
  if (outcome.ending != Ending::kDone) return sums_.fail.add(answered - served.arrived);
  sums_.success.add(answered - served.arrived);
  sums_.queue.add(served.begin - served.arrived);
  sums_.infer.add(served.end - served.begin);
  sums_.output.add(answered - served.end);
  sums_.inferences += std::max<std::int64_t>(served.units, 1);
  // Answers of one batch come behind each other, seldom among those of another.
  if (served.batch_number > sums_.last_batch) ++sums_.batches;
  sums_.last_batch = std::max(sums_.last_batch, served.batch_number);
  sums_.last_ms = static_cast<std::int64_t>(wall_clock_now() * 1e3);
}

void KserveStatistics::append(std::string& out, const Sums& sums) {
  api::JsonMembers members(out);
  const auto put = [&](const char* name, const Sum& sum) {
    members.name(name) += fmt::format(R"({{"count":{},"ns":{}}})", sum.count, sum.ns);
  };
  put("success", sums.success);
  put("fail", sums.fail);
  put("queue", sums.queue);
  put("compute_input", {});
  put("compute_infer", sums.infer);
  put("compute_output", sums.output);
  put("cache_hit", {});
  put("cache_miss", {});
}

std::string KserveStatistics::render(const std::string& model, const std::string& version) const {
  Sums sums;
  {
    const std::lock_guard lock(mutex_);
    sums = sums_;
  }
  std::string out = R"({"model_stats":[)";
  {
    api::JsonMembers members(out);
    members.text("name", model);
    members.text("version", version);
    members.name("last_inference") += std::to_string(sums.last_ms);
    members.name("inference_count") += std::to_string(sums.inferences);
    members.name("execution_count") += std::to_string(sums.batches);
    append(members.name("inference_stats"), sums);
    members.name("batch_stats") += "[]";
  }
  return out + "]}";
}

}  // namespace joulemark::serve
