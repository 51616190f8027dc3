// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/encoder.h"

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "checkpoint/architectures.h"
#include "checkpoint/config_json.h"
#include "checkpoint/model_cache.h"
#include "checkpoint/onnx_encoder.h"
#include "checkpoint/weights_file.h"

namespace joulemark::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "encoder.onnx";

Status write_onnx(const Encoder& encoder, const fs::path& path) {
  const auto places = place_weights(encoder.weights, path.parent_path());
  if (!places) return fail(places.error());
  const auto bytes = build_onnx_encoder(encoder.spec, encoder.weights, *places);
  if (!bytes) return fail(bytes.error());
  return write_file(path, *bytes);
}

}  // namespace

bool is_encoder(const fs::path& directory) {
  const auto config = ConfigJson::read(directory / "config.json");
  if (!config) return false;
  const auto known = encoder_architectures();
  return std::find(known.begin(), known.end(), config->text({"model_type"}, "")) != known.end();
}

Result<Encoder> read_encoder(const fs::path& directory) {
  const auto config = ConfigJson::read(directory / "config.json");
  if (!config) return fail(config.error());
  auto spec = read_encoder_spec(*config);
  if (!spec) return fail(spec.error());
  auto weights = read_weight_files(directory);
  if (!weights) return fail(weights.error());
  return Encoder{directory, *std::move(spec), *std::move(weights)};
}

Result<fs::path> prepare_encoder(const Encoder& encoder, const fs::path& cache) {
  // A graph without places for its weights tells what does not fit.
  const auto check = [&]() -> Status {
    const auto tried = build_onnx_encoder(encoder.spec, encoder.weights, {});
    return tried ? Status{} : fail(tried.error());
  };
  const auto write = [&](const fs::path& path) { return write_onnx(encoder, path); };
  return keep_model({encoder.directory, encoder.weights}, cache, kFileName, {check, write});
}

}  // namespace joulemark::checkpoint
