// SPDX-License-Identifier: Apache-2.0
// Single fields of a request, checked.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/openai/error.h"

namespace joulemark::api::openai {

/// A field and its value, which is not null. The first thing that is wrong is kept in `error`, and
/// what the functions give then means nothing.
struct Field {
  std::string_view name;
  const nlohmann::json& value;
  std::optional<ApiError>& error;

  void refuse(std::string message) const;
  [[nodiscard]] bool flag() const;
  [[nodiscard]] std::int64_t integer(std::int64_t least, std::int64_t most) const;
  [[nodiscard]] double number(double least, double most) const;
  [[nodiscard]] std::string text() const;
  /// Numbers that tokens may have.
  [[nodiscard]] std::vector<std::int32_t> ids() const;
};

}  // namespace joulemark::api::openai
