// SPDX-License-Identifier: Apache-2.0
#include "cli/token_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"

namespace joulemark::cli {
namespace {

/// More than any server takes as a header.
constexpr std::uintmax_t kMostBytes = 65'536;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

Result<std::string> read_token_file(const std::string& path) {
  const auto text = read_file(path, kMostBytes);
  if (!text) return fail(ErrorKind::kUsage, text.error().message);
  const auto begin = std::ranges::find_if_not(*text, is_blank);
  const auto end = std::find_if_not(text->rbegin(), text->rend(), is_blank).base();
  if (begin >= end) return fail(ErrorKind::kUsage, fmt::format("--token-file '{}' is empty", path));
  std::string token(begin, end);
  const auto sound = check_token(token, fmt::format("--token-file '{}'", path));
  if (!sound) return fail(sound.error());
  return token;
}

Status check_token(std::string_view token, std::string_view origin) {
  const bool printable = std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7f'; });
  if (printable) return {};
  return fail(ErrorKind::kUsage,
              fmt::format("the token of {} has blanks or characters that no header can hold; use "
                          "letters and digits",
                          origin));
}

}  // namespace joulemark::cli
