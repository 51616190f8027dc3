// SPDX-License-Identifier: Apache-2.0
// A document in the formats that papers, pages, spreadsheets and terminals take.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "table/document.h"

namespace joulemark::table {

enum class Format { kText, kMarkdown, kLatex, kCsv };

/// "text", "markdown", "latex", "csv", in the order of Format.
std::vector<std::string> format_names();
/// Nothing for a name that is none of format_names().
std::optional<Format> format_of(std::string_view name);

/// Ends in '\n'. Text is wrapped at `width` columns (0: no limit), the other formats never are.
/// Markdown is GitHub's. LaTeX is one `table` each, which needs the package booktabs; characters
/// that LaTeX reads as commands are escaped. CSV has the raw numbers; tables stand one behind the
/// other with an empty line between, each below a line `# NAME`, unless there is only one.
std::string render(const Document& document, Format format, std::size_t width = 0);

}  // namespace joulemark::table
