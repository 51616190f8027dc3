// SPDX-License-Identifier: Apache-2.0
// The formats of a document of tables, as flags: --format, --json, -o.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "cli/command_line.h"
#include "table/document.h"

namespace joulemark::cli {

struct TableFormat {
  std::string format;
  std::string output;
  Arguments::Switch json = Arguments::Switch::kOff;

  void declare(Arguments& arguments);
  /// kUsage for a format that there is not, or two that contradict each other.
  [[nodiscard]] Status check() const;
  [[nodiscard]] bool is_json() const { return json == Arguments::Switch::kOn || format == "json"; }
  /// Prints the document, or what `json_text` gives, or writes it to the file of -o.
  [[nodiscard]] Result<int> write(const table::Document& document,
                                  const std::function<std::string()>& json_text) const;
};

}  // namespace joulemark::cli
