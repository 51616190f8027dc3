// SPDX-License-Identifier: Apache-2.0
#include "sensors/estimate/estimate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "host/kernel_file.h"
#include "host/machine.h"

namespace joulemark::sensors {
namespace {

EnergyEstimate absent(std::string reason, std::string detail) {
  EnergyEstimate estimate;
  estimate.reason = std::move(reason);
  estimate.detail = std::move(detail);
  return estimate;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

int number_of(std::string_view cpuinfo, std::string_view key) {
  const auto text = host::colon_value(cpuinfo, key);
  return text ? host::parse_number<int>(*text).value_or(0) : 0;
}

std::string detail_of(const ProcessorFacts& facts, const std::vector<std::string>& titles) {
  return fmt::format("{}; {}", fmt::join(titles, ", "),
                     facts.memory_gb > 0 ? "processors and memory" : "processors only");
}

}  // namespace

ProcessorFacts read_processor_facts(const std::filesystem::path& root) {
  ProcessorFacts facts;
  if (const auto cpuinfo = host::read_small(root / "proc/cpuinfo")) {
    facts.name = host::colon_value(*cpuinfo, "model name").value_or("");
    facts.family = number_of(*cpuinfo, "cpu family");
    facts.model = number_of(*cpuinfo, "model");
    facts.stepping = number_of(*cpuinfo, "stepping");
  }
  const host::Processors processors = host::read_processors(root);
  facts.logical = processors.logical;
  facts.sockets = processors.sockets;
  if (host::is_virtual_machine(root)) facts.machine = Machine::kVirtual;
  const auto meminfo = host::read_small(root / "proc/meminfo");
  if (const auto bytes = meminfo ? host::kibibyte_line(*meminfo, "MemTotal:") : std::nullopt)
    facts.memory_gb = static_cast<double>(*bytes) * 1e-9;
  return facts;
}

EnergyEstimate estimate_energy(const ProcessorFacts& facts, const WindowUse& use) {
  if (!(use.seconds > 0)) return absent("no_window", "there is no window");
  if (!use.cpu_s) return absent("no_cpu_time", "the CPU time that the process used is not known");
  if (facts.logical <= 0)
    return absent("unknown_processor", "how many processors there are is not known");
  EnergyEstimate estimate;
  std::vector<double> low, mid, high;
  std::vector<std::string> titles;
  const double most_s = use.seconds * facts.logical;
  const double utilisation = std::clamp(*use.cpu_s / most_s, 0.0, 1.0);
  for (const PowerModel& model : power_models()) {
    const auto power = model.power(facts, utilisation);
    if (!power) continue;
    estimate.models.emplace_back(model.name);
    titles.emplace_back(model.title);
    low.push_back(power->low_w * use.seconds);
    high.push_back(power->high_w * use.seconds);
    mid.push_back((low.back() + high.back()) / 2);
  }
  if (low.empty())
    return absent("unknown_processor",
                  facts.name.empty()
                      ? "/proc/cpuinfo does not name the processor"
                      : fmt::format("no model knows the processor '{}'", facts.name));
  estimate.low_j = *std::min_element(low.begin(), low.end());
  estimate.mid_j = median(mid);
  estimate.high_j = *std::max_element(high.begin(), high.end());
  estimate.detail = detail_of(facts, titles);
  return estimate;
}

}  // namespace joulemark::sensors
