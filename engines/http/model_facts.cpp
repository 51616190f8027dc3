// SPDX-License-Identifier: Apache-2.0
#include "model_facts.h"

#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/file.h"

namespace joulemark::http_engine {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t kMostBytes = 16 << 20;

/// A checkpoint of a language model, or the folder that it was exported into.
json config_of(const fs::path& path) {
  std::error_code error;
  const fs::path folder = fs::is_directory(path, error) ? path : path.parent_path();
  const auto text = read_file(folder / "config.json", kMostBytes);
  json config = text ? json::parse(*text, nullptr, false) : json();
  return config.is_object() ? config : json::object();
}

std::optional<std::int32_t> count_in(const json& object, const char* key) {
  auto found = object.find(key);
  if (found == object.end()) return std::nullopt;
  const json& value = found->is_array() && !found->empty() ? found->front() : *found;
  if (!value.is_number_integer()) return std::nullopt;
  const auto number = value.get<std::int64_t>();
  if (number < 0 || number > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  return static_cast<std::int32_t>(number);
}

std::string name_of(const std::string& path) {
  constexpr std::string_view kNull = "null:";
  if (path.starts_with(kNull)) return path.substr(kNull.size());
  const fs::path file = path;
  std::error_code error;
  if (fs::is_directory(file, error)) return file.filename().string();
  const bool is_generic = file.stem() == "model" || file.stem() == "openvino_model";
  return (is_generic ? file.parent_path().filename() : file.stem()).string();
}

}  // namespace

ModelFacts read_model_facts(const std::string& path) {
  json config = config_of(path);
  if (const auto text = config.find("text_config"); text != config.end() && text->is_object())
    config = json(*text);  // of a model that sees as well
  return {.path = path,
          .name = name_of(path),
          .vocabulary = count_in(config, "vocab_size"),
          .end_of_text = count_in(config, "eos_token_id")};
}

}  // namespace joulemark::http_engine
