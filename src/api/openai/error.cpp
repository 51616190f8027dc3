// SPDX-License-Identifier: Apache-2.0
#include "api/openai/error.h"

#include <nlohmann/json.hpp>

namespace joulemark::api::openai {
namespace {

using nlohmann::json;

json text_or_null(const std::string& text) {
  return text.empty() ? json() : json(text);
}

/// Some servers write numbers as codes.
std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return {};
  if (found->is_string()) return found->get<std::string>();
  return found->is_number() ? found->dump() : std::string();
}

}  // namespace

std::string write_error(const ApiError& error) {
  const json value = {{"error",
                       {{"message", error.message},
                        {"type", error.type},
                        {"param", text_or_null(error.param)},
                        {"code", text_or_null(error.code)}}}};
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<ApiError> read_error(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  const auto found = value.is_object() ? value.find("error") : value.end();
  if (!value.is_object() || found == value.end()) return std::nullopt;
  if (found->is_string()) return ApiError{.message = found->get<std::string>()};
  if (!found->is_object()) return std::nullopt;
  return ApiError{.message = text_of(*found, "message"),
                  .type = text_of(*found, "type"),
                  .param = text_of(*found, "param"),
                  .code = text_of(*found, "code")};
}

}  // namespace joulemark::api::openai
