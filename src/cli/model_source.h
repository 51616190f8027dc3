// SPDX-License-Identifier: Apache-2.0
// From what a user names as a model to the file that an engine loads.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"
#include "engine/manifest.h"

namespace joulemark::cli {

/// Where prepared models are kept. Fails with kMachine when neither HOME nor XDG_CACHE_HOME is set.
Result<std::filesystem::path> cache_folder();

/// A model that another program has exported into a directory.
struct ExportedModel {
  std::string path;
  std::string format;  ///< as in engine.toml
};

/// The ONNX model of a directory; its OpenVINO model, its SavedModel or its one symbol of MXNet
/// where there is no other.
std::optional<ExportedModel> exported_model(const std::filesystem::path& directory);

/// The error for a directory without any model.
Error no_model(const std::filesystem::path& directory);

/// The file for an engine. What "synthetic:NAME" names is made first; a checkpoint directory is
/// prepared in the form that the engine runs fastest of those that it lists, that of an encoder as
/// ONNX; a directory with an ONNX, OpenVINO, TensorFlow or MXNet model stands for that model;
/// anything else is the file itself. Fails with kUnsupported when the engine takes none of the
/// forms.
Result<std::string> model_file(const std::string& source, const engine::Manifest& manifest);

}  // namespace joulemark::cli
