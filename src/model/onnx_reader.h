// SPDX-License-Identifier: Apache-2.0
// Reads ONNX files for engines that build their own graph.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/error.h"
#include "model/onnx_graph.h"

namespace joulemark::model {

/// Reads a model file and maps its external data; weights are not copied. Fails with kUnsupported
/// for what OnnxModel cannot hold (sparse tensors), with kFailed when the bytes or the graph are
/// not those of a valid model: truncated, a value that nothing defines or that is defined twice,
/// nodes that wait for each other, a tensor whose data do not fit its shape, external data that
/// are missing or leave the model's folder. The message names file, node and value.
Result<OnnxModel> read_onnx_model(const std::filesystem::path& path);

/// The same on the bytes of `file`, which must outlive the model; external data lie beside `file`,
/// and are refused when it is empty. The message does not name the file.
Result<OnnxModel> parse_onnx_model(std::string_view bytes, const std::filesystem::path& file = {});

}  // namespace joulemark::model
