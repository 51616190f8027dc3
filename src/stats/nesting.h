// SPDX-License-Identifier: Apache-2.0
// Observations that are labelled with what they are nested in, put in the order of a nested
// experiment.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace joulemark::stats {

/// How observations nest.
struct Nesting {
  std::vector<std::size_t> order;   ///< of the observations, the lowest level fastest
  std::vector<std::size_t> counts;  ///< as of NestedValues
};

/// `labels[l][i]` is what observation i is of at level l, from the top; equal labels below
/// different ones are different things. Observations with all labels equal are repetitions at one
/// more level; where there is one of each there is no such level. Nothing unless every repetition
/// of a level holds equally many of the next. Observations of one parent stand together in the
/// order in which their labels first come.
std::optional<Nesting> nest(std::span<const std::vector<std::size_t>> labels);

}  // namespace joulemark::stats
