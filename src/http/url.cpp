// SPDX-License-Identifier: Apache-2.0
#include "http/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace joulemark::http {
namespace {

constexpr std::string_view kExample = "an address is like http://127.0.0.1:8000/v1";

tl::unexpected<Error> no_url(std::string_view text, std::string_view why) {
  return fail(ErrorKind::kUsage, fmt::format("'{}' is no address: {}; {}", text, why, kExample));
}

bool is_visible(char letter) {
  return letter > ' ' && letter < '\x7f';
}

bool is_host_letter(char letter) {
  constexpr std::string_view kNotInAHost = "/?#@[]\\\"<>^`{|}%";
  return is_visible(letter) && kNotInAHost.find(letter) == std::string_view::npos;
}

std::optional<int> port_of(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port < 1 || port > 65535)
    return std::nullopt;
  return port;
}

/// Takes the scheme off; "host:port" has none.
bool take_scheme(std::string_view& rest, Url& url) {
  const auto mark = rest.find("://");
  if (mark == std::string_view::npos) return true;
  std::string scheme(rest.substr(0, mark));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (scheme != "http" && scheme != "https") return false;
  url.scheme = scheme == "https" ? Scheme::kHttps : Scheme::kHttp;
  url.port = url.scheme == Scheme::kHttps ? 443 : 80;
  rest.remove_prefix(mark + 3);
  return true;
}

/// Takes host and port off `authority`; why not, else "".
std::string_view take_authority(std::string_view authority, Url& url) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return "a bracket is not closed";
    url.host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else {
    const auto colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (url.host.empty()) return "it has no host";
  if (!std::all_of(url.host.begin(), url.host.end(), is_host_letter))
    return "its host is no name and no number";
  if (port.empty()) return "";
  const auto number = port.front() == ':' ? port_of(port.substr(1)) : std::nullopt;
  if (!number) return "its port is no number from 1 to 65535";
  url.port = *number;
  return "";
}

std::string in_brackets(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

std::string Url::origin() const {
  const char* name = scheme == Scheme::kHttps ? "https" : "http";
  return fmt::format("{}://{}:{}", name, in_brackets(host), port);
}

std::string Url::authority() const {
  const int own = scheme == Scheme::kHttps ? 443 : 80;
  return port == own ? in_brackets(host) : fmt::format("{}:{}", in_brackets(host), port);
}

Url Url::at(std::string_view path) const {
  Url url = *this;
  url.target = path;
  return url;
}

Result<Url> parse_url(std::string_view text) {
  Url url;
  std::string_view rest = text.substr(0, text.find('#'));
  if (!std::all_of(rest.begin(), rest.end(), is_visible))
    return no_url(text, "it holds a space or a letter that must be percent-encoded");
  if (!take_scheme(rest, url)) return no_url(text, "its scheme is neither http nor https");
  const auto path = std::min(rest.find_first_of("/?"), rest.size());
  if (rest.substr(0, path).find('@') != std::string_view::npos)
    return no_url(text, "names and passwords do not belong into it");
  if (const auto why = take_authority(rest.substr(0, path), url); !why.empty())
    return no_url(text, why);
  rest.remove_prefix(path);
  url.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
  return url;
}

}  // namespace joulemark::http
