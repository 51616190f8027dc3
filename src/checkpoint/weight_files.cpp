// SPDX-License-Identifier: Apache-2.0
// The index is believed in nothing: names stay inside the directory, and headers decide.
#include "checkpoint/weight_files.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "model/tensor_header.h"

namespace joulemark::checkpoint {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";
constexpr std::uintmax_t kMaxIndexBytes = 64 << 20;

tl::unexpected<Error> broken_index(const fs::path& index, const std::string& why) {
  return fail(ErrorKind::kFailed, fmt::format("cannot read '{}': {}", index.string(), why));
}

Status add_file(const fs::path& path, WeightFiles& out) {
  auto tensors = read_safetensors_header(path);
  if (!tensors) return fail(tensors.error());
  const std::size_t place = out.files.size();
  for (auto& [name, stored] : *tensors) {
    const auto [at, fresh] = out.tensors.emplace(name, Weight{place, std::move(stored)});
    if (!fresh)
      return fail(ErrorKind::kFailed,
                  fmt::format("tensor '{}' is in '{}' and in '{}'; remove the file that does not "
                              "belong to this model",
                              name, out.files[at->second.file].string(), path.string()));
  }
  out.files.push_back(path);
  return {};
}

Result<std::map<std::string, std::string>> read_index(const fs::path& index) {
  const auto text = read_file(index, kMaxIndexBytes);
  if (!text) return fail(text.error());
  auto map = parse_weight_index(*text);
  if (!map) return broken_index(index, map.error().message);
  return map;
}

Result<WeightFiles> read_shards(const fs::path& directory) {
  const fs::path index = directory / kIndex;
  const auto map = read_index(index);
  if (!map) return fail(map.error());
  std::set<std::string> names;
  for (const auto& [tensor, file] : *map) names.insert(file);
  WeightFiles out;
  for (const std::string& name : names) {
    std::error_code error;
    if (!fs::exists(directory / name, error))
      return broken_index(index, fmt::format("shard '{}' is missing; download it again", name));
    if (auto added = add_file(directory / name, out); !added) return fail(added.error());
  }
  for (const auto& [tensor, file] : *map) {
    const auto found = out.tensors.find(tensor);
    if (found == out.tensors.end() || out.files[found->second.file] != directory / file)
      return broken_index(index, fmt::format("tensor '{}' is not in '{}'", tensor, file));
  }
  return out;
}

}  // namespace

bool is_weight_type(jm_dtype dtype) {
  return dtype == JM_FLOAT32 || dtype == JM_FLOAT16 || dtype == JM_BFLOAT16;
}

Result<std::map<std::string, std::string>> parse_weight_index(std::string_view text) {
  const auto broken = [](std::string why) { return fail(ErrorKind::kFailed, std::move(why)); };
  const json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("weight_map") || !parsed["weight_map"].is_object())
    return broken("it has no object 'weight_map'");
  std::map<std::string, std::string> map;
  for (const auto& [tensor, file] : parsed["weight_map"].items()) {
    if (!file.is_string()) return broken(fmt::format("the file of '{}' is no text", tensor));
    const auto name = file.get<std::string>();
    if (auto inside = model::check_location(name); !inside)
      return broken(fmt::format("shard '{}': {}", name, inside.error().message));
    map.emplace(tensor, name);
  }
  return map;
}

Result<WeightFiles> read_weight_files(const fs::path& directory) {
  std::error_code error;
  if (fs::exists(directory / kSingle, error)) {
    WeightFiles out;
    if (auto added = add_file(directory / kSingle, out); !added) return fail(added.error());
    return out;
  }
  if (fs::exists(directory / kIndex, error)) return read_shards(directory);
  const bool pickled = fs::exists(directory / "pytorch_model.bin", error) ||
                       fs::exists(directory / "pytorch_model.bin.index.json", error);
  return fail(ErrorKind::kFailed,
              fmt::format("'{}' has neither {} nor {}{}", directory.string(), kSingle, kIndex,
                          pickled ? "; its pytorch_model.bin is Python code, convert it with "
                                    "save_pretrained(safe_serialization=True)"
                                  : ""));
}

}  // namespace joulemark::checkpoint
