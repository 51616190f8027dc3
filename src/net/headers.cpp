// SPDX-License-Identifier: Apache-2.0
// Header lines → values; whatever is not of the expected form is absent.
#include "net/headers.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <ctime>

namespace joulemark::net {
namespace {

constexpr std::size_t kMaxHeaders = 256;
constexpr std::size_t kMaxLine = 16384;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool begin_response(std::string_view line, HttpResponse& response) {
  response = {};
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return true;
  const std::string_view code = line.substr(space + 1, 3);
  std::from_chars(code.data(), code.data() + code.size(), response.status);
  return true;
}

}  // namespace

bool add_header_line(std::string_view line, HttpResponse& response) {
  if (line.size() > kMaxLine || response.headers.size() >= kMaxHeaders) return false;
  if (line.starts_with("HTTP/")) return begin_response(line, response);
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  std::string name(trimmed(line.substr(0, colon)));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  response.headers[name] = trimmed(line.substr(colon + 1));
  return true;
}

std::string header(const HttpResponse& response, const std::string& name) {
  const auto found = response.headers.find(name);
  return found == response.headers.end() ? "" : found->second;
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end || value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

bool continues_at(std::string_view content_range, std::uint64_t offset,
                  std::optional<std::uint64_t> total) {
  constexpr std::string_view kUnit = "bytes ";
  if (!content_range.starts_with(kUnit)) return false;
  content_range.remove_prefix(kUnit.size());
  const auto dash = content_range.find('-');
  const auto slash = content_range.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || slash < dash)
    return false;
  if (parse_bytes(content_range.substr(0, dash)) != offset) return false;
  const auto said = parse_bytes(content_range.substr(slash + 1));
  return !total || !said || *said == *total;
}

double parse_retry_after(const std::string& text) {
  if (const auto seconds = parse_bytes(text)) return static_cast<double>(*seconds);
  if (text.empty()) return 0;
  const std::time_t when = curl_getdate(text.c_str(), nullptr);
  if (when < 0) return 0;
  return std::max(0.0, std::difftime(when, std::time(nullptr)));
}

}  // namespace joulemark::net
