// SPDX-License-Identifier: Apache-2.0
// Files after HPE's "XC Series Power Management and SLURM": "<joules> J <microseconds> us".
#include "sensors/kernel/cray.h"

#include <fmt/format.h>

#include <algorithm>

#include "host/kernel_file.h"
#include "sensors/containment.h"
#include "sensors/counters/counter_discovery.h"
#include "sensors/sensor_status.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

constexpr double kMostNodeWatts = 20'000;
constexpr int kMostAccelerators = 16;
/// The node controller scans ten times a second.
constexpr double kScanS = 0.1;

class PmCounter final : public CounterSource {
 public:
  explicit PmCounter(SysfsFile file) : file_(std::move(file)) {}
  std::optional<std::uint64_t> read() override {
    char buffer[128];
    const auto text = file_.read(buffer, sizeof buffer);
    return text ? parse_pm_counter(*text) : std::nullopt;
  }

 private:
  SysfsFile file_;
};

struct Part {
  fs::path file;
  ScopeInfo scope;
};

std::vector<Part> list_parts(const fs::path& folder) {
  std::vector<Part> parts = {{folder / "cpu_energy", {"cpu", Domain::kPackage, "all"}},
                             {folder / "memory_energy", {"memory", Domain::kDram, "all"}},
                             {folder / "energy", {"node", Domain::kNode, ""}}};
  for (int i = 0; i < kMostAccelerators; ++i) {
    const std::string number = std::to_string(i);
    parts.push_back(
        {folder / fmt::format("accel{}_energy", i), {"gpu-" + number, Domain::kGpu, number}});
  }
  std::erase_if(parts, [](const Part& part) {
    std::error_code error;
    return !fs::exists(part.file, error);
  });
  for (Part& part : parts) part.scope.updated_by = "node controller";
  return parts;
}

/// "all" processors are those that another sensor reads one by one; and the accelerators' driver
/// may number them otherwise.
bool is_read_elsewhere(const ScopeInfo& scope, const std::vector<ScopeInfo>& claimed) {
  return (scope.device == "all" || scope.domain == Domain::kGpu) &&
         std::any_of(claimed.begin(), claimed.end(),
                     [&](const ScopeInfo& other) { return other.domain == scope.domain; });
}

Role role_of(const Part& part, const std::vector<Part>& parts,
             const std::vector<ScopeInfo>& claimed) {
  if (is_read_elsewhere(part.scope, claimed)) return Role::kDuplicate;
  std::vector<ScopeInfo> others = claimed;
  for (const Part& other : parts)
    if (other.scope.scope != part.scope.scope) others.push_back(other.scope);
  return role_beside(part.scope, others);
}

SensorStatus status_of(const std::string& scope, const std::string& reason, std::string detail) {
  return make_status("cray", scope, reason, std::move(detail));
}

}  // namespace

std::optional<std::uint64_t> parse_pm_counter(std::string_view text) {
  const auto end = text.find(" J");
  return end == std::string_view::npos ? std::nullopt
                                       : host::parse_number<std::uint64_t>(text.substr(0, end));
}

Discovered find_cray(const SensorEnvironment& environment, const std::vector<ScopeInfo>& claimed) {
  Discovered found;
  const std::vector<Part> parts = list_parts(environment.root / "sys/cray/pm_counters");
  if (parts.empty()) {
    found.statuses.push_back(status_of("", "absent", "this is no HPE Cray node"));
    return found;
  }
  std::vector<Counter> counters;
  for (const Part& part : parts) {
    const Role role = role_of(part, parts, claimed);
    if (role != Role::kCounted) {
      found.statuses.push_back(status_of_role("cray", part.scope.scope, role));
      continue;
    }
    auto file = SysfsFile::open(part.file);
    auto source = file ? std::make_unique<PmCounter>(*std::move(file)) : nullptr;
    if (source == nullptr || !source->read()) {
      found.statuses.push_back(status_of(part.scope.scope, "unreadable",
                                         fmt::format("cannot read '{}'", part.file.string())));
      continue;
    }
    counters.push_back({.scope = part.scope,
                        .range = {.unit_j = 1, .modulus = 0, .max_watts = kMostNodeWatts},
                        .step_j = 1,
                        .update_s = kScanS,
                        .source = std::move(source)});
  }
  if (counters.empty()) return found;
  add_counters(
      {.name = "cray", .counters = std::move(counters), .clock = environment.clock},
      [](std::size_t, const Cadence& cadence) {
        return "energy counter in steps of 1 J, " + cadence_text(cadence);
      },
      found);
  return found;
}

}  // namespace joulemark::sensors
