// SPDX-License-Identifier: Apache-2.0
// The time lines worth showing: of each cell a typical trial and the worst one.
#pragma once

#include <vector>

#include "report/report_model.h"

namespace joulemark::report {

/// Of the first `options.timeline_cells` cells: the trial nearest the median of the primary metric,
/// and the one with the largest value where that is another. Trials without phases are left out.
std::vector<Timeline> choose_timelines(const ExperimentRecord& record,
                                       const verdict::Judgement& judgement,
                                       const ModelOptions& options);

/// Smallest and largest value in each of kTimelineBuckets equal parts of [t0_ns, t1_ns]; empty
/// parts and samples outside are left out. Needs t1_ns > t0_ns.
TimelineSeries reduce(const Series& series, std::int64_t t0_ns, std::int64_t t1_ns);

}  // namespace joulemark::report
