// SPDX-License-Identifier: Apache-2.0
// Opens the events, and says of each that is not used why.
#include "sensors/rapl/perf.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>

#include "base/error.h"
#include "host/kernel_file.h"
#include "host/machine.h"
#include "sensors/containment.h"
#include "sensors/counters/counter_discovery.h"
#include "sensors/rapl/perf_events.h"
#include "sensors/sensor_status.h"

namespace joulemark::sensors {
namespace {

/// The kernel widens a register of 32 bits whenever it is asked, and takes the step for a signed
/// number: from 2^31 steps on it is wrong. Of the finest steps, 2^-16 J; it does not tell which.
constexpr double kKernelLosesJ = 32768;

SensorStatus status_of(const std::string& scope, const std::string& reason, std::string detail) {
  return make_status("perf", scope, reason, std::move(detail));
}

OpenedCounter open_event(const SensorEnvironment& environment, const PerfEvent& event) {
  if (environment.open_perf) return environment.open_perf(event);
  return environment.root == "/" ? open_kernel_event(event)
                                 : open_simulated_event(environment.root, event);
}

/// Why no event could be opened: powercap may read the same counters.
SensorStatus refused_status(int error, const std::filesystem::path& root) {
  if (error == ENOENT || error == ENODEV)
    return status_of("", "absent",
                     "the power events cannot be opened: the kernel does not know them");
  if (error != EACCES && error != EPERM)
    return status_of("", "unreadable",
                     fmt::format("the power events cannot be opened: {}", errno_text(error)));
  const auto paranoid = host::read_number<int>(root / "proc/sys/kernel/perf_event_paranoid");
  SensorStatus status =
      status_of("", "eacces",
                fmt::format("the power events may not be opened (kernel.perf_event_paranoid is {})",
                            paranoid ? std::to_string(*paranoid) : "not known"));
  // With rights enough it is a filter of system calls that says no, as container runtimes have.
  if (paranoid && *paranoid < 1) {
    status.reason = "seccomp";
    status.remedy = "start the container with --security-opt seccomp=unconfined";
    return status;
  }
  status.remedy = "sudo setcap cap_perfmon=ep $(command -v joulemark)";
  return status;
}

struct Opened {
  std::vector<Counter> counters;
  std::vector<SensorStatus> statuses;
  int error = 0;  ///< of the last event that could not be opened
};

std::vector<ScopeInfo> others_than(const PowerEvent& event, const PowerPmu& pmu,
                                   const std::vector<ScopeInfo>& claimed) {
  std::vector<ScopeInfo> others = claimed;
  for (const PowerEvent& other : pmu.events)
    if (other.scope.scope != event.scope.scope) others.push_back(other.scope);
  return others;
}

Opened open_counted(const PowerPmu& pmu, const SensorEnvironment& environment,
                    const std::vector<ScopeInfo>& claimed) {
  Opened opened;
  for (const PowerEvent& event : pmu.events) {
    const Role role = role_beside(event.scope, others_than(event, pmu, claimed));
    if (role != Role::kCounted) {
      opened.statuses.push_back(status_of_role("perf", event.scope.scope, role));
      continue;
    }
    auto source = open_event(environment, event.event);
    if (!source) {
      opened.error = source.error();
      continue;
    }
    if (!(*source)->read()) {
      opened.statuses.push_back(
          status_of(event.scope.scope, "unreadable", "its event can be opened and not be read"));
      continue;
    }
    opened.counters.push_back(
        {.scope = event.scope,
         .range = {.unit_j = event.unit_j, .most_between_reads = kKernelLosesJ / event.unit_j},
         // A raw value is finer than what moves it.
         .step_j = std::max(event.unit_j, kUsualRaplStepJ),
         .update_s = kRaplUpdateS,
         .source = *std::move(source)});
  }
  return opened;
}

SensorStatus nothing_status(const PowerPmu& pmu, const std::filesystem::path& root) {
  if (pmu.exists)
    return status_of(
        "", "unreadable",
        fmt::format("the kernel's power events are not understood: {}",
                    pmu.unclear.empty() ? "there is none"
                                        : fmt::format("{}", fmt::join(pmu.unclear, "; "))));
  if (host::is_virtual_machine(root))
    return status_of("", "vm",
                     "this is a virtual machine, and its host passes no energy counter on");
  return status_of("", "absent", "the kernel has no power events");
}

}  // namespace

Discovered find_perf(const SensorEnvironment& environment, const std::vector<ScopeInfo>& claimed) {
  Discovered found;
  const PowerPmu pmu = read_power_pmu(environment.root);
  if (pmu.events.empty()) {
    found.statuses.push_back(nothing_status(pmu, environment.root));
    return found;
  }
  Opened opened = open_counted(pmu, environment, claimed);
  found.statuses = std::move(opened.statuses);
  if (opened.counters.empty()) {
    if (opened.error != 0) found.statuses.push_back(refused_status(opened.error, environment.root));
    return found;
  }
  add_counters(
      {.name = "perf",
       .counters = std::move(opened.counters),
       .clock = environment.clock,
       .remedy = host::reload_remedy(environment.root, "rapl")},
      [](std::size_t, const Cadence& cadence) {
        return "energy counter, " + cadence_text(cadence);
      },
      found);
  return found;
}

}  // namespace joulemark::sensors
