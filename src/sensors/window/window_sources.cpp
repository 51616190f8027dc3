// SPDX-License-Identifier: Apache-2.0
#include "sensors/window/window_sources.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string_view>

#include "host/kernel_file.h"
#include "sensors/sampling/gauges.h"
#include "sensors/sampling/process.h"

namespace joulemark::sensors {
namespace {

namespace fs = std::filesystem;

constexpr double kSecondsPerMicrosecond = 1e-6;
constexpr double kSecondsPerNanosecond = 1e-9;

tl::unexpected<std::string> absent_because(const char* reason) {
  return tl::unexpected<std::string>(reason);
}

EdgeValue number_of(std::optional<std::string_view> text) {
  const auto number = text ? host::parse_number<std::int64_t>(*text) : std::nullopt;
  if (!number || *number < 0) return absent_because("unreadable");
  return static_cast<double>(*number);
}

/// The number behind `key` in a file of lines "key number".
EdgeValue line_of(const fs::path& file, std::string_view key) {
  const auto text = host::read_small(file);
  if (!text) return tl::unexpected<std::string>(reason_of(text.error()));
  const auto line = host::line_value(*text, key);
  return line ? number_of(line) : absent_because("absent");
}

EdgeValue group_line(const WindowPlace& place, const char* file, std::string_view key) {
  return place.group.empty() ? absent_because("absent") : line_of(place.group / file, key);
}

/// The numbers behind `key` of all words of a text, such as "rbytes=" of io.stat, added.
EdgeValue sum_of_words(std::string_view text, std::string_view key) {
  double sum = 0;
  for (auto at = text.find(key); at != std::string_view::npos; at = text.find(key, at)) {
    at += key.size();
    const auto end = std::min(text.find_first_of(" \n", at), text.size());
    const EdgeValue value = number_of(text.substr(at, end - at));
    if (!value) return value;
    sum += *value;
  }
  return sum;
}

EdgeValue group_bytes(const WindowPlace& place, std::string_view key) {
  if (place.group.empty()) return absent_because("absent");
  const auto text = host::read_small(place.group / "io.stat");
  if (!text) return tl::unexpected<std::string>(reason_of(text.error()));
  return sum_of_words(*text, key);
}

EdgeValue microseconds(const EdgeValue& value) {
  if (!value) return value;
  return *value * kSecondsPerMicrosecond;
}

EdgeValue pressure(const WindowPlace& place, const char* resource) {
  const auto text = host::read_small(place.root / "proc/pressure" / resource);
  if (!text) return tl::unexpected<std::string>(reason_of(text.error()));
  const auto some = host::line_value(*text, "some ");
  if (!some || some->find("total=") == std::string_view::npos) return absent_because("unreadable");
  return microseconds(sum_of_words(*some, "total="));
}

EdgeValue temperature(const WindowPlace& place) {
  for (const Gauge& gauge : open_gauges(place.root)) {
    if (gauge.name() != kCpuTemperature) continue;
    const auto value = gauge.read();
    return value ? EdgeValue(*value) : absent_because("unreadable");
  }
  return absent_because("absent");
}

/// The second number of a thread's schedstat: nanoseconds that it was ready to run and did not.
EdgeValue waited_by(const fs::path& thread) {
  const auto text = host::read_small(thread / "schedstat");
  if (!text) return tl::unexpected<std::string>(reason_of(text.error()));
  const auto begin = text->find(' ');
  if (begin == std::string::npos) return absent_because("unreadable");
  return number_of(
      std::string_view(*text).substr(begin + 1, text->find(' ', begin + 1) - begin - 1));
}

EdgeValue waited_for_processors(const WindowPlace& place) {
  double sum_ns = 0;
  EdgeValue absent = absent_because("absent");
  bool any = false;
  for (const fs::path& thread : host::entries_of(place.process / "task", "")) {
    const EdgeValue waited = waited_by(thread);
    if (!waited)
      absent = waited;  // a thread that ended meanwhile, or a kernel that does not count
    else
      sum_ns += *waited, any = true;
  }
  return any ? EdgeValue(sum_ns * kSecondsPerNanosecond) : absent;
}

// clang-format off
constexpr WindowSource kSources[] = {
    {WindowFact::kReadBytes, Edge::kBetween, [](const WindowPlace& p) { return line_of(p.process / "io", "read_bytes:"); }},
    {WindowFact::kWrittenBytes, Edge::kBetween, [](const WindowPlace& p) { return line_of(p.process / "io", "write_bytes:"); }},
    {WindowFact::kWaitedCpu, Edge::kBetween, waited_for_processors},
    {WindowFact::kGroupCpu, Edge::kBetween, [](const WindowPlace& p) { return microseconds(group_line(p, "cpu.stat", "usage_usec ")); }},
    {WindowFact::kGroupThrottles, Edge::kBetween, [](const WindowPlace& p) { return group_line(p, "cpu.stat", "nr_throttled "); }},
    {WindowFact::kGroupThrottled, Edge::kBetween, [](const WindowPlace& p) { return microseconds(group_line(p, "cpu.stat", "throttled_usec ")); }},
    {WindowFact::kGroupReadBytes, Edge::kBetween, [](const WindowPlace& p) { return group_bytes(p, "rbytes="); }},
    {WindowFact::kGroupWrittenBytes, Edge::kBetween, [](const WindowPlace& p) { return group_bytes(p, "wbytes="); }},
    {WindowFact::kPressureCpu, Edge::kBetween, [](const WindowPlace& p) { return pressure(p, "cpu"); }},
    {WindowFact::kPressureMemory, Edge::kBetween, [](const WindowPlace& p) { return pressure(p, "memory"); }},
    {WindowFact::kPressureIo, Edge::kBetween, [](const WindowPlace& p) { return pressure(p, "io"); }},
    {WindowFact::kThermalThrottles, Edge::kBetween, [](const WindowPlace& p) { return thermal_throttles(p.root); }},
    {WindowFact::kTemperatureBegin, Edge::kBegin, temperature},
    {WindowFact::kTemperatureEnd, Edge::kEnd, temperature},
};
// clang-format on

}  // namespace

std::string reason_of(int error) {
  if (error == ENOENT || error == ENOTDIR || error == ESRCH) return "absent";
  return error == EACCES || error == EPERM ? "eacces" : "unreadable";
}

EdgeValue thermal_throttles(const fs::path& root) {
  double sum = 0;
  bool any = false;
  for (const fs::path& cpu : host::entries_of(root / "sys/devices/system/cpu", "cpu"))
    for (const char* file : {"core_throttle_count", "package_throttle_count"}) {
      const auto count = host::read_number<std::int64_t>(cpu / "thermal_throttle" / file);
      if (!count || *count < 0) continue;
      sum += static_cast<double>(*count);
      any = true;
    }
  return any ? EdgeValue(sum) : absent_because("absent");
}

WindowPlace place_of(const fs::path& root, int pid) {
  const fs::path of_process = process_root(root, pid);
  return {.root = root,
          .process = of_process / "proc" / std::to_string(pid),
          .group = cgroup_folder(of_process, pid)};
}

std::span<const WindowSource> window_sources() {
  return kSources;
}

}  // namespace joulemark::sensors
