// SPDX-License-Identifier: Apache-2.0
// Numbers as text, whatever the locale: read from other tools' files, and written with all digits.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace joulemark::exchange {

/// What a cell holds: a number, or nothing where none was recorded. The error is a phrase.
using Number = tl::expected<std::optional<double>, std::string>;

/// A finite decimal number. Nothing for an empty text and, in any case, for NA, N/A, NaN, null,
/// none and "-".
Number read_number(std::string_view text);

/// The shortest text that reads as the same number; "" for none, NaN and infinities.
std::string number_text(std::optional<double> value);

}  // namespace joulemark::exchange
