// SPDX-License-Identifier: Apache-2.0
#include "table/render_latex.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace joulemark::table {
namespace {

using Replacement = std::pair<std::string_view, std::string_view>;

/// Longer ones before their beginnings.
constexpr std::array kReplacements = {
    Replacement{"\\", "\\textbackslash{}"},
    Replacement{"{", "\\{"},
    Replacement{"}", "\\}"},
    Replacement{"$", "\\$"},
    Replacement{"&", "\\&"},
    Replacement{"%", "\\%"},
    Replacement{"#", "\\#"},
    Replacement{"_", "\\_"},
    Replacement{"~", "\\textasciitilde{}"},
    Replacement{"^", "\\textasciicircum{}"},
    Replacement{"<", "$<$"},
    Replacement{">", "$>$"},
    Replacement{"≤", "$\\le$"},
    Replacement{"≥", "$\\ge$"},
    Replacement{"±", "$\\pm$"},
    Replacement{"−", "$-$"},
    Replacement{"×", "$\\times$"},
    Replacement{"–", "--"},
    Replacement{"·", "$\\cdot$"},
    Replacement{"δ", "$\\delta$"},
    Replacement{"η²", "$\\eta^2$"},
    Replacement{"ω²", "$\\omega^2$"},
    Replacement{"ε²", "$\\varepsilon^2$"},
    Replacement{"χ²", "$\\chi^2$"},
    Replacement{"ρ", "$\\rho$"},
    Replacement{"τ", "$\\tau$"},
    Replacement{"²", "$^2$"},
    Replacement{"…", "\\dots{}"},
    Replacement{"µ", "$\\mu$"},
    Replacement{"→", "$\\rightarrow$"},
    Replacement{"₂", "$_2$"},
};

std::string latex_row(const std::vector<std::string>& cells) {
  return fmt::format("    {} \\\\\n", fmt::join(cells, " & "));
}

std::string latex_table(const Table& table) {
  std::string alignment;
  std::vector<std::string> heads;
  for (const Column& column : table.columns) {
    alignment += column.align == Align::kRight ? 'r' : 'l';
    heads.push_back(latex_text(column.head));
  }
  std::string text = fmt::format(
      "\\begin{{table}}\n  \\centering\n  \\caption{{{}}}\n  \\label{{tab:{}}}\n"
      "  \\begin{{tabular}}{{{}}}\n    \\toprule\n",
      latex_text(table.title), table.name, alignment);
  text += latex_row(heads) + "    \\midrule\n";
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const Cell& cell : row) cells.push_back(latex_text(cell.text));
    text += latex_row(cells);
  }
  text += "    \\bottomrule\n  \\end{tabular}\n";
  for (const std::string& note : table.notes)
    text += fmt::format("  \\par\\smallskip\\footnotesize {}\n", latex_text(note));
  return text + "\\end{table}\n";
}

}  // namespace

std::string latex_text(std::string_view text) {
  const std::string clean = printable(text);
  std::string out;
  for (std::size_t at = 0; at < clean.size();) {
    const Replacement* found = nullptr;
    for (const Replacement& each : kReplacements)
      if (clean.compare(at, each.first.size(), each.first) == 0 && found == nullptr) found = &each;
    out += found != nullptr ? found->second : std::string_view(clean).substr(at, 1);
    at += found != nullptr ? found->first.size() : 1;
  }
  return out;
}

std::string render_latex(const Document& document) {
  std::string text;
  if (!document.title.empty()) text += fmt::format("% {}\n", printable(document.title));
  for (const std::string& line : document.lines)
    text += (text.empty() ? "" : "\n") + latex_text(line) + '\n';
  for (const Table& table : document.tables)
    text += (text.empty() ? "" : "\n") + latex_table(table);
  return text;
}

}  // namespace joulemark::table
