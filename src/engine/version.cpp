// SPDX-License-Identifier: Apache-2.0
// Dotted versions.
#include "engine/version.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

namespace joulemark::engine {
namespace {

std::vector<long long> numbers(const std::string& version) {
  std::vector<long long> result;
  const char* at = version.data();
  const char* const end = at + version.size();
  while (at < end) {
    long long number = 0;
    const auto [stop, error] = std::from_chars(at, end, number);
    if (error != std::errc()) break;
    result.push_back(number);
    if (stop == end || *stop != '.') break;
    at = stop + 1;
  }
  return result;
}

}  // namespace

bool version_matches(const std::string& version, const std::string& prefix) {
  if (version.rfind(prefix, 0) != 0) return false;
  return version.size() == prefix.size() || prefix.empty() || version[prefix.size()] == '.' ||
         version[prefix.size()] == '-' || version[prefix.size()] == '+';
}

int compare_versions(const std::string& a, const std::string& b) {
  std::vector<long long> left = numbers(a);
  std::vector<long long> right = numbers(b);
  const std::size_t size = std::max(left.size(), right.size());
  left.resize(size);
  right.resize(size);
  if (left == right) return 0;
  return left < right ? -1 : 1;
}

std::optional<std::string> version_in_file_name(const std::string& file_name) {
  const std::size_t suffix = file_name.find(".so.");
  if (suffix == std::string::npos) return std::nullopt;
  std::string version = file_name.substr(suffix + 4);
  const bool dotted = version.find('.') != std::string::npos;
  const bool clean = std::all_of(version.begin(), version.end(),
                                 [](unsigned char c) { return std::isdigit(c) != 0 || c == '.'; });
  if (!dotted || !clean || numbers(version).size() < 2) return std::nullopt;
  return version;
}

}  // namespace joulemark::engine
