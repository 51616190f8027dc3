// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/model_cache.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <string_view>

#include "base/file.h"
#include "checkpoint/disk.h"

namespace joulemark::checkpoint {
namespace {

namespace fs = std::filesystem;

/// Raised when the same checkpoint gives another graph than before.
constexpr int kBuilderVersion = 1;

/// FNV-1a: tells one state of a checkpoint from another, and protects against nobody.
class Digest {
 public:
  void add(std::string_view text) {
    for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    hash_ = (hash_ ^ 0xff) * 0x100000001b3;
  }
  [[nodiscard]] std::string text() const { return fmt::format("{:016x}", hash_); }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

Result<std::string> digest_of(const CheckpointFiles& checkpoint) {
  Digest digest;
  digest.add(std::to_string(kBuilderVersion));
  const auto config = read_file(checkpoint.directory / "config.json");
  if (!config) return fail(config.error());
  digest.add(*config);
  for (const fs::path& file : checkpoint.weights.files) {
    struct stat status {};
    if (stat(file.c_str(), &status) != 0)
      return fail(ErrorKind::kFailed,
                  fmt::format("cannot read '{}': {}", file.string(), errno_text(errno)));
    digest.add(fmt::format("{} {} {} {} {}", status.st_dev, status.st_ino, status.st_size,
                           status.st_mtim.tv_sec, status.st_mtim.tv_nsec));
  }
  return digest.text();
}

}  // namespace

Result<fs::path> keep_model(const CheckpointFiles& checkpoint, const fs::path& cache,
                            const std::string& name, const WriteModel& write) {
  const auto digest = digest_of(checkpoint);
  if (!digest) return fail(digest.error());
  const fs::path folder = cache / "checkpoints" / *digest;
  const auto held = lock_folder(folder);
  if (!held) return fail(held.error());
  const fs::path path = folder / name;
  std::error_code error;
  if (fs::exists(path, error)) return path;
  if (auto written = write(path); !written) return fail(written.error());
  return path;
}

Error unusable(const fs::path& directory, const Error& why) {
  return {why.kind,
          fmt::format("cannot use the checkpoint '{}': {}", directory.string(), why.message)};
}

}  // namespace joulemark::checkpoint
