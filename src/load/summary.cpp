// SPDX-License-Identifier: Apache-2.0
#include "load/summary.h"

#include <algorithm>
#include <array>
#include <map>

#include "stats/block_quantiles.h"
#include "stats/descriptive.h"
#include "stats/mean_interval.h"

namespace joulemark::load {
namespace {

constexpr std::size_t kSlices = 10;
constexpr std::size_t kMostBlocks = 40;
constexpr std::size_t kLeastInABlock = 3;
constexpr std::size_t kLeastForDrift = 10;

using Records = std::vector<const Record*>;

/// Those that were due in the window, in that order.
Records of_window(const LoadRun& run) {
  Records records;
  for (const Record& record : run.records)
    if (record.scheduled >= run.window_begin && record.scheduled <= run.window_end)
      records.push_back(&record);
  std::sort(records.begin(), records.end(), [](const Record* a, const Record* b) {
    return std::pair(a->scheduled, a->index) < std::pair(b->scheduled, b->index);
  });
  return records;
}

/// A metric of requests: none, one or many values of each.
struct Metric {
  const char* key;
  const char* title;
  void (*add)(const Record&, std::vector<double>&);
};

constexpr Metric kMetrics[] = {
    {"latency_ms", "latency",
     [](const Record& record, std::vector<double>& out) { out.push_back(record.latency_ms()); }},
    {"ttft_ms", "time to first token",
     [](const Record& record, std::vector<double>& out) {
       if (record.last != 0) out.push_back(record.first_ms());
     }},
    {"itl_ms", "time per further token",
     [](const Record& record, std::vector<double>& out) {
       if (const auto mean = record.per_token_ms()) out.push_back(*mean);
     }},
    {"gap_ms", "single gaps between parts",
     [](const Record& record, std::vector<double>& out) {
       for (const Nanoseconds gap : record.gaps) out.push_back(Record::to_ms(gap));
     }},
};

Distribution distribution_of(const Metric& metric, const Records& good) {
  std::vector<double> values;
  std::vector<std::uint32_t> block;
  const std::size_t blocks = std::min(good.size() / kLeastInABlock, kMostBlocks);
  for (std::size_t i = 0; i < good.size(); ++i) {
    metric.add(*good[i], values);
    block.resize(values.size(), static_cast<std::uint32_t>(i * blocks / good.size()));
  }
  Distribution out{.key = metric.key, .title = metric.title, .count = values.size()};
  if (values.empty()) return out;
  out.mean = stats::mean(values);
  out.most = *std::max_element(values.begin(), values.end());
  out.percentiles =
      stats::block_quantiles({values, block, static_cast<std::uint32_t>(blocks)}, kPercentiles);
  return out;
}

bool keeps_all(const Record& record, const std::vector<Limit>& limits) {
  return record.is_good() && std::all_of(limits.begin(), limits.end(),
                                         [&](const Limit& limit) { return keeps(record, limit); });
}

/// What ended within the window, by parts of it.
class Rates {
 public:
  Rates(const LoadRun& run, const std::vector<Limit>& limits)
      : begin_(run.window_begin), length_(run.window_end - begin_) {
    for (const Record& record : run.records) add(record, limits);
  }

  [[nodiscard]] double per_s(std::int64_t count) const {
    return length_ > 0 ? static_cast<double>(count) / to_seconds(length_) : 0;
  }
  [[nodiscard]] stats::Interval throughput() const {
    std::array<double, kSlices> rates{};
    for (std::size_t i = 0; i < kSlices; ++i) rates[i] = per_s(slices_[i]) * kSlices;
    return stats::mean_interval(rates);
  }
  [[nodiscard]] double tokens_per_s() const { return per_s(tokens_); }
  [[nodiscard]] double kept_per_s() const { return per_s(kept_); }

 private:
  void add(const Record& record, const std::vector<Limit>& limits) {
    if (!record.is_good() || record.end < begin_ || record.end >= begin_ + length_) return;
    const auto at = static_cast<double>(record.end - begin_) / static_cast<double>(length_);
    ++slices_[std::min(static_cast<std::size_t>(at * kSlices), kSlices - 1)];
    tokens_ += record.new_tokens.value_or(0);
    if (keeps_all(record, limits)) ++kept_;
  }

  Nanoseconds begin_, length_;
  std::array<std::int64_t, kSlices> slices_{};
  std::int64_t tokens_ = 0, kept_ = 0;
};

void set_rates(const LoadRun& run, const std::vector<Limit>& limits, Summary& summary) {
  const Rates rates(run, limits);
  summary.throughput = rates.throughput();
  summary.new_tokens_per_s = rates.tokens_per_s();
  if (!limits.empty()) summary.goodput = Goodput{limits, rates.kept_per_s(), 0};
}

void count(const Record& record, Summary& summary) {
  ++summary.good;
  summary.prompt_tokens += record.prompt_tokens.value_or(0);
  summary.new_tokens += record.new_tokens.value_or(0);
  if (record.last != 0) summary.parts += static_cast<std::int64_t>(record.gaps.size()) + 1;
  if (record.work == Work::kUnknown) ++summary.unknown;
  if (record.work != Work::kUnequal) return;
  if (summary.unequal++ == 0) summary.first_difference = record.message;
}

/// Answers tell it best; where they do not, the server's metrics may.
EnergySummary energy_of(const LoadRun& run, const Records& good) {
  EnergySummary energy;
  double joules = 0;
  for (const Record* record : good) {
    if (!record->energy) continue;
    if (record->energy->measured) {
      ++energy.requests;
      joules += record->energy->joules;
    }
    (record->energy->measured ? energy.method : energy.reason) = record->energy->text;
  }
  if (energy.requests > 0) {
    energy.joules_per_request = joules / static_cast<double>(energy.requests);
  } else if (run.energy_of_each) {
    if (run.energy_of_each->measured) energy.joules_per_request = run.energy_of_each->joules;
    (run.energy_of_each->measured ? energy.method : energy.reason) = run.energy_of_each->text;
  }
  if (energy.joules_per_request)
    energy.reason.clear();
  else if (energy.reason.empty())
    energy.reason = "the server does not tell it";
  return energy;
}

void count_all(const Records& records, Summary& summary) {
  std::map<std::string, Failures> failures;
  for (const Record* record : records) {
    if (record->outcome == Outcome::kAbandoned) {
      ++summary.abandoned;
      continue;
    }
    ++summary.requests;
    if (record->is_good()) {
      count(*record, summary);
      continue;
    }
    Failures& failure = failures.try_emplace(record->kind, Failures{record->kind}).first->second;
    if (failure.count++ == 0) failure.first = record->message;
  }
  for (auto& [kind, failure] : failures) summary.failures.push_back(std::move(failure));
}

/// In a queue that grows, latencies grow by 1 - served/offered of the time that passes.
double drift_of(const Records& good) {
  const std::size_t third = good.size() / 3;
  if (third < kLeastForDrift) return 0;
  std::vector<double> early, late;
  for (std::size_t i = 0; i < third; ++i) {
    early.push_back(good[i]->latency_ms());
    late.push_back(good[good.size() - third + i]->latency_ms());
  }
  const auto passed =
      Record::to_ms(good[good.size() - third + third / 2]->scheduled - good[third / 2]->scheduled);
  return passed > 0 ? (stats::median(late) - stats::median(early)) / passed : 0;
}

void set_generator(const LoadRun& run, Summary& summary) {
  summary.held = run.held;
  summary.longest_held_ms = run.longest_held_ms;
  summary.most_in_flight = run.most_in_flight;
  summary.connections = run.connections;
  if (run.lateness_ms.empty()) return;
  summary.late_p50_ms = stats::quantile(run.lateness_ms, 0.5);
  summary.late_p99_ms = stats::quantile(run.lateness_ms, 0.99);
  summary.late_most_ms = stats::quantile(run.lateness_ms, 1);
}

}  // namespace

Summary summarize(const LoadRun& run, const std::vector<Limit>& limits, LoopKind kind) {
  Summary summary;
  summary.loop = kind;
  summary.was_interrupted = run.was_interrupted;
  summary.was_full = run.was_full;
  summary.window_s = to_seconds(run.window_end - run.window_begin);
  const Records records = of_window(run);
  count_all(records, summary);
  set_rates(run, limits, summary);
  set_generator(run, summary);
  if (kind == LoopKind::kOpen && summary.window_s > 0)
    summary.offered_per_s = static_cast<double>(records.size()) / summary.window_s;
  if (summary.goodput && summary.requests > 0)
    summary.goodput->share = static_cast<double>(std::count_if(
                                 records.begin(), records.end(),
                                 [&](const Record* one) { return keeps_all(*one, limits); })) /
                             static_cast<double>(summary.requests);
  Records good;
  std::copy_if(records.begin(), records.end(), std::back_inserter(good),
               [](const Record* one) { return one->is_good(); });
  summary.energy = energy_of(run, good);
  summary.drift = drift_of(good);
  for (const Metric& metric : kMetrics)
    if (auto one = distribution_of(metric, good); one.count > 0)
      summary.distributions.push_back(std::move(one));
  return summary;
}

}  // namespace joulemark::load
