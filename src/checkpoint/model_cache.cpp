// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/model_cache.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <string_view>

#include "base/file.h"
#include "base/fnv.h"
#include "checkpoint/disk.h"

namespace joulemark::checkpoint {
namespace {

namespace fs = std::filesystem;

/// Raised when the same checkpoint gives another graph than before.
constexpr int kBuilderVersion = 1;

/// Texts behind each other: each ends with a byte that no text holds.
class Digest {
 public:
  void add(std::string_view text) {
    hash_.add(text);
    hash_.add_byte(0xff);
  }
  [[nodiscard]] std::string text() const { return hash_.text(); }

 private:
  Fnv1a hash_;
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

/// The error of a checkpoint whose weights do not fit its config.json.
Error unusable(const fs::path& directory, const Error& why) {
  return {why.kind,
          fmt::format("cannot use the checkpoint '{}': {}", directory.string(), why.message)};
}

}  // namespace

Result<fs::path> keep_model(const CheckpointFiles& checkpoint, const fs::path& cache,
                            const std::string& name, const ModelMaker& maker) {
  const auto digest = digest_of(checkpoint);
  if (!digest) return fail(digest.error());
  const fs::path folder = cache / "checkpoints" / *digest;
  const fs::path path = folder / name;
  std::error_code error;
  if (fs::exists(path, error)) return path;
  if (auto fits = maker.check(); !fits) return fail(unusable(checkpoint.directory, fits.error()));
  const auto held = lock_folder(folder);
  if (!held) return fail(held.error());
  // Another process may have been faster while this one waited.
  if (fs::exists(path, error)) return path;
  if (auto written = maker.write(path); !written) return fail(written.error());
  return path;
}

}  // namespace joulemark::checkpoint
