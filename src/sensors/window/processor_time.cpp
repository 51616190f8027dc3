// SPDX-License-Identifier: Apache-2.0
#include "sensors/window/processor_time.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "sensors/sampling/process.h"

namespace joulemark::sensors {
namespace {

double tick_s() {
  return 1.0 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

Observation stolen(const host::CpuTime& begin, const host::CpuTime& end) {
  const long long ticks = end.stolen - begin.stolen;
  if (ticks < 0) return {std::nullopt, "reset"};
  if (ticks == 0 && end.stolen > 0) return {std::nullopt, "below_resolution"};
  return {static_cast<double>(ticks) * tick_s(), ""};
}

Observation foreign(const ProcessorTime& begin, const ProcessorTime& end) {
  const auto ticks = static_cast<double>(end.machine->busy - begin.machine->busy);
  if (ticks < 0) return {std::nullopt, "reset"};
  const double seconds = ticks * tick_s() - (end.own_s - begin.own_s);
  const double noise_s = std::sqrt(std::max(ticks, 1.0)) * tick_s();
  if (seconds < noise_s) return {std::nullopt, "below_resolution"};
  return {seconds, ""};
}

}  // namespace

ProcessorTime read_processor_time(const std::filesystem::path& root) {
  const int own = getpid();
  const bool is_listed = process_root(root, own) == root;
  return {.machine = host::read_cpu_time(root),
          .own_s = is_listed ? family_cpu_s(root, own).value_or(0) : 0};
}

void add_processor_time(WindowFacts& facts, const ProcessorTime& begin, const ProcessorTime& end) {
  const bool is_known = begin.machine && end.machine;
  const Observation absent = {std::nullopt, "absent"};
  facts[WindowFact::kSteal] = is_known ? stolen(*begin.machine, *end.machine) : absent;
  facts[WindowFact::kForeignCpu] = is_known ? foreign(begin, end) : absent;
}

}  // namespace joulemark::sensors
