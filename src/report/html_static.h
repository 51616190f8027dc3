// SPDX-License-Identifier: Apache-2.0
// What the report says without its script: verdicts, caveats and tables as plain HTML.
#pragma once

#include <string>
#include <vector>

#include "report/report_model.h"

namespace joulemark::report {

/// A sentence for each model when there are several, the caveats, and a table for each model with a
/// row for each configuration, its standing in words or why it is not ranked. Escaped.
std::string static_html(const ReportModel& model);

/// Names that sentences and messages hold: those of models and configurations.
std::vector<std::string> names_in(const verdict::Judgement& judgement);

}  // namespace joulemark::report
