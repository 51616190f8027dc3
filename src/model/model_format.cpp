// SPDX-License-Identifier: Apache-2.0
#include "model/model_format.h"

#include <array>
#include <filesystem>
#include <utility>

#include "model/mxnet_files.h"

namespace joulemark::model {

std::string model_format(const std::string& path) {
  static constexpr std::array<std::pair<const char*, const char*>, 5> kEndings{
      {{".pt", kTorchScript},
       {".pth", kTorchScript},
       {".jit", kTorchScript},
       {".torchscript", kTorchScript},
       {".pt2", kTorchPackage}}};
  if (std::filesystem::path(path).filename() == "saved_model.pb") return kSavedModel;
  if (is_mxnet_symbol(path)) return kMxnetSymbol;
  const std::string ending = std::filesystem::path(path).extension().string();
  for (const auto& [name, format] : kEndings)
    if (ending == name) return format;
  return kOnnxFile;
}

}  // namespace joulemark::model
