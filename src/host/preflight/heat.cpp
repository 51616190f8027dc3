// SPDX-License-Identifier: Apache-2.0
// Heat: slow-downs that were counted, and zones that are about to make one.
#include <fmt/format.h>

#include "host/kernel_file.h"
#include "host/preflight/checks.h"
#include "host/preflight/finding_table.h"

namespace joulemark::host {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCool = "wait until it is cool, mend the cooling, or lower the load";

Findings slowed_down(const MachineView& view) {
  const long long events = view.after.throttles.value_or(0);
  if (events <= 0) return {};
  const long long now = events - view.before.throttles.value_or(events);
  if (now > 0)
    return {finding_of("throttling_now",
                       fmt::format("the processor slowed down for heat {} times within {:.1f} s",
                                   now, to_seconds(view.after.at - view.before.at)),
                       kCool)};
  return {finding_of(
      "throttling",
      fmt::format("the processor has slowed down for heat {} times since boot, not now", events),
      kCool)};
}

/// A zone and the trip point that it is nearest to, in thousandths of a degree.
struct Nearness {
  std::string zone;
  std::string trip;
  long long temperature = 0;
  long long limit = 0;
  [[nodiscard]] long long distance() const { return limit - temperature; }
};

/// Trip points that slow down or switch off; those of fans ("active") do neither. One that is not
/// set is 0 or below absolute zero.
std::optional<Nearness> nearest_trip(const fs::path& zone) {
  constexpr long long kMost = 200'000;
  const auto temperature = read_number<long long>(zone / "temp");
  if (!temperature || *temperature <= 0 || *temperature > kMost) return std::nullopt;
  std::optional<Nearness> nearest;
  for (const fs::path& file : entries_of(zone, "trip_point_")) {
    const std::string name = file.filename().string();
    if (!name.ends_with("_type")) continue;
    const auto type = read_small(file).value_or("");
    if (type != "passive" && type != "hot" && type != "critical") continue;
    const auto limit = read_number<long long>(zone / (name.substr(0, name.size() - 4) + "temp"));
    if (!limit || *limit <= 0 || *limit > kMost) continue;
    if (!nearest || *limit < nearest->limit)
      nearest = {read_small(zone / "type").value_or(zone.filename().string()), type, *temperature,
                 *limit};
  }
  return nearest;
}

Findings hot(const fs::path& root) {
  constexpr long long kNear = 5'000;
  std::optional<Nearness> worst;
  for (const fs::path& zone : entries_of(root / "sys/class/thermal", "thermal_zone"))
    if (const auto near = nearest_trip(zone);
        near && (!worst || near->distance() < worst->distance()))
      worst = near;
  if (!worst || worst->distance() > kNear) return {};
  return {
      finding_of("hot",
                 fmt::format("thermal zone '{}' is at {:.0f} °C, and its {} trip point at {:.0f} "
                             "°C",
                             worst->zone, static_cast<double>(worst->temperature) / 1e3,
                             worst->trip, static_cast<double>(worst->limit) / 1e3),
                 kCool)};
}

}  // namespace

Findings check_heat(const MachineView& view) {
  Findings all = slowed_down(view);
  Findings more = hot(view.root);
  std::move(more.begin(), more.end(), std::back_inserter(all));
  return all;
}

}  // namespace joulemark::host
