// SPDX-License-Identifier: Apache-2.0
// The table of what a reader of the numbers has to know.
#include <fmt/format.h>

#include <optional>

#include "load/summary.h"

namespace joulemark::load {
namespace {

/// What the generator may be late without a word, and as part of the median latency.
constexpr double kFreeLatenessMs = 1;
constexpr double kFreeLatenessPart = 0.05;
/// A server that leaves so much of what it is asked to later falls behind.
constexpr double kKeepsUp = 0.05;
constexpr std::int64_t kEnoughForP99 = 100;
constexpr double kTokensInAPart = 1.1;

double median_latency_ms(const Summary& summary) {
  return summary.distributions.empty() ? 0 : summary.distributions[0].percentiles[0].estimate;
}

std::string interrupted(const Summary& summary) {
  if (!summary.was_interrupted) return "";
  return fmt::format("the run was ended early: {} requests that were under way are left out",
                     summary.abandoned);
}

std::string full(const Summary& summary) {
  if (!summary.was_full) return "";
  return fmt::format("the run ended early, after {} requests: no more can be kept", kMostRequests);
}

std::string late(const Summary& summary) {
  if (summary.late_p99_ms <= kFreeLatenessMs ||
      summary.late_p99_ms <= kFreeLatenessPart * median_latency_ms(summary))
    return "";
  return fmt::format(
      "the generator itself was late: {:.3g} ms for 1 of 100 requests, {:.3g} ms at most; "
      "latencies "
      "hold that too; leave it a processor of its own, or lower the rate",
      summary.late_p99_ms, summary.late_most_ms);
}

std::string held(const Summary& summary) {
  if (summary.held == 0) return "";
  return fmt::format(
      "{} requests waited up to {:.3g} ms, since as many as --max-in-flight allows were under way; "
      "their latencies hold the waiting",
      summary.held, summary.longest_held_ms);
}

std::string behind(const Summary& summary) {
  if (summary.loop == LoopKind::kClosed || summary.drift < kKeepsUp) return "";
  return fmt::format(
      "the server does not keep up: a request that is due a second later waits {:.3g} ms longer; "
      "the "
      "latencies depend on how long the run was and describe no steady service",
      1000 * summary.drift);
}

std::string unequal(const Summary& summary) {
  if (summary.unequal == 0) return "";
  return fmt::format("unequal work: in {} of {} answers {}", summary.unequal, summary.good,
                     summary.first_difference);
}

std::string unknown(const Summary& summary) {
  if (summary.unknown == 0 || summary.new_tokens == 0) return "";
  return fmt::format(
      "{} of {} answers cannot be checked for equal work: nothing tells how many "
      "tokens were wanted, or made",
      summary.unknown, summary.good);
}

std::string merged(const Summary& summary) {
  if (summary.parts == 0) return "";
  const double tokens =
      static_cast<double>(summary.new_tokens) / static_cast<double>(summary.parts);
  if (tokens < kTokensInAPart) return "";
  return fmt::format("a part of a stream holds {:.3g} tokens on average: gap_ms is between parts",
                     tokens);
}

std::string delayed(const Summary& summary) {
  if (summary.energy.requests == 0) return "";
  return "answers waited for a reading of the server's sensors, and their latencies hold that; "
         "without --energy they do not";
}

std::string few(const Summary& summary) {
  if (summary.good == 0 || summary.good >= kEnoughForP99) return "";
  return fmt::format(
      "{} good answers: the p99 is close to the slowest of them; raise --duration or "
      "--requests",
      summary.good);
}

struct Row {
  const char* code;
  std::string (*text)(const Summary&);
};

constexpr Row kCaveats[] = {
    {"interrupted", interrupted}, {"full", full},
    {"unequal_work", unequal},    {"unchecked_work", unknown},
    {"falls_behind", behind},     {"generator_late", late},
    {"held_back", held},          {"merged_tokens", merged},
    {"energy_waits", delayed},    {"few_requests", few},
};

}  // namespace

std::vector<Caveat> caveats_of(const Summary& summary) {
  std::vector<Caveat> caveats;
  for (const Row& row : kCaveats)
    if (auto text = row.text(summary); !text.empty())
      caveats.push_back({row.code, std::move(text)});
  return caveats;
}

}  // namespace joulemark::load
