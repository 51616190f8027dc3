// SPDX-License-Identifier: Apache-2.0
// Widths by the character, so that the locale of the process does not decide how wide a table is.
#include "base/text_table.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"

namespace joulemark {
namespace {

constexpr std::size_t kGap = 2;

struct Range {
  char32_t first, last;
};
/// The blocks of combining marks and joiners that occur in practice.
constexpr Range kZeroWidth[] = {{0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},
                                {0x610, 0x61A},   {0x64B, 0x65F},   {0x200B, 0x200F},
                                {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
/// Unicode Standard Annex 11, wide and full width, by block.
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},
                           {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},
                           {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
                           {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
                           {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

template <std::size_t N>
bool within(const Range (&ranges)[N], char32_t code) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& range) { return range.first <= code && code <= range.last; });
}

std::size_t width_of(char32_t code) {
  if (within(kZeroWidth, code)) return 0;
  return within(kWide, code) ? 2 : 1;
}

bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

/// Bytes up to the first space where a line may end: not before a per cent sign, and not inside an
/// interval's brackets unless they hold a whole sentence.
std::size_t end_of_unit(std::string_view text) {
  constexpr std::size_t kLongestInterval = 32;
  std::size_t from = 0;
  while (true) {
    const std::size_t end = std::min(text.find(' ', from), text.size());
    const std::string_view unit = text.substr(0, end);
    const std::size_t opened = unit.rfind('[');
    const bool inside = opened != std::string_view::npos && unit.find(']', opened) == unit.npos;
    const std::size_t closed = inside ? text.find(']', end) : std::string_view::npos;
    const bool is_interval = closed != text.npos && closed - opened <= kLongestInterval;
    if (end == text.size() || (!is_interval && !text.substr(end + 1).starts_with('%'))) return end;
    from = end + 1;
  }
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Utf8Character character = decode_utf8(text);
    width += width_of(character.code);
    text.remove_prefix(character.bytes);
  }
  return width;
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character character = decode_utf8(text);
    if (is_control(character.code)) {
      result += ' ';
    } else if (!character.valid || turns_direction(character.code)) {
      result += kReplacementCharacter;
    } else {
      result += text.substr(0, character.bytes);
    }
    text.remove_prefix(character.bytes);
  }
  return result;
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string result;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = end_of_unit(text);
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    const std::size_t size = display_width(word);
    const bool first = result.empty();
    const bool breaks = !first && width > 0 && column + 1 + size > width;
    if (breaks) result += '\n' + std::string(indent, ' ');
    if (!first && !breaks) result += ' ';
    column = breaks ? indent + size : column + (first ? 0 : 1) + size;
    result += word;
  }
  return result;
}

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

void TextTable::add_row(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> TextTable::widths() const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(display_width(column.head));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  return widths;
}

std::size_t TextTable::width() const {
  std::size_t total = 0;
  for (const std::string& line : lines()) total = std::max(total, display_width(line));
  return total;
}

std::vector<std::string> TextTable::lines() const {
  const std::vector<std::size_t> wanted = widths();
  const auto lay_out = [&](const auto& text_of) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string& text = text_of(i);
      const std::string padding(wanted[i] - display_width(text), ' ');
      if (i > 0) line.append(kGap, ' ');
      line += columns_[i].align == Align::kRight ? padding + text : text + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  };
  std::vector<std::string> result;
  result.push_back(lay_out([&](std::size_t i) -> const std::string& { return columns_[i].head; }));
  for (const auto& row : rows_) {
    result.push_back(lay_out([&](std::size_t i) -> const std::string& { return row[i]; }));
  }
  return result;
}

std::string TextTable::to_string() const {
  std::string text;
  for (const std::string& line : lines()) text += line + '\n';
  return text;
}

}  // namespace joulemark
