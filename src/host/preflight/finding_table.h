// SPDX-License-Identifier: Apache-2.0
// The one table of findings: what may be said of a machine before an experiment, whoever looks.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "joulemark/finding.h"

namespace joulemark::host {

/// One row. A code has one severity, so that `--strict` means the same on every machine.
struct FindingKind {
  const char* code;
  Severity severity;
  const char* what;  ///< what is looked at, for the manual
  const char* why;   ///< why it matters to a measurement, one clause
};

/// The table, in the order in which findings are shown.
std::span<const FindingKind> finding_kinds();

/// The row of `code`; null when there is none.
const FindingKind* find_kind(std::string_view code);

/// A finding of the kind `code`, which has to be in the table. `message` tells the value found,
/// `remedy` the command that mends it, "" where nothing does.
Finding finding_of(const char* code, std::string message, std::string remedy = "");

/// Into the order of the table.
void sort_findings(std::vector<Finding>& findings);

/// The manual's table in Markdown, as docs/preflight.md holds it.
std::string findings_markdown();

}  // namespace joulemark::host
