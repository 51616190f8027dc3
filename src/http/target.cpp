// SPDX-License-Identifier: Apache-2.0
#include "http/target.h"

#include <charconv>

namespace joulemark::http {
namespace {

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned value = 0;
    const char* const begin = text.data() + i + 1;
    if (i + 2 >= text.size() || std::from_chars(begin, begin + 2, value, 16).ptr != begin + 2)
      return std::nullopt;
    if (value == 0) return std::nullopt;
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

}  // namespace

std::optional<Target> split_target(std::string_view target) {
  if (const auto scheme = target.find("://");
      scheme != std::string_view::npos && target[0] != '/') {
    const auto path = target.find('/', scheme + 3);
    if (path == std::string_view::npos) return std::nullopt;
    target.remove_prefix(path);
  }
  if (target.empty() || target[0] != '/') return std::nullopt;
  const auto mark = target.find('?');
  auto path = decoded(target.substr(0, mark));
  if (!path) return std::nullopt;
  const auto query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  return Target{*std::move(path), std::string(query)};
}

}  // namespace joulemark::http
