// SPDX-License-Identifier: Apache-2.0
// Repetitions that stand out among those of their configuration. They are shown, and what the
// ratios would be without them; none is ever left out for its value (method C.5).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "verdict/verdict.h"

namespace joulemark::verdict {

/// A table as block_table gives it, with NaN where a repetition has a modified z score beyond 3.5
/// of ln of its value within its row.
struct WithoutFlagged {
  struct Place {
    std::size_t row = 0;
    std::size_t column = 0;
    double times_median = 1;  ///< its value over its row's median
  };
  std::vector<std::vector<double>> kept;
  std::vector<Place> flagged;
};
WithoutFlagged without_flagged(const std::vector<std::vector<double>>& values);

/// The flagged repetitions of a ranked model, and the ratios with and without them.
Flags find_flags(const ExperimentRecord& record, const Judgement& judgement,
                 const ModelVerdict& model);

/// What ModelVerdict::flags of the models say, for people; "" where none is flagged. No caveat:
/// among few repetitions one stands out by chance, and where the answer depends on it a sensitivity
/// says so.
std::string flags_text(const Judgement& judgement);

}  // namespace joulemark::verdict
