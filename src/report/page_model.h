// SPDX-License-Identifier: Apache-2.0
// What of a report model the HTML page needs: the same facts in as few digits as can be seen.
#pragma once

#include <cstddef>

#include "report/report_model.h"

namespace joulemark::report {

struct PageLimits {
  /// Numbers in all time lines together. Those beyond are left out, the worst trials before the
  /// typical ones, the last configurations before the best; one is always kept.
  std::size_t timeline_numbers = 60'000;
};

/// `model` for the page. Values of trials and time lines have five significant digits; per-trial
/// columns that the page does not draw are empty, as are `position` and `attempt` where all are 0;
/// a signal whose buckets hold one sample each has an empty `max`, which means the same as `min`.
/// Estimates, ratios and distributions stay as they are.
ReportModel page_model(ReportModel model, const PageLimits& limits = {});

}  // namespace joulemark::report
