// SPDX-License-Identifier: Apache-2.0
#include "sensors/window/window_watch.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "host/kernel_file.h"
#include "sensors/sampling/gauges.h"

namespace joulemark::sensors {
namespace {

Observation observed(const EdgeValue& value) {
  return value ? Observation{*value, ""} : Observation{std::nullopt, value.error()};
}

Observation between(const EdgeValue& begin, const EdgeValue& end) {
  if (!begin) return observed(begin);
  if (!end) return observed(end);
  if (*end < *begin) return {std::nullopt, "reset"};
  return {*end - *begin, ""};
}

/// Whether it is a file of a control group; any other would be written over.
bool is_of_kernel(const Descriptor& file) {
  struct statfs system {};
  return file.get() >= 0 && fstatfs(file.get(), &system) == 0 &&
         system.f_type == CGROUP2_SUPER_MAGIC;
}

std::optional<std::int64_t> number_in(const Descriptor& file) {
  char buffer[32];
  const ssize_t n = pread(file.get(), buffer, sizeof buffer, 0);
  if (n <= 0) return std::nullopt;
  return host::parse_number<std::int64_t>(std::string_view(buffer, static_cast<std::size_t>(n)));
}

/// The values of one time line inside of the window.
std::vector<double> values_of(const std::vector<Series>& series, std::string_view name,
                              const SampleRange& window) {
  std::vector<double> values;
  for (const Series& line : series) {
    if (line.name != name) continue;
    for (const Sample& sample : line.samples)
      if (sample.t_ns >= window.t0_ns && sample.t_ns <= window.t1_ns)
        values.push_back(sample.value);
  }
  return values;
}

}  // namespace

WindowWatch::WindowWatch(const std::filesystem::path& root, int pid) : place_(place_of(root, pid)) {
  if (!place_.group.empty()) {
    const auto path = place_.group / "memory.peak";
    peak_.reset(open(path.c_str(), O_RDWR | O_CLOEXEC));
    peak_was_reset_ = is_of_kernel(peak_) && write(peak_.get(), "r", 1) == 1;
    if (!peak_was_reset_) peak_.reset(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (peak_.get() >= 0) peak_at_begin_ = number_in(peak_);
  }
  for (const WindowSource& source : window_sources())
    begin_.push_back(source.edge == Edge::kEnd ? EdgeValue(0) : source.read(place_));
  processors_ = read_processor_time(root);
}

Observation WindowWatch::group_peak() const {
  if (peak_.get() < 0) return {std::nullopt, "absent"};
  const auto peak = number_in(peak_);
  if (!peak) return {std::nullopt, "unreadable"};
  const bool is_of_window = peak_was_reset_ || (peak_at_begin_ && *peak > *peak_at_begin_);
  if (!is_of_window) return {std::nullopt, "not_in_window"};
  return {static_cast<double>(*peak), ""};
}

WindowFacts WindowWatch::end() const {
  WindowFacts facts;
  add_processor_time(facts, processors_, read_processor_time(place_.root));
  facts[WindowFact::kGroupPeak] = group_peak();
  facts[WindowFact::kSamplerCpu] =
      facts[WindowFact::kSamplerMissed] = {std::nullopt, "not_sampled"};
  facts[WindowFact::kTemperatureMax] = facts[WindowFact::kFrequency] = {std::nullopt, "absent"};
  for (const Gauge& gauge : open_gauges(place_.root))
    facts[gauge.name() == kCpuFrequency ? WindowFact::kFrequency : WindowFact::kTemperatureMax] = {
        std::nullopt, "not_sampled"};
  for (std::size_t i = 0; i < begin_.size(); ++i) {
    const WindowSource& source = window_sources()[i];
    facts[source.fact] = source.edge == Edge::kBegin ? observed(begin_[i])
                         : source.edge == Edge::kEnd ? observed(source.read(place_))
                                                     : between(begin_[i], source.read(place_));
  }
  // Something ran, so nothing counted is less than the count's step.
  if (Observation& cpu = facts[WindowFact::kGroupCpu]; cpu.value == 0.0)
    cpu = {std::nullopt, "below_resolution"};
  return facts;
}

void add_samples(WindowFacts& facts, const std::vector<Series>& series, const SampleRange& window) {
  const auto frequencies = values_of(series, kCpuFrequency, window);
  double sum = 0;
  for (const double value : frequencies) sum += value;
  if (!frequencies.empty())
    facts[WindowFact::kFrequency] = {sum / static_cast<double>(frequencies.size()), ""};
  auto temperatures = values_of(series, kCpuTemperature, window);
  for (const WindowFact edge : {WindowFact::kTemperatureBegin, WindowFact::kTemperatureEnd})
    if (!temperatures.empty() && facts[edge].value) temperatures.push_back(*facts[edge].value);
  if (!temperatures.empty())
    facts[WindowFact::kTemperatureMax] = {
        *std::max_element(temperatures.begin(), temperatures.end()), ""};
}

void add_cost(WindowFacts& facts, const SamplerCost& cost) {
  constexpr double kPercent = 100;
  if (!(cost.sampled_s > 0)) return;
  facts[WindowFact::kSamplerCpu] = {kPercent * cost.cpu_s / cost.sampled_s, ""};
  facts[WindowFact::kSamplerMissed] = {static_cast<double>(cost.missed_ticks), ""};
}

}  // namespace joulemark::sensors
