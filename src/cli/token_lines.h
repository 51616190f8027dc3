// SPDX-License-Identifier: Apache-2.0
// Lines of a file that hold a text or token ids as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace joulemark::cli {

/// The text of {"text": "…"}. kUsage for what is no such object.
Result<std::string> text_in(const std::string& line);

/// The ids of {"ids": [5, 9]}. kUsage for what is no such object, or an id that has no 31 bits.
Result<std::vector<std::int32_t>> ids_in(const std::string& line);

}  // namespace joulemark::cli
