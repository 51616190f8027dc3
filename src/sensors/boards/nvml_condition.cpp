// SPDX-License-Identifier: Apache-2.0
#include "sensors/boards/nvml_condition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <string>
#include <utility>

#include "host/preflight/finding_table.h"
#include "sensors/boards/nvml_board.h"
#include "sensors/boards/nvml_library.h"

namespace joulemark::sensors {
namespace {

using host::finding_of;

constexpr unsigned kMostBoards = 256;

/// One board's answers; empty for what it does not tell.
class Condition {
 public:
  Condition(const std::shared_ptr<const NvmlLibrary>& library, nvml::Device handle, unsigned index)
      : f_(library->functions()),
        handle_(handle),
        index_(index),
        device_(std::make_shared<NvmlDevice>(library, handle)) {}

  [[nodiscard]] std::vector<Finding> findings(const std::filesystem::path& root) {
    std::vector<Finding> all;
    for (std::optional<Finding> found :
         {shared(root), persistence(), power_limit(), throttling(), clocks(), ecc(), split()})
      if (found) all.push_back(*std::move(found));
    return all;
  }

 private:
  using Found = std::optional<Finding>;

  [[nodiscard]] std::string scope() const { return fmt::format("gpu-{}", index_); }
  [[nodiscard]] std::string tool(const char* what) const {
    return fmt::format("sudo nvidia-smi -i {} {}", index_, what);
  }
  [[nodiscard]] std::optional<unsigned> number(nvml::Return (*ask)(nvml::Device, unsigned*)) const {
    unsigned value = 0;
    if (nvml::call(ask, handle_, &value) != nvml::kSuccess) return std::nullopt;
    return value;
  }
  [[nodiscard]] std::optional<unsigned> clock(nvml::Return (*ask)(nvml::Device, int,
                                                                  unsigned*)) const {
    unsigned mhz = 0;
    if (nvml::call(ask, handle_, nvml::kClockSm, &mhz) != nvml::kSuccess) return std::nullopt;
    return mhz;
  }

  Found shared(const std::filesystem::path& root) const {
    const std::string text = NvmlSharing(device_, root).text();
    if (text.empty()) return std::nullopt;
    return finding_of("gpu_shared", fmt::format("{}: {}", scope(), text.substr(text.find(' ') + 1)),
                      "end those processes (see 'nvidia-smi')");
  }
  Found persistence() const {
    int mode = 1;
    if (nvml::call(f_.persistence, handle_, &mode) != nvml::kSuccess || mode != 0)
      return std::nullopt;
    return finding_of("gpu_persistence", fmt::format("persistence mode of {} is off", scope()),
                      tool("-pm 1"));
  }
  Found power_limit() const {
    const auto limit = number(f_.power_limit);
    const auto standard = number(f_.default_power_limit);
    if (!limit || !standard || *limit >= *standard) return std::nullopt;
    return finding_of("gpu_power_limit",
                      fmt::format("the power limit of {} is {:.0f} W, and {:.0f} W by default",
                                  scope(), *limit / 1e3, *standard / 1e3),
                      tool(fmt::format("-pl {:.0f}", *standard / 1e3).c_str()));
  }
  Found throttling() const {
    unsigned long long reasons = 0;
    if (nvml::call(f_.throttle_reasons, handle_, &reasons) != nvml::kSuccess) return std::nullopt;
    constexpr std::pair<unsigned long long, const char*> kReasons[] = {
        {nvml::kSlowForHardware, "its hardware"},
        {nvml::kSlowForHeatBySoftware, "heat (driver)"},
        {nvml::kSlowForHeat, "heat"},
        {nvml::kSlowForPowerBrake, "the power supply"}};
    std::vector<std::string> why;
    for (const auto& [bit, text] : kReasons)
      if ((reasons & bit) != 0) why.emplace_back(text);
    if (why.empty()) return std::nullopt;
    return finding_of("gpu_throttling",
                      fmt::format("{} is slowed down by {}", scope(), fmt::join(why, ", ")),
                      "wait until it is cool, and mend cooling and power supply");
  }
  /// A lock (nvidia-smi -lgc) cannot be read back; application clocks can.
  Found clocks() const {
    const auto set = clock(f_.application_clock);
    const auto highest = clock(f_.highest_clock);
    if (!set || !highest || *set < *highest) return std::nullopt;
    return finding_of("gpu_clocks",
                      fmt::format("the application clock of {} is its highest, {} MHz; whether it "
                                  "is locked cannot be read",
                                  scope(), *highest),
                      tool("-lgc MHZ,MHZ with a frequency that it holds"));
  }
  Found ecc() const {
    int now = 0;
    int pending = 0;
    if (nvml::call(f_.ecc, handle_, &now, &pending) != nvml::kSuccess || now == 0)
      return std::nullopt;
    return finding_of("gpu_ecc", fmt::format("error correction of {} is on", scope()));
  }
  Found split() const {
    if (!device_->is_split()) return std::nullopt;
    return finding_of("gpu_mig", fmt::format("{} is split into instances (MIG)", scope()),
                      tool("-mig 0"));
  }

  const nvml::Functions& f_;
  nvml::Device handle_;
  unsigned index_;
  std::shared_ptr<NvmlDevice> device_;
};

using Library = std::shared_ptr<const NvmlLibrary>;

/// Null where there is none.
Library open_library(const SensorEnvironment& environment) {
  auto library = NvmlLibrary::open(
      library_paths(environment.nvml_library, environment.root, {"libnvidia-ml.so.1"}));
  return library ? *library : nullptr;
}

/// Calls `look` with each board and its number.
template <class Look>
void for_each_board(const Library& library, const Look& look) {
  if (library == nullptr) return;
  const nvml::Functions& f = library->functions();
  unsigned count = 0;
  if (f.count(&count) != nvml::kSuccess || count > kMostBoards) return;
  for (unsigned index = 0; index < count; ++index) {
    nvml::Device handle = nullptr;
    if (f.handle(index, &handle) == nvml::kSuccess) look(handle, index);
  }
}

}  // namespace

std::vector<Finding> nvml_findings(const SensorEnvironment& environment) {
  std::vector<Finding> all;
  const Library library = open_library(environment);
  for_each_board(library, [&](nvml::Device handle, unsigned index) {
    auto found = Condition(library, handle, index).findings(environment.root);
    std::move(found.begin(), found.end(), std::back_inserter(all));
  });
  return all;
}

host::Facts nvml_facts(const SensorEnvironment& environment) {
  const Library library = open_library(environment);
  std::vector<std::string> names;
  std::vector<std::string> limits;
  for_each_board(library, [&](nvml::Device handle, unsigned index) {
    const std::string scope = nvml_scope(std::to_string(index)).scope;
    names.push_back(fmt::format("{} {}", scope, NvmlDevice(library, handle).name()));
    unsigned milliwatts = 0;
    const auto asked = nvml::call(library->functions().power_limit, handle, &milliwatts);
    if (asked == nvml::kSuccess && milliwatts > 0)
      limits.push_back(host::power_limit_text(scope, milliwatts / 1e3));
  });
  if (names.empty()) return {};
  host::Facts facts = {{"gpus", fmt::format("{}", fmt::join(names, ", "))},
                       {"gpu driver", "NVIDIA " + library->driver_version()}};
  if (!limits.empty())
    facts.emplace_back(host::kPowerLimitsFact, fmt::format("{}", fmt::join(limits, ", ")));
  return facts;
}

}  // namespace joulemark::sensors
