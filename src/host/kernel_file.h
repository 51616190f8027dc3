// SPDX-License-Identifier: Apache-2.0
// Small files of /proc and /sys, and their numbers, parsed without trust.
#pragma once

#include <fcntl.h>

#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace joulemark::host {

/// Flags to open what should be a kernel file with. A pipe or a terminal in its place makes nobody
/// wait for a writer.
inline constexpr int kOpenToLook = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

/// `text` less blanks and newlines at both ends.
std::string_view trimmed(std::string_view text);

/// The number that `text` is, with nothing else but blanks around it; empty for everything else,
/// out of range included.
template <class T>
std::optional<T> parse_number(std::string_view text) {
  text = trimmed(text);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The first 64 KiB of a file, trimmed; the error is an errno.
tl::expected<std::string, int> read_small(const std::filesystem::path& path);

/// The number in a small file; empty when it cannot be read or is none.
template <class T>
std::optional<T> read_number(const std::filesystem::path& path) {
  const auto text = read_small(path);
  return text ? parse_number<T>(*text) : std::nullopt;
}

/// The rest of the first line that starts with `key` ("VmHWM:"), trimmed; empty when there is none.
std::optional<std::string_view> line_value(std::string_view text, std::string_view key);

/// What stands behind the colon of the first line "key : value", as in /proc/cpuinfo.
std::optional<std::string> colon_value(std::string_view text, std::string_view key);

/// Bytes of a line "key: 123 kB" as in /proc/meminfo and /proc/PID/status.
std::optional<long long> kibibyte_line(std::string_view text, std::string_view key);

/// Entries of a folder whose names start with `prefix`, in order; none when it cannot be read.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder,
                                              std::string_view prefix);

}  // namespace joulemark::host
