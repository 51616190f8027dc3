// SPDX-License-Identifier: Apache-2.0
// The report as JSON: stable keys, documented in docs/json-output.md.
#pragma once

#include <string>

#include "report/report_model.h"

namespace joulemark::report {

/// How much is written. The page embeds kFull; `--json` prints kSummary.
enum class JsonDetail {
  kSummary,  ///< experiment, verdict, caveats, metrics, rows
  kFull,     ///< and trials, latency, timelines, hosts, the experiment file
};

/// One JSON object on one line, without a final newline. UTF-8; invalid bytes become U+FFFD; NaN
/// and infinities become null. Nothing is escaped for HTML: `<` stands as it is.
std::string to_json(const ReportModel& model, JsonDetail detail);

/// The verdict, the table and the caveats of one experiment, as `compare --json` and `report
/// --json` print them.
std::string render_json(const ExperimentRecord& record, const verdict::Judgement& judgement);

}  // namespace joulemark::report
