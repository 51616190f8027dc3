// SPDX-License-Identifier: Apache-2.0
#include "cli/table_format.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/suggest.h"
#include "cli/output.h"
#include "table/render.h"

namespace joulemark::cli {
namespace {

std::vector<std::string> all_formats() {
  auto names = table::format_names();
  names.emplace_back("json");
  return names;
}

}  // namespace

void TableFormat::declare(Arguments& arguments) {
  arguments.group("Output");
  arguments.option("--format FORMAT", format, "text (default), markdown, latex, csv or json");
  arguments.flag("--json", json, "Same as --format json");
  arguments.option("-o,--output FILE", output, "Write to this file instead of standard output");
}

Status TableFormat::check() const {
  if (json == Arguments::Switch::kOn && !format.empty() && format != "json")
    return fail(
        ErrorKind::kUsage,
        fmt::format("--json and --format {} contradict each other; give one of them", format));
  const auto names = all_formats();
  if (format.empty() || std::find(names.begin(), names.end(), format) != names.end()) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("--format must be one of {}, not '{}'{}", fmt::join(names, ", "), format,
                          did_you_mean(format, names)));
}

Status TableFormat::check_target(const std::vector<KeptFile>& kept) const {
  return to_file() ? check_output("-o", output, kept) : Status();
}

Result<int> TableFormat::write(const std::function<table::Document()>& document,
                               const std::function<nlohmann::ordered_json()>& as_json) const {
  const auto rendered = [&] {
    if (is_json())
      return as_json().dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
             '\n';
    const std::size_t width = to_file() ? 0 : stdout_width();
    return table::render(document(), table::format_of(format).value_or(table::Format::kText),
                         width);
  };
  return output.empty() ? print(rendered()) : write_text(output, rendered());
}

}  // namespace joulemark::cli
