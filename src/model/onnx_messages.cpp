// SPDX-License-Identifier: Apache-2.0
// Field numbers of onnx.ModelProto.
#include "model/onnx_messages.h"

#include <new>

#include "model/onnx_decode.h"

namespace joulemark::model::onnx {
namespace {

/// Whether something only a model has was seen before the bytes broke.
struct Progress {
  bool ir_version = false;
  bool graph = false;
};

Model read_model(wire::Reader reader, Progress& seen) {
  Model model;
  Decoder decoder;
  while (reader.next()) {
    switch (reader.tag_and_type()) {
      case wire::varint(1):
        model.ir_version = reader.get_int64();
        seen.ir_version = true;
        break;
      case wire::bytes(2):
        model.producer = wire::view(reader);
        break;
      case wire::bytes(7):
        if (seen.graph) throw InvalidModel{"it has two graphs"};
        seen.graph = true;
        model.graph = decoder.read_graph(wire::view(reader), 0);
        break;
      case wire::bytes(8):
        read_opset(wire::message(reader), model.opsets);
        break;
      case wire::bytes(25):
        model.functions.push_back(decoder.read_function(wire::view(reader)));
        break;
      default:
        reader.skip();
    }
  }
  if (!seen.ir_version || !seen.graph) throw InvalidModel{"it has no graph"};
  return model;
}

}  // namespace

Result<Model> decode_model(std::string_view bytes) {
  if (bytes.empty()) return fail(ErrorKind::kFailed, "it is empty");
  if (bytes.starts_with("version https://git-lfs")) {
    return fail(ErrorKind::kFailed, "it is a Git LFS pointer, not the model; run 'git lfs pull'");
  }
  Progress seen;
  try {
    return read_model(wire::message(bytes), seen);
  } catch (const InvalidModel& e) {
    return fail(e.kind, "not a valid ONNX model: " + e.why);
  } catch (const protozero::exception&) {
    return fail(ErrorKind::kFailed, seen.ir_version
                                        ? "it is truncated or damaged; copy or export it again"
                                        : "it is not an ONNX model");
  } catch (const std::bad_alloc&) {
    return fail(ErrorKind::kMachine, "out of memory");
  }
}

}  // namespace joulemark::model::onnx
