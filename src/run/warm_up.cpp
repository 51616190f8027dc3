// SPDX-License-Identifier: Apache-2.0
#include "run/warm_up.h"

#include <algorithm>
#include <utility>

#include "run/settling.h"
#include "sensors/window/machine_look.h"

namespace joulemark::run {
namespace {

constexpr Nanoseconds kShortPart = kNanosecondsPerSecond;
/// Looks in the time that is looked at the least.
constexpr Nanoseconds kLooks = 10;
/// Share of the time limit that a long warm-up leaves for what follows the window.
constexpr double kReserve = 0.1;

/// `was_read`: some look has read it.
Observation told(std::optional<double> value, bool was_read) {
  if (value) return {value, ""};
  return {std::nullopt, was_read ? "not_sampled" : "absent"};
}

/// One warm-up while it goes on.
class Stretches {
 public:
  Stretches(WorkerClient& client, const protocol::WarmupRequest& request, sensors::MachineEye eye,
            Clock& clock)
      : client_(client),
        request_(request),
        eye_(std::move(eye)),
        clock_(clock),
        begin_(clock.now()) {}

  Reply<WarmedUp> run() {
    look();
    const auto first = client_.warm_up(request_);
    if (!first) return tl::unexpected<Failure>(first.error());
    times_ = *first;
    all_ = {.t0_ns = first->t0_ns, .t1_ns = first->t1_ns, .iterations = first->iterations};
    look();
    set_patience();
    const bool can_tell = machine_.has_temperature() || machine_.has_clock();
    while (can_tell && !(times_.steady && is_settled()) && left() > 0)
      if (auto reply = stretch(); !reply) return tl::unexpected<Failure>(reply.error());
    end();
    return all_;
  }

 private:
  [[nodiscard]] Nanoseconds left() const { return begin_ + request_.max_ns - clock_.now(); }
  void look() { machine_.add(eye_.look(clock_.now())); }
  void set_patience() {
    patience_ = left() >= kLongPart ? Patience::kLong : Patience::kShort;
    least_ = patience_ == Patience::kLong ? kLongPart : std::min(kShortPart, request_.max_ns / 2);
  }
  [[nodiscard]] bool is_settled() const {
    return machine_.has_seen(least_, patience_) && machine_.judge(patience_).unsettled == 0;
  }
  /// One that is shorter than the first tells less of the times than that did.
  Reply<void> stretch() {
    const Nanoseconds length = std::min(std::max<Nanoseconds>(least_ / kLooks, 1), left());
    const auto warmed = client_.warm_up({.min_ns = length, .max_ns = length, .min_iterations = 1});
    if (!warmed) return tl::unexpected<Failure>(warmed.error());
    all_.t1_ns = warmed->t1_ns;
    all_.iterations += warmed->iterations;
    if (warmed->t1_ns - warmed->t0_ns >= times_.t1_ns - times_.t0_ns) times_ = *warmed;
    look();
    return {};
  }
  void end() {
    const Settled settled = machine_.judge(patience_);
    const unsigned times = times_.steady ? 0 : static_cast<unsigned>(Unsettled::kTimes);
    all_.iteration_ns = times_.iteration_ns;
    all_.steady = (settled.unsettled | times) == 0;
    WindowFacts& facts = all_.facts;
    facts[WindowFact::kWarmupSlope] = told(settled.c_per_min, machine_.has_temperature());
    facts[WindowFact::kWarmupClock] = told(settled.clock_change, machine_.has_clock());
    facts[WindowFact::kWarmupUnsettled] = {static_cast<double>(settled.unsettled | times), ""};
    if (times_.scatter) facts[WindowFact::kWarmupScatter] = {times_.scatter, ""};
    if (times_.trend) facts[WindowFact::kWarmupTrend] = {times_.trend, ""};
  }

  WorkerClient& client_;
  const protocol::WarmupRequest& request_;
  sensors::MachineEye eye_;
  Clock& clock_;
  Nanoseconds begin_;
  Settling machine_;
  Warmed times_;  ///< the last stretch that tells of them
  Patience patience_ = Patience::kShort;
  Nanoseconds least_ = 0;
  WarmedUp all_;
};

}  // namespace

Reply<WarmedUp> warm_up(WorkerClient& client, const protocol::WarmupRequest& request,
                        const TrialWorld& world, const std::string& provider) {
  const auto clocks =
      provider == "cpu" ? sensors::BoardClocks::kLeftOut : sensors::BoardClocks::kLookedAt;
  return Stretches(client, request, {world.root, world.sensors, clocks}, world.clock).run();
}

Nanoseconds longest_warmup(const Protocol& protocol, double window_s, Nanoseconds left) {
  const double set_aside_s = protocol.ready_s + window_s + protocol.time_limit_s * kReserve;
  const Nanoseconds most = left - to_nanoseconds(set_aside_s);
  return std::max(to_nanoseconds(protocol.warmup_min_s),
                  std::min(most, to_nanoseconds(protocol.warmup_max_s)));
}

}  // namespace joulemark::run
