// SPDX-License-Identifier: Apache-2.0
// Lists as people type them: "a,b,c".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace joulemark {

/// The parts between the separators, empty ones too: at least one.
std::vector<std::string> split(std::string_view text, char separator);

}  // namespace joulemark
