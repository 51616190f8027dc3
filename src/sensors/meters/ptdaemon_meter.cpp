// SPDX-License-Identifier: Apache-2.0
// The dialogue as MLPerf's power server leads it (mlcommons/power-dev, ptd_client_server): Hello,
// Identify, Go, then "RL" for the samples that nobody has read yet, and Stop.
#include "sensors/meters/ptdaemon_meter.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/split.h"
#include "net/line_connection.h"

namespace joulemark::sensors {
namespace {

constexpr const char* kGreeting = "Hello, PTDaemon here!";
constexpr const char* kBegin = "Go,1000,0,joulemark";
/// Unread samples of a day; nobody leaves so many.
constexpr int kMostSamples = 86'400;
/// An analyser that is asked for a sample a second and brings none for so long has stopped.
constexpr Nanoseconds kStaleAfter = 5 * kNanosecondsPerSecond;
constexpr Nanoseconds kPause = 100'000'000;

/// N of "Last N samples".
std::optional<int> sample_count(std::string_view reply) {
  constexpr std::string_view kLast = "Last ";
  if (!reply.starts_with(kLast)) return std::nullopt;
  reply.remove_prefix(kLast.size());
  int count = 0;
  const auto [end, error] = std::from_chars(reply.data(), reply.data() + reply.size(), count);
  if (error != std::errc() || count < 0 || count > kMostSamples) return std::nullopt;
  return count;
}

class PtdaemonMeter final : public Meter {
 public:
  PtdaemonMeter(MeterAddress address, double timeout_s)
      : address_(std::move(address)), timeout_(to_nanoseconds(timeout_s)) {}
  ~PtdaemonMeter() override {
    if (connection_ && has_begun_) connection_->send("Stop", monotonic_now() + timeout_);
  }
  PtdaemonMeter(const PtdaemonMeter&) = delete;
  PtdaemonMeter& operator=(const PtdaemonMeter&) = delete;

  MeterWatts ask() override {
    deadline_ = monotonic_now() + (latest_ ? timeout_ : 2 * timeout_);
    for (;;) {
      if (auto taken = take_samples(); !taken) {
        connection_.reset();
        return tl::unexpected(taken.error());
      }
      const Nanoseconds now = monotonic_now();
      if (latest_ && now - latest_at_ <= kStaleAfter) return watts_in_sample(address_, *latest_);
      if (latest_ || now + kPause >= deadline_)
        return meter_failure("unreadable", address_, "its analyser brings no samples");
      std::this_thread::sleep_for(std::chrono::nanoseconds(kPause));
    }
  }

 private:
  using Reply = tl::expected<std::string, MeterFailure>;
  using Outcome = tl::expected<void, MeterFailure>;

  Outcome begin() {
    auto opened = net::LineConnection::open({address_.host, address_.port}, deadline_);
    if (!opened) return broken(opened.error());
    connection_.emplace(*std::move(opened));
    const auto hello = exchange("Hello");
    if (!hello) return tl::unexpected(hello.error());
    if (*hello != kGreeting)
      return meter_failure("unreadable", address_, "what answers there is no PTDaemon");
    if (auto name = exchange("Identify"); !name) return tl::unexpected(name.error());
    // What this program began before the connection broke still runs.
    if (has_begun_)
      if (auto stopped = exchange("Stop"); !stopped) return tl::unexpected(stopped.error());
    const auto started = exchange(kBegin);
    if (!started) return tl::unexpected(started.error());
    has_begun_ = started->starts_with("Starting");
    if (has_begun_) return {};
    auto busy = meter_failure("busy", address_,
                              fmt::format("it does not begin to measure: '{}'", *started));
    busy.value().remedy = "end the measurement that it makes for another program";
    return busy;
  }

  /// Keeps the newest of the samples that were not read yet.
  Outcome take_samples() {
    if (!connection_)
      if (auto begun = begin(); !begun) return begun;
    auto head = exchange(command_);
    if (head && head->find("Unknown command") != std::string::npos)
      head = exchange(command_ = "DC-RL");
    if (!head) return tl::unexpected(head.error());
    const auto count = sample_count(*head);
    if (!count)
      return meter_failure("unreadable", address_,
                           fmt::format("it answers '{}' where samples should be", *head));
    for (int i = 0; i < *count; ++i) {
      auto line = connection_->receive(deadline_);
      if (!line) return broken(line.error());
      latest_ = *std::move(line);
      latest_at_ = monotonic_now();
    }
    return {};
  }

  Reply exchange(std::string_view command) {
    if (auto sent = connection_->send(command, deadline_); !sent) return broken(sent.error());
    auto reply = connection_->receive(deadline_);
    if (!reply) return broken(reply.error());
    return *std::move(reply);
  }

  [[nodiscard]] tl::unexpected<MeterFailure> broken(const net::Failure& failure) const {
    if (failure.kind == net::Failure::Kind::kBroken)
      return meter_failure("unreadable", address_, "its answer broke off: " + failure.message);
    return meter_failure("unreachable", address_, "it cannot be reached: " + failure.message);
  }

  MeterAddress address_;
  Nanoseconds timeout_;
  Nanoseconds deadline_ = 0;  ///< of the ask that runs
  std::optional<net::LineConnection> connection_;
  std::string command_ = "RL";
  bool has_begun_ = false;
  std::optional<std::string> latest_;  ///< sample
  Nanoseconds latest_at_ = 0;
};

}  // namespace

std::unique_ptr<Meter> make_ptdaemon_meter(const MeterAddress& address, double timeout_s) {
  return std::make_unique<PtdaemonMeter>(address, timeout_s);
}

MeterWatts watts_in_sample(const MeterAddress& address, std::string_view line) {
  const std::vector<std::string> fields = split(line, ',');
  double watts = 0;
  if (fields.size() < 4 || fields[0] != "Time" || fields[2] != "Watts")
    return meter_failure("unreadable", address, "its sample is of no known form");
  const std::string& text = fields[3];
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), watts);
  if (error != std::errc() || end != text.data() + text.size())
    return meter_failure("unreadable", address, "its sample has no number of watts");
  // "22,95" of a system with decimal commas would be 22.
  if (fields.size() > 4 && !fields[4].empty() && fields[4][0] >= '0' && fields[4][0] <= '9') {
    auto failure = meter_failure("unreadable", address, "its numbers have commas");
    failure.value().remedy = "run PTDaemon on a system whose decimals are points";
    return failure;
  }
  return plausible_watts(watts, address);
}

}  // namespace joulemark::sensors
