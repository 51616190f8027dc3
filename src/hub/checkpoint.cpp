// SPDX-License-Identifier: Apache-2.0
// The tables of files, and the index of weights in several files.
#include "hub/checkpoint.h"

#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "hub/request.h"

namespace joulemark::hub {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxShards = 4096;

constexpr std::array kOptionalFiles = {
    "generation_config.json",  "tokenizer.json", "tokenizer_config.json",
    "special_tokens_map.json", "modules.json",   "1_Pooling/config.json",
};

constexpr std::array kOtherWeights = {
    "pytorch_model.bin", "pytorch_model.bin.index.json", "adapter_model.safetensors",
    "tf_model.h5",       "flax_model.msgpack",           "onnx/model.onnx",
};

tl::unexpected<Error> bad_index(std::string why) {
  return fail(ErrorKind::kFailed, std::move(why));
}

}  // namespace

std::span<const char* const> optional_files() {
  return kOptionalFiles;
}

std::span<const char* const> other_weights() {
  return kOtherWeights;
}

Result<std::vector<std::string>> parse_index(std::string_view text) {
  if (text.size() > kMaxIndexBytes) return bad_index("it is larger than 64 MiB");
  const json index = json::parse(text.begin(), text.end(), nullptr, false);
  if (!index.is_object()) return bad_index("it is no JSON object");
  const auto map = index.find("weight_map");
  if (map == index.end() || !map->is_object()) return bad_index("it has no 'weight_map'");
  std::set<std::string> files;
  for (const auto& file : *map) {
    const auto* name = file.get_ptr<const std::string*>();
    if (name == nullptr || !is_safe_path(*name) || !name->ends_with(".safetensors"))
      return bad_index("its 'weight_map' names what can be no safetensors file of the repository");
    files.insert(*name);
    if (files.size() > kMaxShards) return bad_index("it names more than 4096 files");
  }
  if (files.empty()) return bad_index("it names no file");
  return std::vector<std::string>(files.begin(), files.end());
}

}  // namespace joulemark::hub
