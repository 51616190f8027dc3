// SPDX-License-Identifier: Apache-2.0
// The forms of a decoder as files.
#include <fmt/format.h>

#include "base/file.h"
#include "checkpoint/decoder.h"
#include "checkpoint/decoder_graph.h"
#include "checkpoint/model_cache.h"
#include "checkpoint/onnx_decoder.h"
#include "checkpoint/openvino_decoder.h"
#include "checkpoint/weights_file.h"

namespace joulemark::checkpoint {
namespace {

namespace fs = std::filesystem;

Status write_onnx(const Decoder& decoder, DecoderForm form, const fs::path& path) {
  const fs::path folder = path.parent_path();
  const auto places = place_weights(decoder.weights, folder);
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
  return build_decoder(decoder.spec, table, *sink);
}

}  // namespace

Result<fs::path> prepare_decoder(const Decoder& decoder, DecoderForm form, const fs::path& cache) {
  const bool stateful = form == DecoderForm::kStateful;
  const std::string name = std::string(to_string(form)) + (stateful ? ".xml" : ".onnx");
  const auto check = [&] { return check_weights(decoder); };
  const auto write = [&](const fs::path& path) {
    return stateful ? write_stateful(decoder, path) : write_onnx(decoder, form, path);
  };
  return keep_model({decoder.directory, decoder.weights}, cache, name, {check, write});
}

}  // namespace joulemark::checkpoint
