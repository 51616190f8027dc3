// SPDX-License-Identifier: Apache-2.0
#include "verdict/disturbed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace joulemark::verdict {

std::optional<std::string> disturbed_caveat(const ExperimentRecord& record) {
  std::vector<std::string> found;
  for (const Finding& finding : record.findings)
    if (finding.severity != Severity::kInfo)
      found.push_back(fmt::format("{} ({})", finding.message, finding.code));
  if (found.empty()) return std::nullopt;
  return fmt::format("before the first trial: {}; see what 'joulemark doctor' says to do",
                     fmt::join(found, "; "));
}

}  // namespace joulemark::verdict
