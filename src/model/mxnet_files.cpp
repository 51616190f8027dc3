// SPDX-License-Identifier: Apache-2.0
#include "model/mxnet_files.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>

namespace joulemark::model {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSymbolEnding = "symbol.json";
constexpr std::string_view kParamsEnding = ".params";
constexpr std::size_t kEpochDigits = 4;

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    files.push_back(it->path());
  std::ranges::sort(files);
  return files;
}

/// The number behind the last "-" of a name without ending: "m-0010".
std::optional<int> epoch_of(std::string_view name) {
  if (name.size() <= kEpochDigits || name[name.size() - kEpochDigits - 1] != '-')
    return std::nullopt;
  const std::string_view digits = name.substr(name.size() - kEpochDigits);
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return std::stoi(std::string(digits));
}

/// `path` where it holds parameters of the symbols called `name`; "" fits every name.
std::optional<MxnetParamsFile> params_of(const fs::path& path, std::string_view name) {
  if (path.extension() != kParamsEnding) return std::nullopt;
  const std::string stem = path.stem().string();
  const auto epoch = epoch_of(stem);
  const std::string_view model =
      std::string_view(stem).substr(0, stem.size() - (epoch ? kEpochDigits + 1 : 0));
  if (!name.empty() && model != name && stem != name) return std::nullopt;
  return MxnetParamsFile{path, epoch};
}

}  // namespace

bool is_mxnet_symbol(const fs::path& path) {
  return path.filename().string().ends_with(kSymbolEnding);
}

std::vector<MxnetParamsFile> mxnet_params_files(const fs::path& symbol) {
  std::string name = symbol.filename().string();
  name.resize(name.size() - std::min(name.size(), kSymbolEnding.size()));
  if (name.ends_with('-')) name.pop_back();
  const fs::path folder = symbol.has_parent_path() ? symbol.parent_path() : fs::path(".");
  std::vector<MxnetParamsFile> found;
  for (const fs::path& path : files_of(folder))
    if (auto params = params_of(path, name)) found.push_back(std::move(*params));
  std::ranges::stable_sort(found, {}, &MxnetParamsFile::epoch);
  return found;
}

std::optional<fs::path> mxnet_symbol_in(const fs::path& folder) {
  std::vector<fs::path> symbols;
  for (const fs::path& path : files_of(folder))
    if (is_mxnet_symbol(path)) symbols.push_back(path);
  if (symbols.size() != 1) return std::nullopt;
  return symbols.front();
}

}  // namespace joulemark::model
