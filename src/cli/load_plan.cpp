// SPDX-License-Identifier: Apache-2.0
// When requests are sent, and what they have to keep.
#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "cli/flag_numbers.h"
#include "cli/load_request.h"
#include "config/settings.h"

namespace joulemark::cli {
namespace {

constexpr std::int64_t kMostUsers = 50'000;
constexpr double kDefaultDuration = 10, kDefaultWarmup = 2;
constexpr double kMostRate = 1e6;

/// With or without its unit, as an experiment's.
Result<double> parse_rate(std::string_view text) {
  const std::string_view digits = config::without_unit(*config::find_flag("--rate"), text);
  double rate = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rate);
  if (error == std::errc{} && end == digits.data() + digits.size() && rate > 0 && rate <= kMostRate)
    return rate;
  return fail(ErrorKind::kUsage,
              fmt::format("--rate must be requests per second up to {:g}, like 5/s, not '{}'",
                          kMostRate, text));
}

Result<ArrivalKind> parse_arrivals(const std::string& name) {
  if (name.empty() || name == to_string(ArrivalKind::kPoisson)) return ArrivalKind::kPoisson;
  if (name == to_string(ArrivalKind::kUniform)) return ArrivalKind::kUniform;
  return fail(ErrorKind::kUsage,
              fmt::format("--arrivals must be poisson or uniform, not '{}'", name));
}

/// Warm-up and window of what has no trace.
struct Lengths {
  double warmup_s = 0, duration_s = 0;
  std::int64_t requests = 0;
};

Result<Lengths> lengths(const LoadFlags& flags) {
  if (flags.requests && flags.duration_s)
    return fail(ErrorKind::kUsage, "--duration and --requests both say how long it goes; give one");
  Lengths out;
  if (flags.requests) {
    const auto count = count_within("--requests", flags.requests, 1, kMostArrivals);
    if (!count) return fail(count.error());
    out.requests = *count;
  } else {
    const auto duration =
        seconds_of("--duration", flags.duration_s.value_or(kDefaultDuration), 0.001);
    if (!duration) return fail(duration.error());
    out.duration_s = *duration;
  }
  const auto warmup =
      seconds_of("--warmup", flags.warmup_s.value_or(flags.requests ? 0 : kDefaultWarmup), 0);
  if (!warmup) return fail(warmup.error());
  out.warmup_s = *warmup;
  return out;
}

Result<load::Plan> open_plan(const LoadFlags& flags, load::Schedule schedule) {
  const auto most = count_within("--max-in-flight", flags.most_in_flight, 1000, kMostUsers);
  if (!most) return fail(most.error());
  return load::OpenLoop{std::move(schedule), *most};
}

Result<load::Plan> rate_plan(const LoadFlags& flags) {
  const auto rate = parse_rate(flags.rate);
  if (!rate) return fail(rate.error());
  const auto kind = parse_arrivals(flags.arrivals);
  if (!kind) return fail(kind.error());
  const auto length = lengths(flags);
  if (!length) return fail(length.error());
  const auto seed = static_cast<std::uint64_t>(flags.seed.value_or(1));
  auto schedule = load::schedule_at_rate({.arrivals = {.rate = *rate, .kind = *kind, .seed = seed},
                                          .warmup_s = length->warmup_s,
                                          .duration_s = length->duration_s,
                                          .requests = length->requests});
  if (!schedule) return fail(schedule.error());
  return open_plan(flags, *std::move(schedule));
}

Result<load::Plan> trace_plan(const LoadFlags& flags) {
  if (flags.duration_s || flags.requests || !flags.arrivals.empty())
    return fail(ErrorKind::kUsage,
                "--trace says itself what comes when: leave out --duration, --requests and "
                "--arrivals");
  const auto warmup = seconds_of("--warmup", flags.warmup_s.value_or(0), 0);
  if (!warmup) return fail(warmup.error());
  auto schedule = load::schedule_of_trace(flags.trace, *warmup);
  if (!schedule) return fail(schedule.error());
  if (!flags.workload.empty() && schedule->sizes_prompts())
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' has prompts and '{}' has prompt_tokens: leave one of them out",
                            flags.workload, flags.trace));
  return open_plan(flags, *std::move(schedule));
}

Result<load::Plan> closed_plan(const LoadFlags& flags) {
  if (!flags.arrivals.empty() || flags.most_in_flight)
    return fail(ErrorKind::kUsage, "--arrivals and --max-in-flight need --rate or --trace");
  const auto users = count_within("--concurrency", flags.concurrency, 1, kMostUsers);
  if (!users) return fail(users.error());
  const auto length = lengths(flags);
  if (!length) return fail(length.error());
  return load::ClosedLoop{.concurrency = *users,
                          .warmup = to_nanoseconds(length->warmup_s),
                          .length = to_nanoseconds(length->duration_s),
                          .requests = length->requests};
}

}  // namespace

Result<load::Plan> load_plan(const LoadFlags& flags) {
  const int ways =
      (flags.concurrency ? 1 : 0) + (flags.rate.empty() ? 0 : 1) + (flags.trace.empty() ? 0 : 1);
  if (ways > 1)
    return fail(ErrorKind::kUsage,
                "--concurrency, --rate and --trace each say when requests are sent; give one");
  if (flags.seed.value_or(1) < 0) return fail(ErrorKind::kUsage, "--seed must not be negative");
  if (!flags.rate.empty()) return rate_plan(flags);
  if (!flags.trace.empty()) return trace_plan(flags);
  return closed_plan(flags);
}

Result<std::vector<load::Limit>> load_limits(const LoadFlags& flags) {
  std::vector<load::Limit> limits;
  for (const std::string& text : flags.limits) {
    auto limit = load::parse_limit(text);
    if (!limit) return fail(limit.error());
    limits.push_back(*std::move(limit));
  }
  return limits;
}

}  // namespace joulemark::cli
