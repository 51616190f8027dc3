// SPDX-License-Identifier: Apache-2.0
// Nesting is counted before parsing: each level of a list costs memory, whatever is in it.
#include "exchange/json_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace joulemark::exchange {
namespace {

using nlohmann::json;

int nesting_of(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') ++i;
    if (c == '"') in_string = !in_string;
    if (in_string) continue;
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if (c == '}' || c == ']') --depth;
  }
  return deepest;
}

bool is_amount(const json& value) {
  return value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= 0;
}

std::string path_of(Keys keys) {
  return fmt::format("{}", fmt::join(keys, "."));
}

}  // namespace

tl::expected<json, std::string> parse_object(std::string_view text) {
  if (text.size() > kLargestJson)
    return tl::unexpected<std::string>(fmt::format("it is larger than {} MiB", kLargestJson >> 20));
  if (nesting_of(text) > kDeepestJson)
    return tl::unexpected<std::string>(
        fmt::format("its values are nested more than {} deep", kDeepestJson));
  json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return tl::unexpected<std::string>("it is no JSON, or not all of it");
  if (!value.is_object()) return tl::unexpected<std::string>("it is no JSON object");
  return value;
}

const json* value_at(const json& object, Keys keys) {
  const json* value = &object;
  for (const char* key : keys) {
    if (!value->is_object()) return nullptr;
    const auto found = value->find(key);
    if (found == value->end()) return nullptr;
    value = &*found;
  }
  return value->is_null() ? nullptr : value;
}

std::string text_at(const json& object, Keys keys) {
  const json* value = value_at(object, keys);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

tl::expected<std::optional<double>, std::string> number_at(const json& object, Keys keys) {
  const json* value = value_at(object, keys);
  if (value == nullptr) return std::nullopt;
  if (is_amount(*value)) return value->get<double>();
  return tl::unexpected<std::string>(
      fmt::format("'{}' is no finite number from 0 on", path_of(keys)));
}

tl::expected<std::optional<std::vector<double>>, std::string> numbers_at(const json& object,
                                                                         Keys keys) {
  const json* value = value_at(object, keys);
  if (value == nullptr) return std::nullopt;
  if (!value->is_array() || !std::all_of(value->begin(), value->end(), is_amount))
    return tl::unexpected<std::string>(
        fmt::format("'{}' is no list of finite numbers from 0 on", path_of(keys)));
  return value->get<std::vector<double>>();
}

}  // namespace joulemark::exchange
