// SPDX-License-Identifier: Apache-2.0
#include "run/environment.h"

#include <unistd.h>

#include <string_view>

namespace joulemark::run {

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& additions) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!additions.contains(std::string(text.substr(0, text.find('='))))) merged.emplace_back(text);
  }
  for (const auto& [key, value] : additions) merged.push_back(key + "=" + value);
  return merged;
}

}  // namespace joulemark::run
