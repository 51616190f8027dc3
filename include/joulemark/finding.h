// SPDX-License-Identifier: Apache-2.0
// What on a machine matters to a measurement.
#pragma once

#include <optional>
#include <string>

namespace joulemark {

/// What a finding does to a measurement.
enum class Severity {
  kInfo,     ///< a fact to know when numbers are compared
  kWarning,  ///< it disturbs; `--strict` refuses
  kError,    ///< the experiment will not come to its end
};

/// "info", "warning", "error".
const char* to_string(Severity severity);
std::optional<Severity> severity_from(const std::string& text);

/// One thing that was found before an experiment.
struct Finding {
  std::string code;  ///< stable: "governor", "boost", "load"
  Severity severity = Severity::kInfo;
  std::string message;  ///< what, with the value found
  std::string why;      ///< why it matters to a measurement
  std::string remedy;   ///< the command or step that mends it; "" where nothing does
  bool operator==(const Finding&) const = default;
};

}  // namespace joulemark
