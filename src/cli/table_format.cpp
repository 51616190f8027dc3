// SPDX-License-Identifier: Apache-2.0
#include "cli/table_format.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

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

Result<int> TableFormat::write(const table::Document& document,
                               const std::function<std::string()>& json_text) const {
  const auto rendered = [&] {
    if (is_json()) return json_text();
    const std::size_t width = output.empty() || output == "-" ? stdout_width() : 0;
    return table::render(document, table::format_of(format).value_or(table::Format::kText), width);
  };
  return output.empty() ? print(rendered()) : write_text(output, rendered());
}

}  // namespace joulemark::cli
