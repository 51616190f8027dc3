// SPDX-License-Identifier: Apache-2.0
// Headers → what the hub says; whatever is not of the expected form is absent.
#include "hub/metadata.h"

#include <algorithm>

#include "hub/request.h"
#include "net/headers.h"

namespace joulemark::hub {
namespace {

constexpr std::size_t kMaxEtag = 200;
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 50;

bool is_redirect(int status) {
  return status >= 300 && status < 400;
}

}  // namespace

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

std::optional<FileMetadata> parse_metadata(const net::HttpResponse& response) {
  const std::string linked = header(response, "x-linked-etag");
  const auto etag = parse_etag(linked.empty() ? header(response, "etag") : linked);
  FileMetadata metadata{.commit = header(response, "x-repo-commit"), .etag = "", .bytes = {}};
  if (!etag || !is_commit(metadata.commit)) return std::nullopt;
  metadata.etag = *etag;
  metadata.bytes = net::parse_bytes(header(response, "x-linked-size"));
  if (!metadata.bytes && !is_redirect(response.status))
    metadata.bytes = net::parse_bytes(header(response, "content-length"));
  if (metadata.bytes && *metadata.bytes > kMaxFileBytes) return std::nullopt;
  return metadata;
}

}  // namespace joulemark::hub
