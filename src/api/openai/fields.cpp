// SPDX-License-Identifier: Apache-2.0
#include "api/openai/fields.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace joulemark::api::openai {
namespace {

bool is_whole(const nlohmann::json& value, std::int64_t least, std::int64_t most) {
  if (!value.is_number_integer()) return false;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX})
    return false;
  const auto number = value.get<std::int64_t>();
  return number >= least && number <= most;
}

}  // namespace

void Field::refuse(std::string message) const {
  if (error) return;
  error = ApiError{.message = std::move(message), .param = std::string(name)};
}

bool Field::flag() const {
  if (!value.is_boolean()) refuse(fmt::format("'{}' is true or false", name));
  return value.is_boolean() && value.get<bool>();
}

std::int64_t Field::integer(std::int64_t least, std::int64_t most) const {
  if (is_whole(value, least, most)) return value.get<std::int64_t>();
  refuse(fmt::format("'{}' is a whole number from {} to {}", name, least, most));
  return least;
}

double Field::number(double least, double most) const {
  if (value.is_number() && value.get<double>() >= least && value.get<double>() <= most)
    return value.get<double>();
  refuse(fmt::format("'{}' is a number from {} to {}", name, least, most));
  return least;
}

std::string Field::text() const {
  if (value.is_string()) return value.get<std::string>();
  refuse(fmt::format("'{}' is a text", name));
  return {};
}

std::vector<std::int32_t> Field::ids() const {
  std::vector<std::int32_t> ids;
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  for (const auto& id : value) {
    if (!is_whole(id, 0, kMost)) {
      refuse(fmt::format("'{}' holds what is no token id", name));
      return {};
    }
    ids.push_back(id.get<std::int32_t>());
  }
  return ids;
}

}  // namespace joulemark::api::openai
