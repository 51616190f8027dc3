// SPDX-License-Identifier: Apache-2.0
// The folders of one repository in the cache, as the Python package huggingface_hub lays them out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"
#include "hub/request.h"

namespace joulemark::hub {

/// models--OWNER--NAME/{blobs/ETAG, snapshots/COMMIT/FILE → blob, refs/REVISION, .no_exist/COMMIT}.
/// Revisions, commits, ETags and files must have passed their checks.
class RepositoryCache {
 public:
  RepositoryCache(const std::filesystem::path& cache, const HubRequest& request);

  [[nodiscard]] std::filesystem::path snapshot(const std::string& commit) const;
  [[nodiscard]] std::filesystem::path blob(const std::string& etag) const;
  [[nodiscard]] std::filesystem::path incomplete(const std::string& etag) const;
  [[nodiscard]] std::filesystem::path lock(const std::string& etag) const;

  /// The commit that `revision` stood for when it was last fetched; a full commit stands for
  /// itself.
  [[nodiscard]] std::optional<std::string> commit_of(const std::string& revision) const;
  /// Notes what `revision` stands for. A cache that cannot be written to is no failure.
  void note_commit(const std::string& revision, const std::string& commit) const;

  /// Bytes of a file of the snapshot; nothing when it is not there.
  [[nodiscard]] std::optional<std::uint64_t> bytes_of(const std::string& commit,
                                                      const std::string& file) const;
  /// Whether the commit is known to have no such file.
  [[nodiscard]] bool is_known_absent(const std::string& commit, const std::string& file) const;
  /// Notes that it has none; a cache that cannot be written to is no failure.
  void note_absent(const std::string& commit, const std::string& file) const;

  /// Makes `file` of the snapshot a relative link to the blob. kMachine when that fails.
  [[nodiscard]] Status link(const std::string& commit, const std::string& file,
                            const std::string& etag) const;

 private:
  std::filesystem::path storage_;
  std::filesystem::path locks_;
};

}  // namespace joulemark::hub
