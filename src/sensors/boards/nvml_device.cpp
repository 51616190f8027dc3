// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/nvml_device.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace joulemark::sensors {
namespace {

/// The number of a field, whatever type the driver gives it; empty for one below 0 or without end.
std::optional<std::uint64_t> whole(const nvml::FieldValue& field) {
  const nvml::Value& value = field.value;
  constexpr double kLargest = 1e18;
  switch (field.type) {
    case nvml::kDouble:
      if (!(value.as_double >= 0 && value.as_double < kLargest)) return std::nullopt;
      return static_cast<std::uint64_t>(value.as_double);
    case nvml::kUnsigned:
      return value.as_unsigned;
    case nvml::kUnsignedLong:
      return value.as_unsigned_long;
    case nvml::kUnsignedLongLong:
      return value.as_unsigned_long_long;
    case nvml::kLongLong:
      if (value.as_long_long < 0) return std::nullopt;
      return static_cast<std::uint64_t>(value.as_long_long);
    case nvml::kInt:
      if (value.as_int < 0) return std::nullopt;
      return static_cast<std::uint64_t>(value.as_int);
    case nvml::kUnsignedShort:
      return value.as_unsigned_short;
    default:
      return std::nullopt;
  }
}

}  // namespace

template <class Function, class... Arguments>
nvml::Return NvmlDevice::ask(Function* function, Arguments... arguments) {
  if (lost_) return nvml::kGpuIsLost;
  return noted(nvml::call(function, handle_, arguments...));
}

nvml::Return NvmlDevice::noted(nvml::Return code) {
  if (code == nvml::kGpuIsLost || code == nvml::kResetRequired || code == nvml::kGpuNotFound)
    lost_ = true;
  return code;
}

NvmlNumber NvmlDevice::field(unsigned id) {
  nvml::FieldValue field{};
  field.field = id;
  nvml::Return code = ask(library_->functions().field_values, 1, &field);
  if (code == nvml::kSuccess) code = noted(field.status);
  if (code != nvml::kSuccess) return tl::unexpected(code);
  const auto number = whole(field);
  return number ? NvmlNumber(*number) : tl::unexpected(nvml::kNotSupported);
}

NvmlNumber NvmlDevice::energy_mj(NvmlEnergy way) {
  if (way == NvmlEnergy::kField) return field(nvml::kFieldTotalEnergy);
  unsigned long long millijoules = 0;
  const nvml::Return code = ask(library_->functions().total_energy, &millijoules);
  return code == nvml::kSuccess ? NvmlNumber(millijoules) : tl::unexpected(code);
}

NvmlNumber NvmlDevice::power_mw(NvmlPower way) {
  if (way == NvmlPower::kAverage) return field(nvml::kFieldPowerAverage);
  if (way == NvmlPower::kInstant) return field(nvml::kFieldPowerInstant);
  unsigned milliwatts = 0;
  const nvml::Return code = ask(library_->functions().power_usage, &milliwatts);
  return code == nvml::kSuccess ? NvmlNumber(milliwatts) : tl::unexpected(code);
}

bool NvmlDevice::is_split() {
  unsigned current = 0;
  unsigned pending = 0;
  return ask(library_->functions().mig_mode, &current, &pending) == nvml::kSuccess &&
         current == nvml::kMigEnabled;
}

template <class Row, class List>
std::vector<unsigned> NvmlDevice::list_processes(List* list) {
  std::array<Row, 128> rows{};
  unsigned count = rows.size();
  const nvml::Return code = ask(list, &count, rows.data());
  // A list that is too small for all may have been filled or not.
  if (code != nvml::kSuccess && code != nvml::kInsufficientSize) return {};
  std::vector<unsigned> pids;
  for (std::size_t i = 0; i < std::min<std::size_t>(count, rows.size()); ++i)
    if (rows[i].pid != 0) pids.push_back(rows[i].pid);
  return pids;
}

std::vector<unsigned> NvmlDevice::compute_processes() {
  const nvml::Functions& f = library_->functions();
  return f.processes != nullptr ? list_processes<nvml::ProcessInfo>(f.processes)
                                : list_processes<nvml::ProcessInfo1>(f.processes1);
}

std::string NvmlDevice::name() {
  std::array<char, nvml::kNameSize> text{};
  if (ask(library_->functions().name, text.data(), nvml::kNameSize) != nvml::kSuccess) return "";
  return library_text(text.data(), text.size());
}

template <class Asks>
bool NvmlDevice::has(Gauge gauge, Asks asks) {
  const unsigned bit = 1U << static_cast<unsigned>(gauge);
  if ((lacks_ & bit) != 0) return false;
  const nvml::Return code = asks();
  if (code == nvml::kNotSupported || code == nvml::kFunctionNotFound) lacks_ |= bit;
  return code == nvml::kSuccess;
}

std::optional<double> NvmlDevice::board_power() {
  std::optional<double> watts;
  const auto ask_for = [&](NvmlPower way) {
    const NvmlNumber milliwatts = power_mw(way);
    if (milliwatts) watts = static_cast<double>(*milliwatts) * 1e-3;
    return milliwatts ? nvml::kSuccess : milliwatts.error();
  };
  if (!has(Gauge::kInstant, [&] { return ask_for(NvmlPower::kInstant); }))
    has(Gauge::kUsage, [&] { return ask_for(NvmlPower::kUsage); });
  return watts;
}

void NvmlDevice::read_gauges(std::span<std::optional<double>> values) {
  const nvml::Functions& f = library_->functions();
  values[0] = board_power();
  if (nvml::Utilization used{};
      has(Gauge::kUtilization, [&] { return ask(f.utilization, &used); })) {
    values[1] = used.gpu;
    values[2] = used.memory;
  }
  if (nvml::Memory memory{}; has(Gauge::kMemory, [&] { return ask(f.memory, &memory); }))
    values[3] = static_cast<double>(memory.used);
  if (unsigned mhz = 0; has(Gauge::kClock, [&] { return ask(f.clock, nvml::kClockSm, &mhz); }))
    values[4] = mhz;
  if (unsigned celsius = 0;
      has(Gauge::kTemperature, [&] { return ask(f.temperature, nvml::kTemperatureGpu, &celsius); }))
    values[5] = celsius;
  if (unsigned long long reasons = 0;
      has(Gauge::kThrottle, [&] { return ask(f.throttle_reasons, &reasons); }))
    values[6] = static_cast<double>(reasons);
}

}  // namespace joulemark::sensors
