// SPDX-License-Identifier: Apache-2.0
// Header lines → values; whatever is not of the expected form is absent.
#include "hub/headers.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "hub/request.h"

namespace joulemark::hub {
namespace {

constexpr std::size_t kMaxHeaders = 256;
constexpr std::size_t kMaxLine = 16384;
constexpr std::size_t kMaxEtag = 200;
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 50;

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

bool is_redirect(int status) {
  return status >= 300 && status < 400;
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

std::optional<std::string> parse_etag(std::string_view text) {
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._+=").find(c) != std::string_view::npos;
  };
  if (text.empty() || text.size() > kMaxEtag || text.front() == '.') return std::nullopt;
  if (!std::all_of(text.begin(), text.end(), fits)) return std::nullopt;
  return std::string(text);
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

std::optional<FileMetadata> parse_metadata(const HttpResponse& response) {
  const std::string linked = header(response, "x-linked-etag");
  const auto etag = parse_etag(linked.empty() ? header(response, "etag") : linked);
  FileMetadata metadata{.commit = header(response, "x-repo-commit"), .etag = "", .bytes = {}};
  if (!etag || !is_commit(metadata.commit)) return std::nullopt;
  metadata.etag = *etag;
  metadata.bytes = parse_bytes(header(response, "x-linked-size"));
  if (!metadata.bytes && !is_redirect(response.status))
    metadata.bytes = parse_bytes(header(response, "content-length"));
  if (metadata.bytes && *metadata.bytes > kMaxFileBytes) return std::nullopt;
  return metadata;
}

}  // namespace joulemark::hub
