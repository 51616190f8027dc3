// SPDX-License-Identifier: Apache-2.0
// The report for a terminal or a log: verdict, table, caveats.
#pragma once

#include <cstddef>
#include <string>

#include "joulemark/result.h"
#include "verdict/verdict.h"

namespace joulemark::report {

enum class Colour { kNever, kAlways };

struct TextOptions {
  Colour colour = Colour::kNever;
  /// Columns after which text is wrapped. 0: no limit.
  std::size_t width = 0;
  /// Columns of the terminal: the less important columns of a table stand in a further one where
  /// they do not fit. 0: no limit.
  std::size_t table_width = width;
};

/// Lines that end in '\n': the verdict, one table per model, the caveats. `colour` marks what
/// is best, what is not resolved, and the caveats; the text says the same without it. Names and
/// messages cannot steer the terminal.
std::string render_text(const ExperimentRecord& record, const verdict::Judgement& judgement,
                        const TextOptions& options = {});

}  // namespace joulemark::report
