// SPDX-License-Identifier: Apache-2.0
// JSON that somebody else wrote: parsed within limits, read by paths, types checked.
#pragma once

#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace joulemark::exchange {

/// Of a text that is parsed; a value in memory takes several times its characters.
inline constexpr std::size_t kLargestJson = std::size_t{16} << 20;
inline constexpr int kDeepestJson = 64;

/// An object. The error is a phrase: too large, too deep, no JSON, no object.
tl::expected<nlohmann::json, std::string> parse_object(std::string_view text);

using Keys = std::initializer_list<const char*>;

/// The value below these keys; null where there is none, or it is null.
const nlohmann::json* value_at(const nlohmann::json& object, Keys keys);

/// "" where there is none, or it is no text.
std::string text_at(const nlohmann::json& object, Keys keys);

/// A finite number that is not negative; nothing where there is none. The error is a phrase with
/// the keys.
tl::expected<std::optional<double>, std::string> number_at(const nlohmann::json& object, Keys keys);

/// Numbers as above; nothing where there is no such list.
tl::expected<std::optional<std::vector<double>>, std::string> numbers_at(
    const nlohmann::json& object, Keys keys);

}  // namespace joulemark::exchange
