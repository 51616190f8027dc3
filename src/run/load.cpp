// SPDX-License-Identifier: Apache-2.0
#include "run/load.h"

#include <fmt/format.h>

#include <algorithm>

namespace joulemark::run {
namespace {

/// For workers that round.
constexpr Nanoseconds kSlack = 1000;

tl::unexpected<Failure> refuse(TrialStatus status, std::string reason) {
  return tl::unexpected<Failure>(
      Failure{.status = status, .reason = std::move(reason), .reported = true});
}

}  // namespace

std::int64_t iterations_for(std::int64_t calls, const ModelPrompts* prompts) {
  if (prompts == nullptr) return calls;
  return (calls + prompts->new_tokens - 1) / prompts->new_tokens;
}

Load load_of(const TrialRequest& request) {
  const Protocol& protocol = request.experiment.protocol;
  const ModelPrompts* prompts = request.prompts;
  Load load{.arrivals = {},
            .requests = iterations_for(protocol.min_iterations, prompts),
            .window_s = request.window_s};
  if (protocol.rate > 0) {
    const std::int64_t batch = std::max(request.planned.configuration.batch, 1);
    const std::int64_t rows =
        prompts == nullptr ? batch : static_cast<std::int64_t>(prompts->prompts.size());
    load.arrivals = {.rate = protocol.rate,
                     .kind = arrival_kind(protocol.arrivals),
                     .seed = arrival_seed(request.experiment.seed, request.planned.block)};
    load.requests = request_count(protocol.rate, {.min_ns = to_nanoseconds(load.window_s),
                                                  .min_requests = load.requests,
                                                  .in_a_pass = (rows + batch - 1) / batch});
    load.window_s = static_cast<double>(load.requests) / protocol.rate;
  }
  load.windows_s = prompts == nullptr ? load.window_s : 2 * load.window_s;
  return load;
}

Reply<void> check_capacity(const Load& load, double request_s, double left_s) {
  if (!load.is_at_rate()) return {};
  if (load.windows_s > left_s)
    return refuse(TrialStatus::kTimeout,
                  fmt::format("{} requests at {} a second take {:.0f} s, and the time limit leaves "
                              "{:.0f} s; raise --time-limit, or lower --min-iterations",
                              load.requests, load.arrivals.rate, load.windows_s, left_s));
  const double served_s = static_cast<double>(load.requests) * request_s;
  if (served_s <= left_s) return {};
  return refuse(TrialStatus::kTimeout,
                fmt::format("overloaded: {} requests of {:.3g} s each take {:.0f} s, and the time "
                            "limit leaves {:.0f} s; lower --rate, or raise --time-limit",
                            load.requests, request_s, served_s, left_s));
}

Reply<void> check_served(const Load& load, const Done& done) {
  if (!load.is_at_rate() && !done.load) return {};
  if (!done.load) {
    auto failure = refuse(TrialStatus::kUnsupported,
                          "its worker cannot be asked at a rate, and served one request after "
                          "another; leave this engine out, or measure without --rate");
    failure.value().recurrence = Recurrence::kCertain;
    return failure;
  }
  if (!(done.load->arrivals == load.arrivals))
    return tl::unexpected<Failure>(nonsense("go", "another schedule than it was asked for"));
  if (done.iterations != load.requests)
    return tl::unexpected<Failure>(
        nonsense("go", fmt::format("{} requests served, not {}", done.iterations, load.requests)));
  return {};
}

Reply<void> check_latencies(const Load& load, const Done& done, const Durations& durations) {
  if (!load.is_at_rate()) return {};
  const auto arrivals = arrival_times(load.arrivals, load.requests);
  if (durations.calls_per_record != 1 || durations.ns.size() > arrivals.size())
    return tl::unexpected<Failure>(nonsense("durations", "no latency of each request"));
  // Of a language model's long window, only the last requests are kept.
  const std::size_t first = arrivals.size() - durations.ns.size();
  const Nanoseconds window = done.t1_ns - done.t0_ns;
  Nanoseconds answered = 0;
  for (std::size_t i = 0; i < durations.ns.size(); ++i) {
    const Nanoseconds end = arrivals[first + i] + durations.ns[i];
    if (end + kSlack < answered || end > window + kSlack)
      return tl::unexpected<Failure>(
          nonsense("durations", fmt::format("request {} was answered {} ns after its window began, "
                                            "which does not fit into its schedule",
                                            first + i + 1, end)));
    answered = end;
  }
  if (window + kSlack < schedule_length(load.arrivals.rate, load.requests))
    return tl::unexpected<Failure>(nonsense("go", "the window is shorter than its schedule"));
  return {};
}

void add_load(const Done& done, WindowFacts& facts) {
  if (!done.load) return;
  facts[WindowFact::kBusy] = {to_seconds(done.load->busy_ns), ""};
  facts[WindowFact::kQueueMax] = {static_cast<double>(done.load->queue_max), ""};
  facts[WindowFact::kWakeLate] = {to_seconds(done.load->wake_late_ns), ""};
}

}  // namespace joulemark::run
