// SPDX-License-Identifier: Apache-2.0
// Which kind of model a file is, by its name.
#pragma once

#include <string>

namespace joulemark::model {

inline constexpr const char* kOnnxFile = "onnx";
inline constexpr const char* kTorchScript = "pt";
inline constexpr const char* kTorchPackage = "pt2";
inline constexpr const char* kSavedModel = "saved-model";
inline constexpr const char* kMxnetSymbol = "mxnet-symbol";

/// "pt" for a TorchScript archive (.pt, .pth, .jit, .torchscript), "pt2" for an AOTInductor package
/// (.pt2), "saved-model" for the saved_model.pb of a SavedModel, "mxnet-symbol" for a symbol of
/// MXNet (mxnet_files.h); "onnx" for every other name. The names are those of `model_formats` in
/// engine.toml.
std::string model_format(const std::string& path);

}  // namespace joulemark::model
