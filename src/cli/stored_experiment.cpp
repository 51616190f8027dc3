// SPDX-License-Identifier: Apache-2.0
#include "cli/stored_experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace joulemark::cli {

Result<store::Store> open_store(const std::string& path) {
  auto store = store::Store::open(path, store::OpenMode::kReadOnly);
  std::error_code error;
  if (!store && !std::filesystem::exists(path, error))
    return fail(ErrorKind::kUsage, store.error().message);
  if (!store) return store;
  if (auto whole = store->check_integrity(); !whole) return fail(whole.error());
  return store;
}

Result<std::int64_t> choose_experiment(const std::vector<store::ExperimentInfo>& infos,
                                       const std::string& path,
                                       std::optional<std::int64_t> number) {
  if (infos.empty())
    return fail(ErrorKind::kFailed,
                fmt::format("'{}' holds no experiment; 'joulemark compare … --store {}' adds one",
                            path, path));
  if (!number) return infos.back().id;
  const bool known =
      std::any_of(infos.begin(), infos.end(), [&](const auto& info) { return info.id == *number; });
  if (known) return *number;
  return fail(ErrorKind::kUsage,
              fmt::format("'{}' holds no experiment {}; 'joulemark report {} --list' lists them",
                          path, *number, path));
}

Result<ExperimentRecord> load_experiment(const std::string& path,
                                         std::optional<std::int64_t> number) {
  auto store = open_store(path);
  if (!store) return fail(store.error());
  const auto infos = store->experiments();
  if (!infos) return fail(infos.error());
  const auto id = choose_experiment(*infos, path, number);
  if (!id) return fail(id.error());
  return store->load(*id, store::Detail::kDurations);
}

}  // namespace joulemark::cli
