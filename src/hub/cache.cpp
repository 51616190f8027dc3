// SPDX-License-Identifier: Apache-2.0
// Every change is one rename or one new name, so that other programs may use the cache meanwhile.
#include "hub/cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include "base/file.h"

namespace joulemark::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxRefBytes = 256;

std::string folder_name(const std::string& repository) {
  std::string name = "models--" + repository;
  if (const auto slash = name.find('/'); slash != std::string::npos) name.replace(slash, 1, "--");
  return name;
}

tl::unexpected<Error> link_error(const fs::path& path, const std::error_code& why) {
  return fail(ErrorKind::kMachine,
              fmt::format("cannot make the link '{}': {}; set HF_HOME to a folder of a file system "
                          "with symbolic links that you may write",
                          path.string(), why.message()));
}

}  // namespace

RepositoryCache::RepositoryCache(const fs::path& cache, const HubRequest& request)
    : storage_(cache / folder_name(request.repository)),
      locks_(cache / ".locks" / folder_name(request.repository)) {}

fs::path RepositoryCache::snapshot(const std::string& commit) const {
  return storage_ / "snapshots" / commit;
}

fs::path RepositoryCache::blob(const std::string& etag) const {
  return storage_ / "blobs" / etag;
}

fs::path RepositoryCache::incomplete(const std::string& etag) const {
  return storage_ / "blobs" / (etag + ".incomplete");
}

fs::path RepositoryCache::lock(const std::string& etag) const {
  return locks_ / (etag + ".lock");
}

std::optional<std::string> RepositoryCache::commit_of(const std::string& revision) const {
  if (is_commit(revision)) return revision;
  auto text = read_file(storage_ / "refs" / revision, kMaxRefBytes);
  if (!text) return std::nullopt;
  while (!text->empty() && (text->back() == '\n' || text->back() == ' ')) text->pop_back();
  return is_commit(*text) ? std::optional(std::move(*text)) : std::nullopt;
}

void RepositoryCache::note_commit(const std::string& revision, const std::string& commit) const {
  if (commit_of(revision) == commit) return;
  const fs::path path = storage_ / "refs" / revision;
  std::error_code none;
  fs::create_directories(path.parent_path(), none);
  (void)write_file(path, commit);
}

std::optional<std::uint64_t> RepositoryCache::bytes_of(const std::string& commit,
                                                       const std::string& file) const {
  const fs::path path = snapshot(commit) / file;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  const std::uintmax_t bytes = fs::file_size(path, error);
  return error ? std::nullopt : std::optional<std::uint64_t>(bytes);
}

bool RepositoryCache::is_known_absent(const std::string& commit, const std::string& file) const {
  std::error_code none;
  return fs::is_regular_file(storage_ / ".no_exist" / commit / file, none);
}

void RepositoryCache::note_absent(const std::string& commit, const std::string& file) const {
  const fs::path path = storage_ / ".no_exist" / commit / file;
  std::error_code none;
  fs::create_directories(path.parent_path(), none);
  if (!fs::exists(path, none)) std::ofstream(path).flush();
}

Status RepositoryCache::link(const std::string& commit, const std::string& file,
                             const std::string& etag) const {
  const fs::path path = snapshot(commit) / file;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return link_error(path, error);
  if (fs::exists(path, error)) return {};
  fs::remove(path, error);  // a link to a blob that is gone
  const fs::path target = blob(etag).lexically_relative(path.parent_path());
  fs::create_symlink(target, path, error);
  std::error_code none;
  if (error && !fs::exists(path, none)) return link_error(path, error);
  return {};
}

}  // namespace joulemark::hub
