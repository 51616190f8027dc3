// SPDX-License-Identifier: Apache-2.0
// Bytes → messages → graph.
#include "model/onnx_reader.h"

#include <fmt/format.h>

#include <memory>
#include <new>
#include <utility>

#include "model/mapped_file.h"
#include "model/onnx_builder.h"
#include "model/onnx_messages.h"
#include "model/onnx_weights.h"

namespace joulemark::model {
namespace {

OnnxModel build(const onnx::Model& message, onnx::Weights weights) {
  OnnxModel model;
  model.ir_version = message.ir_version;
  model.opsets = {message.opsets.begin(), message.opsets.end()};
  model.graph = onnx::GraphBuilder(message, weights).build();
  return model;
}

Result<OnnxModel> parse(std::string_view bytes, onnx::Weights weights) {
  const auto message = onnx::decode_model(bytes);
  if (!message) return fail(message.error());
  try {
    return build(*message, std::move(weights));
  } catch (const onnx::InvalidModel& e) {
    const bool unsupported = e.kind == ErrorKind::kUnsupported;
    return fail(e.kind, unsupported ? e.why : "not a valid ONNX model: " + e.why);
  } catch (const std::bad_alloc&) {
    return fail(ErrorKind::kMachine, "out of memory");
  }
}

}  // namespace

Result<OnnxModel> parse_onnx_model(std::string_view bytes, const std::filesystem::path& file) {
  return parse(bytes, onnx::Weights(file, nullptr));
}

Result<OnnxModel> read_onnx_model(const std::filesystem::path& path) {
  auto mapped = MappedFile::open(path);
  if (!mapped) return fail(mapped.error());
  const auto file = std::make_shared<const MappedFile>(std::move(*mapped));
  auto model = parse(file->bytes(), onnx::Weights(path, file));
  if (model) return model;
  return fail(model.error().kind,
              fmt::format("cannot read model '{}': {}", path.string(), model.error().message));
}

}  // namespace joulemark::model
