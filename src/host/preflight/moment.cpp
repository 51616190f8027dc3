// SPDX-License-Identifier: Apache-2.0
#include "host/preflight/moment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text_table.h"
#include "host/kernel_file.h"

namespace joulemark::host {
namespace {

namespace fs = std::filesystem;

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; (at = text.find_first_not_of(' ', at)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

int count_cpus(std::string_view text) {
  int cpus = 0;
  for (std::size_t at = 0; (at = text.find("\ncpu", at)) != std::string_view::npos; ++at) ++cpus;
  return cpus;
}

/// A name may hold anything, brackets and blanks included.
std::optional<ProcessTime> parse_process(const std::string& text) {
  constexpr std::size_t kUser = 11, kSystem = 12, kStarted = 19;  // counted from the state
  const auto open = text.find('(');
  const auto close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
  const auto words = words_of(std::string_view(text).substr(close + 1));
  if (words.size() <= kStarted) return std::nullopt;
  const auto user = parse_number<long long>(words[kUser]);
  const auto system = parse_number<long long>(words[kSystem]);
  const auto started = parse_number<long long>(words[kStarted]);
  if (!user || !system || !started) return std::nullopt;
  return ProcessTime{printable(text.substr(open + 1, close - open - 1)), *started, *user + *system};
}

std::map<int, ProcessTime> read_processes(const fs::path& root) {
  std::map<int, ProcessTime> processes;
  std::error_code error;
  for (fs::directory_iterator it(root / "proc", error), end; !error && it != end;
       it.increment(error)) {
    const auto pid = parse_number<int>(it->path().filename().string());
    if (!pid) continue;
    if (processes.size() == kMostProcesses) return {};
    const auto text = read_small(it->path() / "stat");
    auto process = text ? parse_process(*text) : std::nullopt;
    if (process) processes.emplace(*pid, *std::move(process));
  }
  return processes;
}

std::optional<int> read_own(const fs::path& root) {
  const auto text = read_small(root / "proc/self/stat");
  return text ? parse_number<int>(text->substr(0, text->find(' '))) : std::nullopt;
}

std::optional<long long> read_swapped(const fs::path& root) {
  const auto text = read_small(root / "proc/vmstat");
  if (!text) return std::nullopt;
  const auto in = line_value(*text, "pswpin ");
  const auto out = line_value(*text, "pswpout ");
  const auto pages_in = in ? parse_number<long long>(*in) : std::nullopt;
  const auto pages_out = out ? parse_number<long long>(*out) : std::nullopt;
  if (!pages_in || !pages_out) return std::nullopt;
  return *pages_in + *pages_out;
}

/// Waiting for a CPU shows as other programs' work.
std::map<std::string, long long> read_stalls(const fs::path& root) {
  std::map<std::string, long long> stalls;
  for (const char* resource : {"memory", "io"}) {
    const auto text = read_small(root / "proc/pressure" / resource);
    const auto some = text ? line_value(*text, "some ") : std::nullopt;
    if (!some) continue;
    const auto total = some->find("total=");
    if (total == std::string_view::npos) continue;
    if (const auto us = parse_number<long long>(some->substr(total + 6)); us && *us >= 0)
      stalls[resource] = *us;
  }
  return stalls;
}

std::optional<long long> read_throttles(const fs::path& root) {
  std::optional<long long> most;
  for (const fs::path& cpu : entries_of(root / "sys/devices/system/cpu", "cpu"))
    for (const char* file : {"core_throttle_count", "package_throttle_count"})
      if (const auto events = read_number<long long>(cpu / "thermal_throttle" / file))
        most = std::max(most.value_or(0), *events);
  return most;
}

}  // namespace

/// What follows `steal` is in other columns already.
std::optional<CpuTime> read_cpu_time(const fs::path& root) {
  constexpr std::size_t kIdle = 3, kIoWait = 4, kSteal = 7, kColumns = 8;
  const auto text = read_small(root / "proc/stat");
  const auto line = text ? line_value(*text, "cpu ") : std::nullopt;
  if (!line) return std::nullopt;
  const auto words = words_of(*line);
  if (words.size() < kColumns) return std::nullopt;
  CpuTime time{.cpus = count_cpus(*text)};
  for (std::size_t column = 0; column < kColumns; ++column) {
    const auto ticks = parse_number<long long>(words[column]);
    if (!ticks || *ticks < 0) return std::nullopt;
    time.total += *ticks;
    if (column == kSteal) time.stolen = *ticks;
    if (column != kIdle && column != kIoWait && column != kSteal) time.busy += *ticks;
  }
  if (time.cpus == 0) return std::nullopt;
  return time;
}

MachineMoment read_moment(const fs::path& root, Nanoseconds at) {
  return {.at = at,
          .cpu = read_cpu_time(root),
          .processes = read_processes(root),
          .own = read_own(root),
          .swapped_pages = read_swapped(root),
          .stalled_us = read_stalls(root),
          .throttles = read_throttles(root)};
}

}  // namespace joulemark::host
