// SPDX-License-Identifier: Apache-2.0
#include "mxnet/saved/saved_params.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "model/dtype.h"
#include "model/mxnet_files.h"
#include "model/mxnet_params.h"
#include "mxnet/dtypes.h"
#include "plugin_kit/status.h"

namespace joulemark::mx {
namespace {

namespace fs = std::filesystem;
using plugin::fail;

std::string names_of(const std::vector<model::MxnetParamsFile>& files) {
  std::string text;
  for (const auto& file : files)
    text += (text.empty() ? "'" : ", '") + file.path.filename().string() + "'";
  return text;
}

fs::path choose(const std::string& symbol_path, std::optional<int> epoch) {
  auto files = model::mxnet_params_files(symbol_path);
  const std::string symbol = "'" + symbol_path + "'";
  if (files.empty())
    fail(JM_INVALID_MODEL, "there are no parameters beside " + symbol +
                               "; put the .params file that was saved with it there");
  const auto all = names_of(files);
  if (epoch) std::erase_if(files, [&](const auto& file) { return file.epoch != epoch; });
  if (files.size() == 1) return files.front().path;
  fail(JM_INVALID_MODEL, "the parameters beside " + symbol + " are " + all +
                             "; choose one with '--option mxnet.epoch=NUMBER'");
}

[[noreturn]] void fail_in(const std::string& file, const Error& error) {
  const bool lacks = error.kind == ErrorKind::kUnsupported;
  fail(lacks ? JM_UNSUPPORTED : JM_INVALID_MODEL, "'" + file + "': " + error.message);
}

}  // namespace

SavedParams::SavedParams(const std::string& symbol_path, std::optional<int> epoch) {
  const fs::path path = choose(symbol_path, epoch);
  file_ = path.filename().string();
  auto mapped = model::MappedFile::open(path);
  if (!mapped) fail(JM_INVALID_MODEL, mapped.error().message);
  bytes_.emplace(*std::move(mapped));
  const auto arrays = model::parse_mxnet_params(bytes_->bytes());
  if (!arrays) fail_in(file_, arrays.error());
  for (const model::MxnetArray& array : *arrays) {
    const auto type = type_of(array.dtype);
    if (!type)
      fail(JM_UNSUPPORTED, "'" + file_ + "': parameter '" + array.name + "' has element type " +
                               model::dtype_name(array.dtype) +
                               ", which this engine passes no tensors of; save it as float32");
    all_[array.name] = {*type, array.dims, array.data.data(), array.data.size()};
  }
}

const Elements* SavedParams::find(const std::string& name) const {
  const auto found = all_.find(name);
  return found == all_.end() ? nullptr : &found->second;
}

}  // namespace joulemark::mx
