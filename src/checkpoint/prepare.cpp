// SPDX-License-Identifier: Apache-2.0
// Model files made from a checkpoint, in a cache that several processes use at the same time.
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/descriptor.h"
#include "base/file.h"
#include "checkpoint/decoder.h"
#include "checkpoint/decoder_graph.h"
#include "checkpoint/disk.h"
#include "checkpoint/onnx_decoder.h"
#include "checkpoint/openvino_decoder.h"
#include "checkpoint/weights_file.h"

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

Result<std::string> digest_of(const Decoder& decoder) {
  Digest digest;
  digest.add(std::to_string(kBuilderVersion));
  const auto config = read_file(decoder.directory / "config.json");
  if (!config) return fail(config.error());
  digest.add(*config);
  for (const fs::path& file : decoder.weights.files) {
    struct stat status {};
    if (stat(file.c_str(), &status) != 0)
      return fail(ErrorKind::kFailed,
                  fmt::format("cannot read '{}': {}", file.string(), errno_text(errno)));
    digest.add(fmt::format("{} {} {} {} {}", status.st_dev, status.st_ino, status.st_size,
                           status.st_mtim.tv_sec, status.st_mtim.tv_nsec));
  }
  return digest.text();
}

Status write_onnx(const Decoder& decoder, DecoderForm form, const fs::path& path) {
  const fs::path folder = path.parent_path();
  const auto places = is_mappable(decoder.weights) ? link_weights(decoder.weights, folder)
                                                   : write_weights(decoder.weights, folder);
  if (!places) return fail(places.error());
  const auto sink = form == DecoderForm::kSharedCache
                        ? make_shared_cache_decoder(decoder.spec, *places)
                        : make_growing_cache_decoder(decoder.spec, *places);
  WeightTable table(decoder.weights, decoder.spec.names.prefixes);
  if (auto built = build_decoder(decoder.spec, table, *sink); !built) return built;
  return write_file(path, sink->finish());
}

Status write_stateful(const Decoder& decoder, const fs::path& path) {
  const auto places = write_weights(decoder.weights, path.parent_path());
  if (!places) return fail(places.error());
  OpenvinoDecoder sink(decoder.spec, *places);
  WeightTable table(decoder.weights, decoder.spec.names.prefixes);
  if (auto built = build_decoder(decoder.spec, table, sink); !built) return built;
  const auto begin = append_to_weights(path.parent_path() / places->file, sink.constants());
  if (!begin) return fail(begin.error());
  // The reader looks for a file of the graph's own name.
  const fs::path beside = fs::path(path).replace_extension(".bin");
  std::error_code error;
  fs::remove(beside, error);
  fs::create_symlink(places->file, beside, error);
  if (error)
    return fail(ErrorKind::kFailed,
                fmt::format("cannot write '{}': {}", beside.string(), error.message()));
  return write_file(path, sink.finish(*begin));
}

/// Finds what does not fit before gigabytes are written: a graph without places for its weights.
Status check_weights(const Decoder& decoder) {
  const WeightPlaces nowhere;
  const auto sink = make_growing_cache_decoder(decoder.spec, nowhere);
  WeightTable table(decoder.weights, decoder.spec.names.prefixes);
  auto built = build_decoder(decoder.spec, table, *sink);
  if (built) return built;
  return fail(built.error().kind, fmt::format("cannot use the checkpoint '{}': {}",
                                              decoder.directory.string(), built.error().message));
}

}  // namespace

Result<fs::path> prepare_decoder(const Decoder& decoder, DecoderForm form, const fs::path& cache) {
  if (auto fits = check_weights(decoder); !fits) return fail(fits.error());
  const auto digest = digest_of(decoder);
  if (!digest) return fail(digest.error());
  const fs::path folder = cache / "checkpoints" / *digest;
  const auto held = lock_folder(folder);
  if (!held) return fail(held.error());
  const bool stateful = form == DecoderForm::kStateful;
  const fs::path path = folder / (std::string(to_string(form)) + (stateful ? ".xml" : ".onnx"));
  std::error_code error;
  if (fs::exists(path, error)) return path;
  const Status written = stateful ? write_stateful(decoder, path) : write_onnx(decoder, form, path);
  if (!written) return fail(written.error());
  return path;
}

}  // namespace joulemark::checkpoint
