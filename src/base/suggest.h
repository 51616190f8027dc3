// SPDX-License-Identifier: Apache-2.0
// "did you mean …": the nearest valid word to one that was mistyped.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace joulemark {

/// The candidate with the smallest edit distance (insert, delete, replace, swap of neighbours; case
/// does not matter), or nothing when the nearest differs by more than a third of the longer word,
/// at least 2.
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates);

/// "; did you mean 'x'?" or "" where nothing is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace joulemark
