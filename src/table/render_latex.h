// SPDX-License-Identifier: Apache-2.0
// A document as LaTeX.
#pragma once

#include <string>
#include <string_view>

#include "table/document.h"

namespace joulemark::table {

/// `text` as LaTeX shows it: commands escaped, and the signs that our tables use (≤, ±, −, δ …) as
/// LaTeX has them with any engine.
std::string latex_text(std::string_view text);

/// Sentences as paragraphs, each table as a floating `table` with caption and label
/// `tab:NAME`; needs \usepackage{booktabs}.
std::string render_latex(const Document& document);

}  // namespace joulemark::table
