// SPDX-License-Identifier: Apache-2.0
#include "serve/metrics/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace joulemark::serve {
namespace {

/// The numbers of /proc/self/stat behind the program's name, the state left out: proc(5) counts
/// ppid, the first, as its field 4.
std::vector<double> stat_fields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');
  std::vector<double> fields;
  if (name_end == std::string::npos || name_end + 4 > line.size()) return fields;
  const char* at = line.c_str() + name_end + 3;
  for (char* end = nullptr;; at = end) {
    const double value = std::strtod(at, &end);
    if (end == at) return fields;
    fields.push_back(value);
  }
}

constexpr std::size_t kFirstField = 4;
constexpr std::size_t kUserTicks = 14 - kFirstField;
constexpr std::size_t kSystemTicks = 15 - kFirstField;
constexpr std::size_t kStartTicks = 22 - kFirstField;
constexpr std::size_t kVirtualBytes = 23 - kFirstField;
constexpr std::size_t kResidentPages = 24 - kFirstField;

std::optional<double> boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return std::nullopt;
}

std::optional<double> open_files() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator each("/proc/self/fd", error), end; !error && each != end;
       each.increment(error))
    ++count;
  if (error) return std::nullopt;
  return count - 1;  // the folder itself
}

}  // namespace

void append_process(MetricsText& text) {
  const auto put = [&](const char* name, const char* type, const char* help, double value) {
    text.family(name, type, help);
    text.sample(value);
  };
  const auto fields = stat_fields();
  if (fields.size() > kResidentPages) {
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    put("process_cpu_seconds_total", "counter", "CPU time of the server, all threads.",
        (fields[kUserTicks] + fields[kSystemTicks]) / ticks);
    put("process_resident_memory_bytes", "gauge", "Resident memory of the server.",
        fields[kResidentPages] * static_cast<double>(::sysconf(_SC_PAGESIZE)));
    put("process_virtual_memory_bytes", "gauge", "Virtual memory of the server.",
        fields[kVirtualBytes]);
    if (const auto booted = boot_time())
      put("process_start_time_seconds", "gauge", "When the server began, since the epoch.",
          *booted + fields[kStartTicks] / ticks);
  }
  if (const auto open = open_files())
    put("process_open_fds", "gauge", "Open file descriptors of the server.", *open);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    put("process_max_fds", "gauge", "File descriptors that the server may open.",
        static_cast<double>(limit.rlim_cur));
}

}  // namespace joulemark::serve
