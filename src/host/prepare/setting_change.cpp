// SPDX-License-Identifier: Apache-2.0
#include "host/prepare/setting_change.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <optional>

#include "base/descriptor.h"
#include "host/kernel_file.h"

namespace joulemark::host {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCpuFolder = "sys/devices/system/cpu";
constexpr const char* kPolicyFiles[] = {"scaling_governor", "energy_performance_preference"};
constexpr const char* kPerformance = "performance";

/// A switch of the whole machine, and its value where boost is off.
struct BoostSwitch {
  const char* file;
  const char* off;
};
constexpr BoostSwitch kBoostSwitches[] = {{"cpufreq/boost", "0"}, {"intel_pstate/no_turbo", "1"}};

/// A file that lists its words beside it takes no other.
bool takes(const fs::path& setting, std::string_view word) {
  const std::string name = setting.filename().string();
  const auto list =
      read_small(setting.parent_path() / (name == "scaling_governor"
                                              ? "scaling_available_governors"
                                              : "energy_performance_available_preferences"));
  return !list || fmt::format(" {} ", *list).find(fmt::format(" {} ", word)) != std::string::npos;
}

std::optional<SettingChange> change_of(const fs::path& root, const fs::path& file,
                                       const char* wanted) {
  const auto before = read_small(root / file);
  if (!before || before->empty() || *before == wanted) return std::nullopt;
  if (before->find_first_of("\t\n") != std::string::npos) return std::nullopt;
  return SettingChange{file, *before, wanted};
}

}  // namespace

std::vector<SettingChange> wanted_changes(const fs::path& root) {
  std::vector<SettingChange> changes;
  const auto policies = entries_of(root / kCpuFolder / "cpufreq", "policy");
  for (const char* name : kPolicyFiles)
    for (const fs::path& policy : policies) {
      const fs::path file = fs::path(kCpuFolder) / "cpufreq" / policy.filename() / name;
      if (!takes(root / file, kPerformance)) continue;
      if (auto change = change_of(root, file, kPerformance)) changes.push_back(*std::move(change));
    }
  for (const auto& [name, off] : kBoostSwitches)
    if (auto change = change_of(root, fs::path(kCpuFolder) / name, off))
      changes.push_back(*std::move(change));
  return changes;
}

bool is_known_setting(const fs::path& file) {
  for (const auto& [name, off] : kBoostSwitches)
    if (file == fs::path(kCpuFolder) / name) return true;
  const std::string policy = file.parent_path().filename().string();
  if (!policy.starts_with("policy") || !parse_number<int>(policy.substr(6))) return false;
  for (const char* name : kPolicyFiles)
    if (file == fs::path(kCpuFolder) / "cpufreq" / policy / name) return true;
  return false;
}

std::string describe(const std::vector<SettingChange>& changes) {
  std::map<std::string, int> counts;
  std::vector<std::string> order;
  for (const SettingChange& change : changes) {
    const std::string text =
        fmt::format("{} {} → {}", change.file.filename().string(), change.before, change.wanted);
    if (++counts[text] == 1) order.push_back(text);
  }
  for (std::string& text : order)
    if (const int n = counts[text]; n > 1) text += fmt::format(" ({} times)", n);
  return fmt::format("{}", fmt::join(order, ", "));
}

Status write_setting(const fs::path& path, const std::string& value) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorKind::kMachine,
                fmt::format("cannot write '{}' to '{}': {}", value, path.string(), why));
  };
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (file.get() < 0) return refuse(errno_text(errno));
  const std::string line = value + '\n';
  ssize_t written = 0;
  do written = ::write(file.get(), line.data(), line.size());
  while (written < 0 && errno == EINTR);
  if (written != static_cast<ssize_t>(line.size())) return refuse(errno_text(errno));
  const auto now = read_small(path);
  if (now && *now != value) return refuse(fmt::format("it stays '{}'", *now));
  return {};
}

}  // namespace joulemark::host
