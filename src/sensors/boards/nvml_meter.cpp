// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/nvml_meter.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "sensors/boards/board_gauge.h"
#include "sensors/boards/board_sensor.h"

namespace joulemark::sensors {
namespace {

constexpr double kMillijoule = 1e-3;
/// Milliwatts.
constexpr double kStepW = 1e-3;
constexpr std::size_t kEnoughSteps = 11;

class NvmlMeter final : public BoardMeter {
 public:
  explicit NvmlMeter(NvmlBoard board) : board_(std::move(board)) {}

  std::optional<std::uint64_t> counter() override {
    const NvmlNumber millijoules =
        board_.device->energy_mj(board_.energy.value_or(NvmlEnergy::kTotal));
    return millijoules ? std::optional(*millijoules) : std::nullopt;
  }
  std::optional<double> watts() override { return board_watts(*board_.device, board_.power); }
  [[nodiscard]] std::vector<BoardLine> gauge_lines() const override {
    return {std::begin(kNvmlGauges), std::end(kNvmlGauges)};
  }
  void read_gauges(std::span<std::optional<double>> values) override {
    board_.device->read_gauges(values);
  }
  [[nodiscard]] bool is_lost() const override { return board_.device->is_lost(); }
  void look_for_strangers() override { board_.sharing->look(); }
  void look_again_for_strangers() override { board_.sharing->look_again(); }
  [[nodiscard]] std::string strangers() const override { return board_.sharing->text(); }

 private:
  NvmlBoard board_;
};

class MeterCounter final : public CounterSource {
 public:
  explicit MeterCounter(const NvmlBoard& board) : meter_(board) {}
  std::optional<std::uint64_t> read() override { return meter_.counter(); }

 private:
  NvmlMeter meter_;
};

/// What is known of a way to ask for power.
struct GaugeFacts {
  const char* what;
  GaugeTiming timing;
  double interval_s;  ///< between samples: more often shows nothing new, and slows the work
};

GaugeFacts facts_of(NvmlPower way) {
  switch (way) {
    case NvmlPower::kAverage:
      return {"its power, an average of 1 s", {.average_s = 1, .update_s = 0.1}, 0.5};
    case NvmlPower::kInstant:
      return {
          "its power, which is looked at for a part of each 0.1 s; a load with that period may "
          "be misread",
          {.average_s = 0.025, .update_s = 0.1},
          0.2};
    case NvmlPower::kUsage:
      break;
  }
  // Nobody knows what the average is of: it may look at little of the time, and remember a second.
  return {"its power, an average of up to 1 s",
          {.average_s = 0, .update_s = 0.1, .unsure_s = 1, .is_guessed = true},
          0.1};
}

std::string updates(const Cadence& cadence) {
  return fmt::format("updated every {:.3g} ms", cadence.period_s() * 1e3);
}

}  // namespace

std::vector<Board> boards_of(const std::vector<NvmlBoard>& boards) {
  std::vector<Board> all;
  for (const NvmlBoard& board : boards)
    all.push_back({.scope = board.scope,
                   .meter = std::make_shared<NvmlMeter>(board),
                   .unit_j = board.energy ? kMillijoule : 0,
                   .loss_log = "dmesg | grep -i xid"});
  return all;
}

/// Who sets the counter back is a reload of the driver, or a reset of the board.
std::unique_ptr<CounterSensor> nvml_counters(const std::vector<NvmlBoard>& boards, Clock* clock) {
  std::vector<Counter> counters;
  for (const NvmlBoard& board : boards)
    counters.push_back(
        {.scope = board.scope,
         .range = {.unit_j = kMillijoule, .modulus = 0, .max_watts = kMostBoardWatts},
         .step_j = kMillijoule,
         .source = std::make_unique<MeterCounter>(board)});
  return std::make_unique<CounterSensor>("nvml", std::move(counters), clock);
}

std::string describe_counter(const Cadence& cadence) {
  return cadence.is_measured()
             ? "energy counter, " + updates(cadence)
             : fmt::format("energy counter, not seen to count within {:.2g} s", cadence.period_s());
}

std::unique_ptr<GaugeSensor> nvml_powers(const std::vector<NvmlBoard>& boards, Clock* clock) {
  std::vector<PowerGauge> gauges;
  for (const NvmlBoard& board : boards) {
    const GaugeFacts facts = facts_of(board.power);
    gauges.push_back(
        {.scope = board.scope,
         .timing = facts.timing,
         .max_watts = kMostBoardWatts,
         .interval_s = facts.interval_s,
         .source = std::make_unique<BoardGauge>(std::make_shared<NvmlMeter>(board), kStepW)});
  }
  return std::make_unique<GaugeSensor>("nvml", std::move(gauges), clock);
}

std::vector<Cadence> watch_powers(const std::vector<NvmlBoard>& boards, Clock& clock) {
  std::vector<Cadence> cadences(boards.size());
  const auto look = [&] {
    for (std::size_t i = 0; i < boards.size(); ++i) {
      const Nanoseconds before = clock.now();
      const auto watts = board_watts(*boards[i].device, boards[i].power);
      if (watts) cadences[i].see(static_cast<std::uint64_t>(*watts / kStepW), before, clock.now());
    }
  };
  const auto needs_steps = [](const Cadence& cadence) { return cadence.steps() < kEnoughSteps; };
  look();
  const Nanoseconds deadline = clock.now() + kBoardPolling.longest;
  while (std::any_of(cadences.begin(), cadences.end(), needs_steps) && clock.now() < deadline) {
    clock.sleep_until(clock.now() + kBoardPolling.step);
    look();
  }
  for (Cadence& cadence : cadences) cadence.calibrate();
  return cadences;
}

std::string describe_power(const NvmlBoard& board, const Cadence& cadence) {
  return fmt::format(
      "{}; integrated is {}{}", board.doubt.empty() ? "no energy counter" : board.doubt,
      facts_of(board.power).what, cadence.is_measured() ? ", " + updates(cadence) : "");
}

}  // namespace joulemark::sensors
