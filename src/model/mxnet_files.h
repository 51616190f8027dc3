// SPDX-License-Identifier: Apache-2.0
// What the two files of a model of MXNet are called: NAME-symbol.json, and beside it
// NAME-0000.params (the number is an epoch of its training) or NAME.params.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace joulemark::model {

/// Whether a file is a symbol by its name, which ends in "symbol.json".
bool is_mxnet_symbol(const std::filesystem::path& path);

struct MxnetParamsFile {
  std::filesystem::path path;
  std::optional<int> epoch;  ///< nothing where the name has none
};

/// The files of parameters beside a symbol, ordered by epoch. Of "symbol.json" alone every .params
/// file of its folder.
std::vector<MxnetParamsFile> mxnet_params_files(const std::filesystem::path& symbol);

/// The one symbol of a folder; nothing where there is none or several.
std::optional<std::filesystem::path> mxnet_symbol_in(const std::filesystem::path& folder);

}  // namespace joulemark::model
