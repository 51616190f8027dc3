// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/nvml_sensor.h"

#include <fmt/format.h>

namespace joulemark::sensors {
namespace {

constexpr double kMillijoule = 1e-3;
/// 2^64 mJ last longer than any machine, so no read is needed for the counter's sake.
constexpr double kLongestIntervalS = 3600;

class BoardCounter final : public CounterSource {
 public:
  BoardCounter(std::shared_ptr<NvmlDevice> device, NvmlEnergy way)
      : device_(std::move(device)), way_(way) {}
  std::optional<std::uint64_t> read() override {
    const NvmlNumber millijoules = device_->energy_mj(way_);
    return millijoules ? std::optional(*millijoules) : std::nullopt;
  }

 private:
  std::shared_ptr<NvmlDevice> device_;
  NvmlEnergy way_;
};

/// Who sets the counter back is a reload of the driver, or a reset of the board.
std::vector<Counter> counters_of(const std::vector<NvmlBoard>& boards) {
  std::vector<Counter> counters;
  for (const NvmlBoard& board : boards)
    counters.push_back(
        {.scope = board.scope,
         .range = {.unit_j = kMillijoule, .modulus = 0, .max_watts = kMostBoardWatts},
         .step_j = kMillijoule,
         .source = std::make_unique<BoardCounter>(board.device,
                                                  board.energy.value_or(NvmlEnergy::kTotal))});
  return counters;
}

}  // namespace

NvmlSensor::NvmlSensor(std::vector<NvmlBoard> boards, Clock* clock)
    : boards_(std::move(boards)),
      counters_("nvml", counters_of(boards_), clock),
      clock_(clock != nullptr ? clock : &system_clock_),
      reads_(kBoardGaugesS) {}

void NvmlSensor::read_into(std::vector<CounterReading>& readings) {
  reads_.note(clock_->now());
  counters_.read_into(readings);
}

void NvmlSensor::sample_into(std::vector<CounterReading>& readings) {
  if (reads_.is_due(clock_->now())) read_into(readings);
}

std::string NvmlSensor::describe(std::size_t index) const {
  const Cadence cadence = counters_.cadence_of(index);
  return cadence.is_measured()
             ? fmt::format("energy counter, updated every {:.3g} ms", cadence.period_s() * 1e3)
             : fmt::format("energy counter, not seen to count within {:.2g} s", cadence.period_s());
}

double NvmlSensor::max_read_interval_s() const {
  return kLongestIntervalS;
}
double NvmlSensor::sample_interval_s() const {
  return kBoardGaugesS;
}

std::vector<GaugeReading> NvmlSensor::gauges() {
  return gauges_of(boards_);
}

std::vector<Energy> NvmlSensor::energies(const std::vector<CounterReading>& begin,
                                         const std::vector<CounterReading>& end) const {
  std::vector<Energy> energies = counters_.energies(begin, end);
  annotate(boards_, energies);
  return energies;
}

}  // namespace joulemark::sensors
