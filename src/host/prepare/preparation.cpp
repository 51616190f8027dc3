// SPDX-License-Identifier: Apache-2.0
#include "host/prepare/preparation.h"

#include <fmt/format.h>

#include <utility>

namespace joulemark::host {

Result<Preparation> Preparation::begin(const std::filesystem::path& root, const Announce& announce,
                                       const Tell& tell) {
  const auto path = record_path(root);
  if (!path) return fail(path.error());
  auto record = ChangeRecord::take(*path);
  if (!record) return fail(record.error());
  const Restored left = restore(root, *record);
  tell(left);
  if (!left.failed.empty()) return fail(ErrorKind::kMachine, left.failed.front());
  // That has removed the file where there was one.
  record = ChangeRecord::take(*path);
  if (!record) return fail(record.error());
  const auto changes = wanted_changes(root);
  announce(changes);
  Preparation preparation(root, *std::move(record), tell);
  if (auto applied = preparation.apply(changes); !applied) return fail(applied.error());
  return preparation;
}

Status Preparation::apply(const std::vector<SettingChange>& changes) {
  if (changes.empty()) return {};
  if (auto written = record_->write(changes); !written) return written;
  auto watchdog =
      Watchdog::start(record_->descriptor(), [this] { tell_(restore(root_, *record_)); });
  if (!watchdog) return fail(watchdog.error());
  watchdog_.emplace(*std::move(watchdog));
  for (const SettingChange& change : changes)
    if (auto set = write_setting(root_ / change.file, change.wanted); !set)
      return fail(
          ErrorKind::kMachine,
          fmt::format("{}; run it with sudo, or leave out --prepare and set it yourself: echo "
                      "{} | sudo tee {}",
                      set.error().message, change.wanted, (root_ / change.file).string()));
  return {};
}

Preparation::~Preparation() {
  if (record_) tell_(restore(root_, *record_));
}

}  // namespace joulemark::host
