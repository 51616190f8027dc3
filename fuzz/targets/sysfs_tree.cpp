// SPDX-License-Identifier: Apache-2.0
// A machine whose files of /sys and /proc hold anything: it is searched and read twice. The input
// is texts between lines of "#", the tree that the first byte chooses takes them in turn.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "base/clock.h"
#include "sensors/catalog.h"
#include "sensors/ledger.h"
#include "target.h"

namespace {

using namespace joulemark;           // NOLINT(google-build-using-namespace)
using namespace joulemark::sensors;  // NOLINT(google-build-using-namespace)
namespace fs = std::filesystem;

void expect(bool holds) {
  if (!holds) std::abort();
}

struct Tree {
  char key;
  std::vector<std::string> files;
  std::string seed;        ///< texts of a machine that is as it should be
  std::string later = {};  ///< half a second later; empty: the same
};

constexpr std::string_view kBetween = "#\n";
constexpr std::string_view kLater = "%\n";

const std::string kZone = "sys/class/powercap/intel-rapl:";
const std::string kPmu = "sys/bus/event_source/devices/power/";
const std::string kChip = "sys/class/hwmon/hwmon";
const std::string kCray = "sys/cray/pm_counters/";
const std::string kBattery = "sys/class/power_supply/BAT0/";

const std::vector<Tree>& trees() {
  static const std::vector<Tree> all = {
      {'p',
       {kZone + "0/name", kZone + "0/energy_uj", kZone + "0/max_energy_range_uj", kZone + "1/name",
        kZone + "1/energy_uj", kZone + "0:0/name", kZone + "0:0/energy_uj", "proc/cpuinfo"},
       "package-0\n#\n1000000\n#\n262143328850\n#\npackage-0-die-1\n#\n7\n#\ndram\n#\n5\n#\n"
       "flags : fpu\n",
       "package-0\n#\n51000000\n#\n262143328850\n#\npackage-0-die-1\n#\n20000007\n#\ndram\n#\n"
       "3000005\n#\nflags : fpu\n"},
      {'e',
       {kPmu + "type", kPmu + "cpumask", kPmu + "events/energy-pkg",
        kPmu + "events/energy-pkg.scale", kPmu + "events/energy-pkg.unit",
        "sim/perf/energy-pkg-cpu0", "sys/devices/system/cpu/cpu0/topology/physical_package_id",
        "sys/devices/system/cpu/cpu0/topology/die_id", "proc/sys/kernel/perf_event_paranoid"},
       "11\n#\n0,2\n#\nevent=0x02\n#\n2.3283064365386962890625e-10\n#\nJoules\n#\n12345678\n#\n"
       "0\n#\n1\n#\n2\n",
       "11\n#\n0,2\n#\nevent=0x02\n#\n2.3283064365386962890625e-10\n#\nJoules\n#\n1234567<\n#\n"
       "0\n#\n1\n#\n2\n"},
      {'h',
       {kChip + "0/name", kChip + "0/power1_average", kChip + "0/power1_average_interval",
        kChip + "0/power1_oem_info", kChip + "0/energy1_input", kChip + "0/energy1_label",
        kChip + "1/name", kChip + "1/energy1_input", kChip + "1/energy1_label"},
       "power_meter\n#\n100000000\n#\n50\n#\nGrace Power Socket 0\n#\n5\n#\nEcore000\n#\n"
       "amd_energy\n#\n77\n#\nEsocket0\n"},
      {'j',
       {kChip + "3/name", kChip + "3/in1_label", kChip + "3/in1_input", kChip + "3/curr1_input",
        kChip + "3/in2_label", kChip + "3/in2_input", kChip + "3/curr2_input",
        kChip + "3/update_interval"},
       "ina3221\n#\nVDD_GPU_SOC\n#\n19000\n#\n800\n#\nVDD_CPU_CV\n#\n5000\n#\n2000\n#\n2\n"},
      {'c',
       {kCray + "cpu_energy", kCray + "memory_energy", kCray + "energy", kCray + "accel0_energy",
        kCray + "raw_scan_hz", kCray + "freshness"},
       "34567 J 1600000000000000 us\n#\n45 J 1600000000000000 us\n#\n99999 J 1600000000000000 us\n"
       "#\n7 J 1600000000000000 us\n#\n10\n#\n900000\n",
       "34667 J 1600000000500000 us\n#\n55 J 1600000000500000 us\n#\n100099 J 1600000000500000 us\n"
       "#\n107 J 1600000000500000 us\n#\n10\n#\n900005\n"},
      {'b',
       {kBattery + "status", kBattery + "power_now", kBattery + "voltage_now",
        kBattery + "current_now", kBattery + "energy_now"},
       "Discharging\n#\n9000000\n#\n11400000\n#\n800000\n#\n40000000\n"},
      {'i', {"sim/ipmi"}, "00 dc 2c 01 04 00 f4 01 fa 00 11 22 33 44 e8 03 00 00 40\n"}};
  return all;
}

/// In memory where the machine has such a folder: every input is some twenty files.
fs::path make_folder() {
  std::error_code error;
  const fs::path memory = "/dev/shm";
  const bool has_memory = fs::is_directory(memory, error) && access(memory.c_str(), W_OK) == 0;
  std::string name =
      ((has_memory ? memory : fs::temp_directory_path()) / "joulemark-fuzz-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  return name;
}

/// A folder with one machine for each tree, whose files are written anew for every input.
class Machines {
 public:
  Machines() : folder_(make_folder()) {
    for (const Tree& tree : trees())
      for (const std::string& file : tree.files)
        fs::create_directories((root_of(tree) / file).parent_path());
  }
  ~Machines() {
    std::error_code error;
    fs::remove_all(folder_, error);
  }
  Machines(const Machines&) = delete;
  Machines& operator=(const Machines&) = delete;
  [[nodiscard]] fs::path root_of(const Tree& tree) const {
    return folder_ / std::string(1, tree.key);
  }

 private:
  fs::path folder_;
};

/// Sleeps are 20 ms at least, so that waiting for a counter that never steps takes few reads.
class LateClock final : public Clock {
 public:
  Nanoseconds now() override { return now_; }
  void sleep_until(Nanoseconds deadline) override {
    now_ = std::max(deadline, now_ + to_nanoseconds(0.02));
  }

 private:
  Nanoseconds now_ = kNanosecondsPerSecond;
};

/// Texts that are missing are files that are missing.
void write_files(const fs::path& root, const Tree& tree, std::string_view texts) {
  bool is_there = true;
  for (const std::string& file : tree.files) {
    if (!is_there) {
      unlink((root / file).c_str());
      continue;
    }
    const std::size_t end = texts.find(kBetween);
    std::ofstream(root / file, std::ios::binary) << texts.substr(0, end);
    is_there = end != std::string_view::npos;
    if (is_there) texts.remove_prefix(end + kBetween.size());
  }
}

/// An energy is one, or there is a reason; a row that is no use says why.
void expect_sound(const std::vector<Energy>& energies, const Discovered& found) {
  expect(!energies.empty() && energies.back().scope == "total");
  for (const Energy& energy : energies) {
    expect(energy.joules.has_value() == (energy.energy_class != EnergyClass::kAbsent));
    if (energy.joules)
      expect(std::isfinite(*energy.joules) && *energy.joules >= 0 &&
             std::isfinite(energy.uncertainty_j.value_or(0)));
    else
      expect(!energy.reason.empty());
  }
  for (const SensorStatus& status : found.statuses) expect(status.usable || !status.reason.empty());
}

void use(const fs::path& root, const Tree& tree, std::string_view texts) {
  const std::size_t end = texts.find(kLater);
  write_files(root, tree, texts.substr(0, end));
  LateClock clock;
  const Discovered found = discover({.root = root, .clock = &clock});
  const Readings begin = read_all(found.sensors);
  clock.sleep_until(clock.now() + to_nanoseconds(0.5));
  if (end != std::string_view::npos) write_files(root, tree, texts.substr(end + kLater.size()));
  expect_sound(measure_between(found.sensors, begin, read_all(found.sensors), found.statuses),
               found);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Machines machines;
  if (size == 0) return 0;
  const std::string_view texts(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (const Tree& tree : trees())
    if (tree.key == static_cast<char>(data[0])) use(machines.root_of(tree), tree, texts);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> seeds;
  for (const Tree& tree : trees()) {
    seeds.push_back(tree.key + tree.seed);
    if (!tree.later.empty()) seeds.back() += std::string(kLater) + tree.later;
  }
  return seeds;
}
