// SPDX-License-Identifier: Apache-2.0
// The formats of a document of tables, as flags: --format, --json, -o.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/command_line.h"
#include "cli/output_target.h"
#include "table/document.h"

namespace joulemark::cli {

struct TableFormat {
  std::string format;
  std::string output;
  Arguments::Switch json = Arguments::Switch::kOff;

  void declare(Arguments& arguments);
  /// kUsage for a format that there is not, or two that contradict each other.
  [[nodiscard]] Status check() const;
  /// kUsage where the file of -o must not be written: see check_output.
  [[nodiscard]] Status check_target(const std::vector<KeptFile>& kept) const;
  /// Makes what the format asks for, and prints it or writes it to the file of -o.
  [[nodiscard]] Result<int> write(const std::function<table::Document()>& document,
                                  const std::function<nlohmann::ordered_json()>& as_json) const;

 private:
  [[nodiscard]] bool is_json() const { return json == Arguments::Switch::kOn || format == "json"; }
  [[nodiscard]] bool to_file() const { return !output.empty() && output != "-"; }
};

}  // namespace joulemark::cli
