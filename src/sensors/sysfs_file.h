// SPDX-License-Identifier: Apache-2.0
// Small kernel files: kept open and read again, and their numbers parsed without trust.
#pragma once

#include <charconv>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace joulemark::sensors {

/// A file of /sys or /proc that is read many times: opened once, each read starts at its begin.
class SysfsFile {
 public:
  /// The error is an errno.
  static tl::expected<SysfsFile, int> open(const std::filesystem::path& path);
  SysfsFile(SysfsFile&& other) noexcept;
  SysfsFile& operator=(SysfsFile&& other) noexcept;
  ~SysfsFile();

  /// What the file holds now, at most `size` bytes of it, as a view into `buffer`; the error is an
  /// errno.
  tl::expected<std::string_view, int> read(char* buffer, std::size_t size) const;

 private:
  explicit SysfsFile(int fd) : fd_(fd) {}
  int fd_ = -1;
};

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

/// The whole small file, trimmed; the error is an errno.
tl::expected<std::string, int> read_small(const std::filesystem::path& path);

/// The number in a small file; empty when it cannot be read or is none.
template <class T>
std::optional<T> read_number(const std::filesystem::path& path) {
  const auto text = read_small(path);
  return text ? parse_number<T>(*text) : std::nullopt;
}

/// The rest of the line that starts with `key` ("VmHWM:"), trimmed; empty when there is none.
std::optional<std::string_view> line_value(std::string_view text, std::string_view key);

}  // namespace joulemark::sensors
