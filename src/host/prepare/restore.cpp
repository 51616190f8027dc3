// SPDX-License-Identifier: Apache-2.0
#include "host/prepare/restore.h"

#include <fmt/format.h>

#include "host/kernel_file.h"

namespace joulemark::host {
namespace {

namespace fs = std::filesystem;

void restore_one(const fs::path& path, const SettingChange& change, Restored& restored) {
  const auto now = read_small(path);
  if (!now) {
    restored.failed.push_back(
        fmt::format("cannot read '{}': {}", path.string(), errno_text(now.error())));
    return;
  }
  if (*now == change.before) return;
  if (*now != change.wanted) {
    restored.left.push_back(fmt::format("'{}' is left as it is: somebody has set it to '{}' since",
                                        path.string(), *now));
    return;
  }
  if (auto written = write_setting(path, change.before); !written)
    restored.failed.push_back(written.error().message);
  else
    restored.done.push_back(change);
}

}  // namespace

Restored restore(const fs::path& root, const ChangeRecord& record) {
  Restored restored;
  for (const SettingChange& change : record.read())
    restore_one(root / change.file, change, restored);
  if (restored.failed.empty()) record.forget();
  return restored;
}

Result<Restored> restore_left(const fs::path& root) {
  const auto path = record_path(root);
  if (!path) return Restored{};  // where none can be named, none was written
  const auto record = ChangeRecord::take_left(*path);
  if (!record) return fail(record.error());
  if (!*record) return Restored{};
  return restore(root, **record);
}

std::vector<std::string> lines_of(const Restored& restored) {
  std::vector<std::string> lines;
  if (!restored.done.empty()) {
    std::vector<SettingChange> back;
    for (const SettingChange& change : restored.done)
      back.push_back({change.file, change.wanted, change.before});
    lines.push_back("restored: " + describe(back));
  }
  for (const std::string& text : restored.left) lines.push_back("warning: " + text);
  for (const std::string& text : restored.failed)
    lines.push_back(fmt::format(
        "warning: not restored: {}; run 'sudo env HOME=$HOME joulemark doctor --restore'", text));
  return lines;
}

}  // namespace joulemark::host
