// SPDX-License-Identifier: Apache-2.0
// Reads the files that tell it; the library itself would have to be opened first.
#include "torch_kit/bridge/torch_version.h"

#include <cctype>
#include <fstream>
#include <string_view>

namespace joulemark::torch_bridge {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;

constexpr const char* kFiles[] = {"version.py", "build-version",
                                  "include/torch/headeronly/version.h",
                                  "include/torch/csrc/api/include/torch/version.h"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Behind the digits at `at`; `at` itself when there are none.
std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

/// Behind "N.N.N" at `at`; `at` itself when something else stands there.
std::size_t skip_three_numbers(std::string_view text, std::size_t at) {
  std::size_t end = at;
  for (int number = 0; number < 3; ++number) {
    if (number > 0 && (end >= text.size() || text[end++] != '.')) return at;
    const std::size_t next = skip_digits(text, end);
    if (next == end) return at;
    end = next;
  }
  return end;
}

std::string head_of(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return {};
  std::string text(kMostBytes, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

}  // namespace

std::string find_version(const std::string& text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at])) continue;
    std::size_t end = skip_three_numbers(text, at);
    if (end == at) {
      at = skip_digits(text, at);
      continue;
    }
    while (end < text.size() &&
           (is_digit(text[end]) || text[end] == '.' || (text[end] >= 'a' && text[end] <= 'z')))
      ++end;
    return text.substr(at, end - at);
  }
  return {};
}

std::string torch_version(const std::filesystem::path& library_dir) {
  for (const char* name : kFiles)
    if (std::string version = find_version(head_of(library_dir / ".." / name)); !version.empty())
      return version;
  return {};
}

}  // namespace joulemark::torch_bridge
