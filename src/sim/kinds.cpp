// SPDX-License-Identifier: Apache-2.0
// Formats after the kernel's Documentation: power/powercap, hwmon/sysfs-interface, hwmon/ina3221,
// hwmon/acpi_power_meter, ABI/testing/sysfs-class-power; arch/x86/events/rapl.c.
#include "sim/kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/split.h"
#include "host/kernel_file.h"
#include "sim/boards.h"
#include "sim/meters.h"

namespace joulemark::sim {
namespace {

using Files = std::vector<TreeFile>;

constexpr double kCounterSteps = 4294967296.0;  ///< 32 bits
constexpr double kPerfUnitsPerJoule = 4294967296.0;
constexpr const char* kPerfScale = "2.3283064365386962890625e-10\n";

std::string line(double value) {
  return fmt::format("{:.0f}\n", value);
}

double steps_of(const Part& part, const Shown& shown) {
  return static_cast<double>(shown.first_raw) + std::floor(shown.joules / part.unit);
}

// powercap: the driver counts a step as whole nanojoules, and shows microjoules.

double driver_unit_uj(const Part& part) {
  const double unit_j = part.driver_unit_j > 0 ? part.driver_unit_j : part.unit;
  return std::floor(unit_j * 1e9 + 1e-6) * 1e-3;
}

Files powercap_still(const Part& part) {
  const std::string folder = "sys/class/powercap/" + part.at;
  const double largest_uj = std::floor((kCounterSteps - 1) * driver_unit_uj(part));
  return {{folder + "/name", part.name + "\n"},
          {folder + "/max_energy_range_uj", line(largest_uj)}};
}

Files powercap_live(const Part& part, const Shown& shown) {
  const double raw = std::fmod(steps_of(part, shown), kCounterSteps);
  return {{fmt::format("sys/class/powercap/{}/energy_uj", part.at),
           line(std::floor(raw * driver_unit_uj(part))), part.mode}};
}

// perf: the kernel widens the counter to 64 bits of 2^-32 J.

struct PerfConfig {
  const char* event;
  const char* config;
};
constexpr PerfConfig kPerfConfigs[] = {{"energy-cores", "event=0x01\n"},
                                       {"energy-pkg", "event=0x02\n"},
                                       {"energy-ram", "event=0x03\n"},
                                       {"energy-gpu", "event=0x04\n"},
                                       {"energy-psys", "event=0x05\n"}};

const PerfConfig* find_config(std::string_view event) {
  const auto* found = std::find_if(std::begin(kPerfConfigs), std::end(kPerfConfigs),
                                   [&](const PerfConfig& each) { return each.event == event; });
  return found == std::end(kPerfConfigs) ? nullptr : found;
}

std::string perf_objection(const Part& part) {
  if (find_config(perf_place(part.at).event) == nullptr)
    return "'at' must be an event and a processor, as 'energy-pkg-cpu0'";
  return "";
}

Files perf_still(const Part& part) {
  const PerfConfig* row = find_config(perf_place(part.at).event);
  const std::string file = std::string("sys/bus/event_source/devices/power/events/") + row->event;
  return {{file, row->config}, {file + ".unit", "Joules\n"}, {file + ".scale", kPerfScale}};
}

Files perf_live(const Part& part, const Shown& shown) {
  const auto units = static_cast<std::uint64_t>(std::round(part.unit * kPerfUnitsPerJoule));
  std::uint64_t value = static_cast<std::uint64_t>(steps_of(part, shown)) * units;
  std::string bytes;
  for (int i = 0; i < 8; ++i, value >>= 8) bytes += static_cast<char>(value & 0xff);
  return {{"sim/perf/" + part.at, std::move(bytes), part.mode}};
}

// hwmon: "hwmon1/device/power1_average" is a file below sys/class/hwmon, its channel "power1".

struct Channel {
  std::string folder;     ///< with sys/class/hwmon and a slash at its end
  std::string name;       ///< "power1"
  std::string attribute;  ///< "average"; "" where there is none
};

Channel channel_of(const Part& part) {
  const auto slash = part.at.rfind('/');
  const std::string file = part.at.substr(slash + 1);
  const auto underscore = file.find('_');
  return {.folder = "sys/class/hwmon/" + part.at.substr(0, slash + 1),
          .name = file.substr(0, underscore),
          .attribute = underscore == std::string::npos ? "" : file.substr(underscore + 1)};
}

enum class Attribute { kNone, kNeeded };

std::string channel_objection(const Part& part, std::string_view type, Attribute attribute) {
  const Channel channel = channel_of(part);
  std::string_view number = channel.name;
  const bool typed = number.starts_with(type);
  if (typed) number.remove_prefix(type.size());
  const bool fits = is_inside(part.at) && part.at.find('/') != std::string::npos && typed &&
                    host::parse_number<unsigned>(number) &&
                    channel.attribute.empty() == (attribute == Attribute::kNone);
  return fits ? ""
              : fmt::format("'at' must be a chip's folder and a channel, as 'hwmon0/{}1{}'", type,
                            attribute == Attribute::kNeeded ? "_input" : "");
}

Files chip_files(const Part& part, const Channel& channel, const char* label) {
  Files files = {{channel.folder + "name", part.name + "\n"}};
  if (!part.label.empty())
    files.push_back({channel.folder + channel.name + label, part.label + "\n"});
  return files;
}

std::string hwmon_power_objection(const Part& part) {
  return channel_objection(part, "power", Attribute::kNeeded);
}

Files hwmon_power_still(const Part& part) {
  const Channel channel = channel_of(part);
  Files files = chip_files(part, channel, part.name == "power_meter" ? "_oem_info" : "_label");
  if (channel.attribute == "average")
    files.push_back({channel.folder + channel.name + "_average_interval",
                     line(std::round(part.average_s * 1e3))});
  return files;
}

Files hwmon_power_live(const Part& part, const Shown& shown) {
  const double watts = std::round(shown.watts / part.unit) * part.unit;
  return {{"sys/class/hwmon/" + part.at, line(std::round(watts * 1e6)), part.mode}};
}

std::string hwmon_energy_objection(const Part& part) {
  return channel_objection(part, "energy", Attribute::kNeeded);
}

Files hwmon_energy_still(const Part& part) {
  return chip_files(part, channel_of(part), "_label");
}

Files hwmon_energy_live(const Part& part, const Shown& shown) {
  return {{"sys/class/hwmon/" + part.at, line(std::floor(steps_of(part, shown) * part.unit * 1e6)),
           part.mode}};
}

// ina3221: "hwmon3/in1" has its volts in in1_input and its amperes in curr1_input.

std::string ina3221_objection(const Part& part) {
  return channel_objection(part, "in", Attribute::kNone);
}

Files ina3221_still(const Part& part) {
  const Channel channel = channel_of(part);
  Files files = chip_files(part, channel, "_label");
  files.front().text = "ina3221\n";
  files.push_back({channel.folder + channel.name + "_enable", "1\n"});
  return files;
}

Files ina3221_live(const Part& part, const Shown& shown) {
  const Channel channel = channel_of(part);
  const double step_ma = part.unit / part.volts * 1e3;
  const double amperes = shown.watts / part.volts;
  return {{channel.folder + channel.name + "_input", line(std::round(part.volts * 1e3)), part.mode},
          {channel.folder + "curr" + channel.name.substr(2) + "_input",
           line(std::round(std::round(amperes * 1e3 / step_ma) * step_ma)), part.mode}};
}

// pm_counters: "212 W 1434582128123456 us"; energies in whole joules.

constexpr double kCrayEpochUs = 1.6e15;

Files pm_counters_live(const Part& part, const Shown& shown) {
  const double stamp_us = kCrayEpochUs + std::round(shown.update_s * 1e6);
  const std::string path = "sys/cray/pm_counters/" + part.at;
  if (part.at == "freshness")
    return {{path,
             line(static_cast<double>(part.first_raw) +
                  std::round((shown.update_s + part.phase_s) / part.period_s)),
             part.mode}};
  const bool energy = part.at.ends_with("energy");
  const double value =
      energy ? steps_of(part, shown) * part.unit : std::round(shown.watts / part.unit) * part.unit;
  return {
      {path, fmt::format("{:.0f} {} {:.0f} us\n", value, energy ? "J" : "W", stamp_us), part.mode}};
}

std::string pm_counters_objection(const Part& part) {
  if (part.period_s <= 0) return "'period_s' must be more than 0";
  return name_objection(part);
}

Files no_files(const Part&) {
  return {};
}
Files never_live(const Part&, const Shown&) {
  return {};
}

// battery: microwatts and microwatt-hours.

Files battery_still(const Part& part) {
  const std::string folder = "sys/class/power_supply/" + part.at;
  return {{folder + "/type", "Battery\n"},
          {folder + "/present", "1\n"},
          {folder + "/status", (part.text.empty() ? "Discharging" : part.text) + "\n"},
          {folder + "/energy_full", line(part.capacity_wh * 1e6)},
          {folder + "/voltage_now", line(part.volts * 1e6)}};
}

Files battery_live(const Part& part, const Shown& shown) {
  const std::string folder = "sys/class/power_supply/" + part.at;
  const double left_uwh = std::max(0.0, part.capacity_wh * 1e6 - shown.joules / 3600 * 1e6);
  const double step_uw = part.unit * 1e6;
  // Fuel gauges count charge in steps of a milliampere-hour or so.
  const double step_uwh = std::max(1.0, part.volts * 1e3);
  return {
      {folder + "/power_now", line(std::round(shown.watts * 1e6 / step_uw) * step_uw), part.mode},
      {folder + "/energy_now", line(std::floor(left_uwh / step_uwh) * step_uwh), part.mode}};
}

std::string path_objection(const Part& part) {
  // What drivers and sensors find below sim is made by the other kinds alone.
  const bool free = is_inside(part.at) && part.at != "sim" && !part.at.starts_with("sim/");
  return free ? "" : "'at' must be a path inside of the tree, and not 'sim'";
}

Files file_still(const Part& part) {
  return {{part.at, part.text, part.mode}};
}

// ipmi: the answer of a management controller to DCMI's Get Power Reading, as hexadecimal bytes.

constexpr double kMostDcmiWatts = 65535;

Files ipmi_live(const Part& part, const Shown& shown) {
  const auto watts = static_cast<unsigned>(
      std::min(std::round(shown.watts / part.unit) * part.unit, kMostDcmiWatts));
  const auto number = [](std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i, value >>= 8) text += fmt::format(" {:02x}", value & 0xff);
    return text;
  };
  // Now, least, largest and mean power, the time, the period of the mean, and that it measures.
  std::string text = "00 dc";
  for (int i = 0; i < 4; ++i) text += number(watts, 2);
  text += number(0, 4) + number(static_cast<std::uint64_t>(part.average_s * 1e3), 4) + " 40\n";
  return {{"sim/ipmi", std::move(text), part.mode}};
}

}  // namespace

std::string name_objection(const Part& part) {
  const bool plain = is_inside(part.at) && part.at.find('/') == std::string::npos;
  return plain ? "" : "'at' must be the name of a folder or file, without '/'";
}

bool is_inside(std::string_view path) {
  for (const std::string& word : split(path, '/'))
    if (word.empty() || word == "." || word == ".." || word.find('\0') != std::string::npos)
      return false;
  return true;
}

PerfPlace perf_place(std::string_view at) {
  const auto dash = at.rfind("-cpu");
  if (dash == at.npos) return {};
  const auto cpu = host::parse_number<int>(at.substr(dash + 4));
  if (!cpu || *cpu < 0 || at != fmt::format("{}-cpu{}", at.substr(0, dash), *cpu)) return {};
  return {.event = std::string(at.substr(0, dash)), .cpu = *cpu};
}

namespace {

constexpr DriverLibrary kNvml = {"nvml", "libnvidia-ml.so.1", "550.54.15", "dev/nvidia0", 1e-3, 3};
constexpr DriverLibrary kOldNvml = {"nvml_old", "libnvidia-ml.so.1", "375.26", "dev/nvidia0", 1e-3,
                                    3};
constexpr double kAmdUnitJ = 1.0 / 65536;
constexpr DriverLibrary kAmdSmi = {"amdsmi", "libamd_smi.so", "26", "dev/kfd", kAmdUnitJ, 2};
constexpr DriverLibrary kRocmSmi = {"rocmsmi", "librocm_smi64.so", "7", "dev/kfd", kAmdUnitJ, 2};

Kind board_kind(const char* name, const DriverLibrary* driver) {
  return {name,
          {"at", "shows", "name", "period_s"},
          {"phase_s", "average_s", "visible_s", "usage_s", "first_raw", "latency_s", "lost_s",
           "reset_s", "lacks", "instances", "process"},
          board_part_objection,
          no_files,
          never_live,
          driver};
}

Kind meter_kind(const char* name, const HttpMeter* http) {
  return {name,
          {"at", "shows", "unit", "period_s"},
          {"phase_s", "average_s", "latency_s", "login"},
          meter_objection,
          no_files,
          never_live,
          nullptr,
          Kind::Network::kMeter,
          http};
}

}  // namespace

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> table = {
      {"powercap",
       {"at", "shows", "name", "unit"},
       {"period_s", "phase_s", "first_raw", "driver_unit_j", "mode"},
       name_objection,
       powercap_still,
       powercap_live},
      {"perf",
       {"at", "shows", "unit"},
       {"period_s", "phase_s", "first_raw", "mode"},
       perf_objection,
       perf_still,
       perf_live},
      {"hwmon_power",
       {"at", "shows", "name", "unit"},
       {"label", "period_s", "phase_s", "average_s", "mode"},
       hwmon_power_objection,
       hwmon_power_still,
       hwmon_power_live},
      {"hwmon_energy",
       {"at", "shows", "name", "unit"},
       {"label", "period_s", "phase_s", "first_raw", "mode"},
       hwmon_energy_objection,
       hwmon_energy_still,
       hwmon_energy_live},
      {"ina3221",
       {"at", "shows", "label", "unit", "volts"},
       {"period_s", "phase_s", "average_s", "mode"},
       ina3221_objection,
       ina3221_still,
       ina3221_live},
      {"pm_counters",
       {"at", "shows", "unit", "period_s"},
       {"phase_s", "first_raw", "average_s", "mode"},
       pm_counters_objection,
       no_files,
       pm_counters_live},
      {"battery",
       {"at", "shows", "unit", "capacity_wh", "volts"},
       {"text", "period_s", "phase_s", "average_s", "mode"},
       name_objection,
       battery_still,
       battery_live},
      {"ipmi",
       {"at", "shows", "unit"},
       {"period_s", "phase_s", "average_s", "mode"},
       name_objection,
       no_files,
       ipmi_live},
      {"file", {"at", "text"}, {"mode"}, path_objection, file_still, never_live},
      {"link", {"at", "text"}, {}, path_objection, no_files, never_live},
      board_kind("nvml", &kNvml),
      board_kind("nvml_old", &kOldNvml),
      board_kind("amdsmi", &kAmdSmi),
      board_kind("rocmsmi", &kRocmSmi),
      meter_kind("netio", &kNetio),
      meter_kind("shelly", &kShelly),
      meter_kind("shelly1", &kOldShelly),
      meter_kind("tasmota", &kTasmota),
      meter_kind("ptd", nullptr),
  };
  return table;
}

const Kind* find_kind(std::string_view name) {
  const auto& table = kinds();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Kind& kind) { return kind.name == name; });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace joulemark::sim
