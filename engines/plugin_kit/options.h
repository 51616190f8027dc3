// SPDX-License-Identifier: Apache-2.0
// Reads an engine's own options and refuses the ones it does not know.
#pragma once

#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>

#include "joulemark/engine_abi.h"
#include "plugin_kit/status.h"

namespace joulemark::plugin {

/// Options by key. Every reader marks its key as known; `finish` fails for those that nobody read.
class Options {
 public:
  Options() = default;
  Options(const jm_option* options, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) set(options[i].key, options[i].value);
  }

  void set(const std::string& key, std::string value) { values_[key] = {std::move(value), false}; }

  [[nodiscard]] std::string text(const std::string& key, std::string otherwise) {
    const auto found = values_.find(key);
    if (found == values_.end()) return otherwise;
    found->second.known = true;
    return found->second.value;
  }

  [[nodiscard]] std::string choice(const std::string& key, std::initializer_list<const char*> valid,
                                   const char* otherwise) {
    const std::string value = text(key, otherwise);
    std::string list;
    for (const char* candidate : valid) {
      if (value == candidate) return value;
      list += std::string(list.empty() ? "" : ", ") + candidate;
    }
    fail(JM_INVALID_ARGUMENT, "option '" + key + "' cannot be '" + value + "'; use one of " + list);
  }

  [[nodiscard]] std::int64_t integer(const std::string& key, std::int64_t otherwise,
                                     std::int64_t lowest) {
    const std::string value = text(key, std::to_string(otherwise));
    std::int64_t number = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc() || stop != end || number < lowest)
      fail(JM_INVALID_ARGUMENT, "option '" + key + "' cannot be '" + value +
                                    "'; use a whole number of at least " + std::to_string(lowest));
    return number;
  }

  /// Fails for the first key that no reader asked for.
  void finish(const std::string& engine) const {
    for (const auto& [key, entry] : values_)
      if (!entry.known)
        fail(JM_INVALID_ARGUMENT, "unknown option '" + key + "' of engine '" + engine +
                                      "'; 'joulemark engines' lists its options");
  }

 private:
  struct Entry {
    std::string value;
    bool known = false;
  };
  std::map<std::string, Entry> values_;
};

}  // namespace joulemark::plugin
