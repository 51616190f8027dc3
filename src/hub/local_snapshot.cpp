// SPDX-License-Identifier: Apache-2.0
// A file that is there is complete: it got its name after its check.
#include "hub/local_snapshot.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "hub/checkpoint.h"

namespace joulemark::hub {
namespace {

/// Collects files of one snapshot.
class Collector {
 public:
  Collector(const RepositoryCache& cache, const std::string& commit)
      : cache_(cache), commit_(commit) {}

  bool add(const std::string& file) {
    const auto bytes = cache_.bytes_of(commit_, file);
    if (bytes) files_.push_back({.name = file, .bytes = *bytes});
    return bytes.has_value();
  }

  bool add_weights() {
    if (add(kWeightsFile)) return true;
    if (!add(kIndexFile)) return false;
    const auto shards = shards_of(cache_, commit_);
    return shards &&
           std::all_of(shards->begin(), shards->end(), [&](const auto& file) { return add(file); });
  }

  std::vector<SnapshotFile> take() && {
    std::sort(files_.begin(), files_.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return std::move(files_);
  }

 private:
  const RepositoryCache& cache_;
  const std::string& commit_;
  std::vector<SnapshotFile> files_;
};

}  // namespace

Result<std::vector<std::string>> shards_of(const RepositoryCache& cache,
                                           const std::string& commit) {
  const auto path = cache.snapshot(commit) / kIndexFile;
  const auto text = read_file(path, kMaxIndexBytes);
  if (!text) return fail(text.error());
  auto shards = parse_index(*text);
  if (!shards)
    return fail(shards.error().kind, fmt::format("cannot use '{}': {}; tell the model's authors",
                                                 path.string(), shards.error().message));
  return shards;
}

std::optional<HubSnapshot> complete_snapshot(const RepositoryCache& cache,
                                             const std::string& commit) {
  Collector collector(cache, commit);
  if (!collector.add(kConfigFile) || !collector.add_weights()) return std::nullopt;
  for (const char* file : optional_files()) collector.add(file);
  return HubSnapshot{
      .directory = cache.snapshot(commit), .commit = commit, .files = std::move(collector).take()};
}

std::optional<HubSnapshot> last_snapshot(const RepositoryCache& cache,
                                         const std::string& revision) {
  const auto commit = cache.commit_of(revision);
  return commit ? complete_snapshot(cache, *commit) : std::nullopt;
}

}  // namespace joulemark::hub
