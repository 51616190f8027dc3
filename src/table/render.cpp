// SPDX-License-Identifier: Apache-2.0
#include "table/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "table/csv_reader.h"
#include "table/render_latex.h"

namespace joulemark::table {
namespace {

constexpr const char* kNames[] = {"text", "markdown", "latex", "csv"};

std::string text_table(const Table& table, std::size_t width) {
  std::vector<TextTable::Column> columns;
  for (const Column& column : table.columns)
    columns.push_back({.head = printable(column.head), .align = column.align});
  TextTable lines(std::move(columns));
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const Cell& cell : row) cells.push_back(printable(cell.text));
    lines.add_row(std::move(cells));
  }
  std::string text = wrap(printable(table.title), width) + "\n\n" + lines.to_string();
  for (const std::string& note : table.notes) text += wrap(printable(note), width) + '\n';
  return text;
}

std::string render_text(const Document& document, std::size_t width) {
  std::string text;
  if (!document.title.empty()) text += wrap(printable(document.title), width) + '\n';
  for (const std::string& line : document.lines) text += wrap(printable(line), width) + '\n';
  for (const Table& table : document.tables)
    text += (text.empty() ? "" : "\n") + text_table(table, width);
  return text;
}

/// Text in a Markdown table: a bar would end the cell, and marks would format.
std::string markdown_text(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (std::string_view("|\\`*_<>[]#").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string markdown_row(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::string markdown_table(const Table& table) {
  std::vector<std::string> heads;
  std::vector<std::string> rules;
  for (const Column& column : table.columns) {
    heads.push_back(markdown_text(column.head));
    rules.emplace_back(column.align == Align::kRight ? "---:" : "---");
  }
  std::string text = fmt::format("**{}**\n\n", markdown_text(table.title));
  text += markdown_row(heads) + markdown_row(rules);
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const Cell& cell : row) cells.push_back(markdown_text(cell.text));
    text += markdown_row(cells);
  }
  for (const std::string& note : table.notes) text += '\n' + markdown_text(note) + '\n';
  return text;
}

std::string render_markdown(const Document& document) {
  std::string text;
  if (!document.title.empty()) text += fmt::format("## {}\n", markdown_text(document.title));
  for (const std::string& line : document.lines)
    text += (text.empty() ? "" : "\n") + markdown_text(line) + '\n';
  for (const Table& table : document.tables)
    text += (text.empty() ? "" : "\n") + markdown_table(table);
  return text;
}

std::string csv_line(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = csv_cell(cell);
  return fmt::format("{}\n", fmt::join(cells, ","));
}

std::string csv_table(const Table& table) {
  std::vector<std::string> heads;
  for (const Column& column : table.columns) heads.push_back(column.name);
  std::string text = csv_line(std::move(heads));
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const Cell& cell : row) cells.push_back(cell.raw.empty() ? cell.text : cell.raw);
    text += csv_line(std::move(cells));
  }
  return text;
}

std::string render_csv(const Document& document) {
  if (document.tables.size() == 1) return csv_table(document.tables.front());
  std::string text;
  for (const Table& table : document.tables)
    text += fmt::format("{}# {}\n{}", text.empty() ? "" : "\n", table.name, csv_table(table));
  return text;
}

}  // namespace

std::vector<std::string> format_names() {
  return {std::begin(kNames), std::end(kNames)};
}

std::optional<Format> format_of(std::string_view name) {
  const auto* found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<Format>(found - std::begin(kNames));
}

std::string render(const Document& document, Format format, std::size_t width) {
  switch (format) {
    case Format::kText:
      return render_text(document, width);
    case Format::kMarkdown:
      return render_markdown(document);
    case Format::kLatex:
      return render_latex(document);
    case Format::kCsv:
      break;
  }
  return render_csv(document);
}

}  // namespace joulemark::table
