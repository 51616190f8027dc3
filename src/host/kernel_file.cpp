// SPDX-License-Identifier: Apache-2.0
// Kernel files have no size; they are read until they end.
#include "host/kernel_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/descriptor.h"

namespace joulemark::host {
namespace {

constexpr std::size_t kMaxBytes = 65536;

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

tl::expected<std::string, int> read_small(const std::filesystem::path& path) {
  const Descriptor file(open(path.c_str(), kOpenToLook));
  if (file.get() < 0) return tl::unexpected<int>(errno);
  std::string text;
  char buffer[4096];
  while (text.size() < kMaxBytes) {
    const ssize_t n = read(file.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return tl::unexpected<int>(errno);
    if (n == 0) break;
    text.append(buffer, static_cast<std::size_t>(n));
  }
  return std::string(trimmed(text));
}

std::optional<std::string_view> line_value(std::string_view text, std::string_view key) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.starts_with(key)) return trimmed(line.substr(key.size()));
    at = end + 1;
  }
  return std::nullopt;
}

std::optional<std::string> colon_value(std::string_view text, std::string_view key) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && trimmed(line.substr(0, colon)) == key)
      return std::string(trimmed(line.substr(colon + 1)));
    at = end + 1;
  }
  return std::nullopt;
}

std::optional<long long> kibibyte_line(std::string_view text, std::string_view key) {
  auto value = line_value(text, key);
  if (!value) return std::nullopt;
  if (value->ends_with("kB")) value->remove_suffix(2);
  const auto number = parse_number<long long>(*value);
  if (!number || *number < 0 || *number > (1LL << 50)) return std::nullopt;
  return *number * 1024;
}

std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder,
                                              std::string_view prefix) {
  std::vector<std::filesystem::path> entries;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error))
    if (it->path().filename().string().starts_with(prefix)) entries.push_back(it->path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

}  // namespace joulemark::host
