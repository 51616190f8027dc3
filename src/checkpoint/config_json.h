// SPDX-License-Identifier: Apache-2.0
// A checkpoint's config.json: typed values with defaults, and what is wrong with them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace joulemark::checkpoint {

/// The object of config.json, or one inside it. A value of the wrong type or out of range is
/// remembered and given as 0 or its default, so that a reader need not check after every key;
/// `status` then tells the first one. A key that is null counts as absent. Several names of one
/// value are given in the order in which they are looked for.
class ConfigJson {
 public:
  using Names = std::vector<const char*>;

  /// Fails when the file cannot be read or is no JSON object.
  static Result<ConfigJson> read(const std::filesystem::path& path);
  /// The same on text; `name` stands in messages.
  static Result<ConfigJson> parse(std::string_view text, const std::string& name);

  [[nodiscard]] bool is_empty() const;
  [[nodiscard]] bool has(const char* name) const;
  /// Whether the key is there and null.
  [[nodiscard]] bool is_null(const char* name) const;

  /// A whole number from 1 to kMaxCount; null is wrong where a default is named, for it is none.
  [[nodiscard]] std::int64_t count(const Names& names, std::int64_t otherwise) const;
  [[nodiscard]] std::optional<std::int64_t> count(const Names& names) const;
  /// A finite number.
  [[nodiscard]] double number(const Names& names, double otherwise) const;
  [[nodiscard]] std::optional<double> number(const Names& names) const;
  /// A finite number above 0; null is wrong.
  [[nodiscard]] double positive(const char* name, double otherwise) const;
  /// The same of a key that must be there.
  [[nodiscard]] double positive(const char* name) const;
  /// null is wrong.
  [[nodiscard]] bool flag(const char* name, bool otherwise) const;
  [[nodiscard]] std::string text(const Names& names, const std::string& otherwise) const;
  [[nodiscard]] std::vector<double> numbers(const char* name) const;
  [[nodiscard]] std::vector<std::string> texts(const char* name) const;
  /// The object under a key; empty when it is absent. Shares the errors.
  [[nodiscard]] std::optional<ConfigJson> object(const char* name) const;

  /// Remembers that the key's value is not supported: "… 'KEY' is VALUE, WHY".
  void refuse(const char* name, const std::string& why) const;
  /// The same unless the key is absent, null, or has the value that is supported.
  void allow_only(const char* name, bool supported, const std::string& why) const;

  /// What was wrong first; kUnsupported for what was refused.
  [[nodiscard]] Status status() const;

  /// Larger counts are no model's; their products fit in 64 bits.
  static constexpr std::int64_t kMaxCount = std::int64_t{1} << 24;

 private:
  struct Problems;
  ConfigJson(std::shared_ptr<const nlohmann::json> object, std::shared_ptr<Problems> problems)
      : object_(std::move(object)), problems_(std::move(problems)) {}
  [[nodiscard]] const nlohmann::json* find(const Names& names, const char** found) const;
  [[nodiscard]] std::string shown_under(const char* name) const;
  void wrong(const char* name, const std::string& expected) const;
  void forbid_null(const Names& names, const std::string& expected) const;

  std::shared_ptr<const nlohmann::json> object_;
  std::shared_ptr<Problems> problems_;  ///< of the whole file
};

}  // namespace joulemark::checkpoint
