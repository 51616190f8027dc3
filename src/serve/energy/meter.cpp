// SPDX-License-Identifier: Apache-2.0
#include "serve/energy/meter.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "serve/energy/reader.h"
#include "serve/energy/timeline.h"

namespace joulemark::serve {
namespace {

using Then = std::function<void(const EnergyShare&)>;
using Steady = std::chrono::steady_clock;

/// Of a tenth of a second each: ten minutes.
constexpr std::size_t kSpans = 6000;
constexpr std::chrono::seconds kTellPeriod{1};
/// A span is over after ten periods whatever the counters do, unless they cannot be read at all.
constexpr double kPatiencePeriods = 20;

class NoMeter final : public EnergyMeter {
 public:
  explicit NoMeter(std::string reason) : reason_(std::move(reason)) {}
  void note_batch(const Served&) override {}
  void share_of(const Served&, Then then) override { then(absent_share(reason_)); }

 private:
  std::string reason_;
};

class SensorMeter final : public EnergyMeter {
 public:
  SensorMeter(EnergyReader reader, TellEnergy tell)
      : reader_(std::move(reader)), tell_(std::move(tell)), thread_([this] { run(); }) {}
  ~SensorMeter() override {
    {
      const std::lock_guard lock(mutex_);
      is_ending_ = true;
    }
    ending_.notify_all();
    thread_.join();
  }
  SensorMeter(const SensorMeter&) = delete;
  SensorMeter& operator=(const SensorMeter&) = delete;

  void note_batch(const Served& served) override {
    Served whole = served;
    whole.engine_time = served.end - served.begin;
    const std::lock_guard lock(mutex_);
    batches_.push_back(whole);
  }
  void share_of(const Served& served, Then then) override {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({served, std::move(then)});
  }

 private:
  struct Waiting {
    Served served;
    Then then;
  };

  static Steady::duration seconds(double s) {
    return std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(s));
  }

  void run() {
    const double period_s = reader_.period_s();
    auto next = Steady::now();
    auto last_span = next;
    while (!ends_before(next += seconds(period_s))) {
      if (auto span = reader_.read()) {
        add(*std::move(span));
        last_span = Steady::now();
      }
      answer();
      if (Steady::now() - last_span > seconds(kPatiencePeriods * period_s))
        give_up("the machine's energy counters can no longer be read");
      tell();
      next = std::max(next, Steady::now() - seconds(period_s));
    }
    give_up("the server ended before the energy counters' next step");
  }

  bool ends_before(Steady::time_point t) {
    std::unique_lock lock(mutex_);
    return ending_.wait_until(lock, t, [this] { return is_ending_; });
  }

  void add(EnergySpan span) {
    fact_.joules += span.joules;
    fact_.reason = span.reason;
    timeline_.add(std::move(span));
  }

  /// Takes what is covered out of `all`.
  template <class T, class ServedOf>
  std::vector<T> take_covered(std::vector<T>& all, ServedOf served_of) {
    const std::lock_guard lock(mutex_);
    const auto covered = std::stable_partition(all.begin(), all.end(), [&](const T& one) {
      return !timeline_.covers(served_of(one).end);
    });
    std::vector<T> taken(std::make_move_iterator(covered), std::make_move_iterator(all.end()));
    all.erase(covered, all.end());
    return taken;
  }

  /// Outside of the lock: whoever is answered may ask again.
  void answer() {
    for (const Served& batch : take_covered(batches_, [](const Served& one) { return one; }))
      fact_.busy_joules += timeline_.share_of(batch).joules;
    for (const Waiting& one : take_covered(waiting_, [](const Waiting& w) { return w.served; }))
      one.then(timeline_.share_of(one.served));
  }

  void give_up(const std::string& reason) {
    std::vector<Waiting> all;
    {
      const std::lock_guard lock(mutex_);
      all.swap(waiting_);
      batches_.clear();
    }
    for (const Waiting& one : all) one.then(absent_share(reason));
  }

  void tell() {
    if (Steady::now() < next_tell_) return;
    next_tell_ = Steady::now() + kTellPeriod;
    tell_(fact_);
  }

  EnergyReader reader_;
  TellEnergy tell_;
  EnergyTimeline timeline_{kSpans};
  EnergyFact fact_;
  Steady::time_point next_tell_ = {};
  std::mutex mutex_;
  std::condition_variable ending_;
  std::vector<Served> batches_;  ///< guarded by mutex_, like what follows
  std::vector<Waiting> waiting_;
  bool is_ending_ = false;
  std::thread thread_;  ///< last: what it uses is made before it
};

}  // namespace

std::unique_ptr<EnergyMeter> start_energy_meter(sensors::Discovered found, TellEnergy tell) {
  EnergyReader reader(std::move(found));
  if (std::string obstacle = reader.obstacle(); !obstacle.empty()) {
    tell({.reason = obstacle});
    return std::make_unique<NoMeter>(std::move(obstacle));
  }
  // Now: the first request may begin as soon as this returns.
  reader.read();
  return std::make_unique<SensorMeter>(std::move(reader), std::move(tell));
}

std::unique_ptr<EnergyMeter> start_energy_meter(const sensors::SensorEnvironment& environment,
                                                TellEnergy tell) {
  return start_energy_meter(sensors::discover(environment), std::move(tell));
}

}  // namespace joulemark::serve
