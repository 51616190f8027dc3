// SPDX-License-Identifier: Apache-2.0
// libcurl's own parser, so that what is compared here is what is asked there.
#include "net/url.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace joulemark::net {
namespace {

using Handle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

Handle parsed(const std::string& url) {
  Handle handle(curl_url(), &curl_url_cleanup);
  if (handle != nullptr && curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    handle.reset();
  return handle;
}

std::string part(CURLU* handle, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(handle, which, &text, flags) != CURLUE_OK) return "";
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
  return text;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string origin(CURLU* handle) {
  const std::string scheme = lower(part(handle, CURLUPART_SCHEME));
  const std::string host = lower(part(handle, CURLUPART_HOST));
  if ((scheme != "http" && scheme != "https") || host.empty()) return "";
  return fmt::format("{}://{}:{}", scheme, host, part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT));
}

}  // namespace

std::string percent_encode(std::string_view text, std::string_view kept) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c) || kept.find(c) != std::string_view::npos)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::optional<std::string> origin_of(const std::string& url) {
  const Handle handle = parsed(url);
  if (handle == nullptr) return std::nullopt;
  std::string text = origin(handle.get());
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

std::optional<std::string> redirect_target(const std::string& base, const std::string& location) {
  const Handle handle = parsed(base);
  if (handle == nullptr || location.empty()) return std::nullopt;
  const std::string before = lower(part(handle.get(), CURLUPART_SCHEME));
  if (curl_url_set(handle.get(), CURLUPART_URL, location.c_str(), 0) != CURLUE_OK)
    return std::nullopt;
  const std::string after = lower(part(handle.get(), CURLUPART_SCHEME));
  if (origin(handle.get()).empty() || (before == "https" && after != "https")) return std::nullopt;
  return part(handle.get(), CURLUPART_URL);
}

std::string shown_url(const std::string& url) {
  const Handle handle = parsed(url);
  if (handle == nullptr) return "…";
  const auto at = url.find("://") == std::string::npos ? "" : part(handle.get(), CURLUPART_SCHEME);
  const std::string port = part(handle.get(), CURLUPART_PORT);
  const std::string path = part(handle.get(), CURLUPART_PATH);
  return fmt::format("{}{}{}{}{}{}", at, at.empty() ? "" : "://",
                     part(handle.get(), CURLUPART_HOST), port.empty() ? "" : ":", port,
                     path == "/" ? "" : path);
}

}  // namespace joulemark::net
