// SPDX-License-Identifier: Apache-2.0
// In place and without truncation first: a reader between the two would see an empty file.
#include "sensors/rapl/simulated_powercap.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

constexpr double kStepS = 0.001;
constexpr double kCounterSteps = 4294967296.0;

void write_in_place(const fs::path& path, const std::string& text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) throw std::runtime_error("cannot write '" + path.string() + "'");
  const bool written = pwrite(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  const bool cut = ftruncate(fd, static_cast<off_t>(text.size())) == 0;
  close(fd);
  if (!written || !cut) throw std::runtime_error("cannot write '" + path.string() + "'");
}

/// Midpoint rule in 1 ms steps: exact for constant and linear powers.
double integral(const std::function<double(double)>& watts, double from_s, double to_s) {
  const auto steps = static_cast<long long>(std::ceil((to_s - from_s) / kStepS));
  double joules = 0;
  for (long long i = 0; i < steps; ++i) {
    const double a = from_s + static_cast<double>(i) * kStepS;
    const double b = std::min(to_s, a + kStepS);
    joules += watts((a + b) / 2) * (b - a);
  }
  return joules;
}

/// The driver's unit in whole picojoules, which is why its microjoules are a little low.
double unit_uj(const SimulatedZone& zone) {
  return std::floor(zone.unit_j * 1e12) * 1e-6;
}

}  // namespace

SimulatedPowercap::SimulatedPowercap(fs::path root, std::vector<SimulatedZone> zones)
    : root_(std::move(root)),
      zones_(std::move(zones)),
      joules_(zones_.size()),
      shown_(zones_.size()),
      frozen_(zones_.size()) {
  fs::create_directories(root_ / "proc");
  write_in_place(root_ / "proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu sse2\n");
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    fs::create_directories(zone_path(i));
    write_text(i, "name", zones_[i].name + "\n");
    const double max_uj = (kCounterSteps - 1) * unit_uj(zones_[i]);
    if (zones_[i].has_max_energy_range)
      write_text(i, "max_energy_range_uj", fmt::format("{:.0f}\n", std::floor(max_uj)));
    write_zone(i);
  }
}

fs::path SimulatedPowercap::zone_path(std::size_t index) const {
  return root_ / "sys/class/powercap" / zones_[index].directory;
}

void SimulatedPowercap::write_text(std::size_t index, const std::string& file,
                                   const std::string& text) const {
  write_in_place(zone_path(index) / file, text);
}

void SimulatedPowercap::write_zone(std::size_t index) const {
  const SimulatedZone& zone = zones_[index];
  const double steps = std::floor(shown_[index] / zone.unit_j);
  const double raw = std::fmod(static_cast<double>(zone.first_raw) + steps, kCounterSteps);
  write_text(index, "energy_uj", fmt::format("{:.0f}\n", std::floor(raw * unit_uj(zone))));
}

/// The counter holds what was there at the last update before `seconds`.
void SimulatedPowercap::show(std::size_t index, double seconds) {
  const SimulatedZone& zone = zones_[index];
  double update_s = seconds;
  if (zone.update_period_s > 0) {
    const double updates = std::floor((seconds + zone.update_phase_s) / zone.update_period_s);
    update_s = updates * zone.update_period_s - zone.update_phase_s;
  }
  if (update_s > now_s_) shown_[index] = joules_[index] + integral(zone.watts, now_s_, update_s);
}

void SimulatedPowercap::advance_to(double seconds) {
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    show(i, seconds);
    joules_[i] += integral(zones_[i].watts, now_s_, seconds);
    if (!frozen_[i]) write_zone(i);
  }
  now_s_ = std::max(now_s_, seconds);
}

void SimulatedPowercap::follow(ScriptedClock& clock) {
  const Nanoseconds start = clock.now();
  clock.on_move = [this, start](Nanoseconds now) { advance_to(to_seconds(now - start)); };
}

double SimulatedPowercap::scripted_joules(std::size_t index, double from_s, double to_s) const {
  return integral(zones_[index].watts, from_s, to_s);
}

void SimulatedPowercap::reset_counter(std::size_t index) {
  zones_[index].first_raw = 0;
  joules_[index] = 0;
  shown_[index] = 0;
  write_zone(index);
}

void SimulatedPowercap::remove(std::size_t index) {
  frozen_[index] = true;
  fs::remove_all(zone_path(index));
}

void SimulatedPowercap::freeze(std::size_t index, bool frozen) {
  frozen_[index] = frozen;
}

std::vector<SimulatedZone> one_socket(double package_watts, double dram_watts) {
  return {{.directory = "intel-rapl:0",
           .name = "package-0",
           .watts = [package_watts](double) { return package_watts; },
           .first_raw = 1'000'000},
          {.directory = "intel-rapl:0:0",
           .name = "dram",
           .watts = [dram_watts](double) { return dram_watts; },
           .first_raw = 2'000'000}};
}

}  // namespace joulemark::sensors
