// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/config_json.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"

namespace joulemark::checkpoint {

using nlohmann::json;

namespace {

constexpr std::uintmax_t kMaxConfigBytes = 16 << 20;
constexpr std::size_t kMaxShownValue = 60;

std::string a_count() {
  return fmt::format("a whole number from 1 to {}", ConfigJson::kMaxCount);
}

std::string shown(const json& value) {
  if (value.is_structured()) return value.is_array() ? "a list" : "an object";
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > kMaxShownValue) text = text.substr(0, kMaxShownValue) + "…";
  return text;
}

}  // namespace

struct ConfigJson::Problems {
  std::string name;  ///< of the file
  std::optional<Error> first;

  void add(ErrorKind kind, std::string message) {
    if (!first) first = Error{kind, std::move(message)};
  }
};

Result<ConfigJson> ConfigJson::parse(std::string_view text, const std::string& name) {
  auto parsed = std::make_shared<json>(json::parse(text, nullptr, false));
  if (!parsed->is_object())
    return fail(
        ErrorKind::kFailed,
        fmt::format("cannot read '{}': it is no JSON object{}", name,
                    parsed->is_discarded() ? " (or broken, or holds NaN or Infinity)" : ""));
  auto problems = std::make_shared<Problems>();
  problems->name = name;
  return ConfigJson(std::move(parsed), std::move(problems));
}

Result<ConfigJson> ConfigJson::read(const std::filesystem::path& path) {
  const auto text = read_file(path, kMaxConfigBytes);
  if (!text) return fail(text.error());
  return parse(*text, path.string());
}

bool ConfigJson::is_empty() const {
  return object_->empty();
}

bool ConfigJson::has(const char* name) const {
  const auto found = object_->find(name);
  return found != object_->end() && !found->is_null();
}

bool ConfigJson::is_null(const char* name) const {
  const auto found = object_->find(name);
  return found != object_->end() && found->is_null();
}

const json* ConfigJson::find(const Names& names, const char** found) const {
  for (const char* name : names)
    if (const auto at = object_->find(name); at != object_->end() && !at->is_null()) {
      *found = name;
      return &*at;
    }
  return nullptr;
}

std::string ConfigJson::shown_under(const char* name) const {
  const auto found = object_->find(name);
  return found == object_->end() ? "absent" : shown(*found);
}

void ConfigJson::wrong(const char* name, const std::string& expected) const {
  problems_->add(ErrorKind::kFailed,
                 fmt::format("cannot read '{}': '{}' must be {}, not {}", problems_->name, name,
                             expected, shown_under(name)));
}

void ConfigJson::forbid_null(const Names& names, const std::string& expected) const {
  for (const char* name : names)
    if (is_null(name)) return wrong(name, expected);
}

void ConfigJson::refuse(const char* name, const std::string& why) const {
  problems_->add(ErrorKind::kUnsupported, fmt::format("'{}': '{}' is {}, {}", problems_->name, name,
                                                      shown_under(name), why));
}

void ConfigJson::allow_only(const char* name, bool supported, const std::string& why) const {
  if (has(name) && flag(name, supported) != supported) refuse(name, why);
}

std::optional<std::int64_t> ConfigJson::count(const Names& names) const {
  const char* name = nullptr;
  const json* value = find(names, &name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_unsigned() && value->get<std::uint64_t>() >= 1 &&
      value->get<std::uint64_t>() <= kMaxCount)
    return value->get<std::int64_t>();
  wrong(name, a_count());
  return 1;
}

std::int64_t ConfigJson::count(const Names& names, std::int64_t otherwise) const {
  if (const auto value = count(names)) return *value;
  forbid_null(names, a_count());
  return otherwise;
}

std::optional<double> ConfigJson::number(const Names& names) const {
  const char* name = nullptr;
  const json* value = find(names, &name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number() && std::isfinite(value->get<double>())) return value->get<double>();
  wrong(name, "a finite number");
  return 0;
}

double ConfigJson::number(const Names& names, double otherwise) const {
  return number(names).value_or(otherwise);
}

double ConfigJson::positive(const char* name, double otherwise) const {
  return object_->contains(name) ? positive(name) : otherwise;
}

double ConfigJson::positive(const char* name) const {
  const auto value = number({name});
  if (value && *value > 0) return *value;
  wrong(name, "a number above 0");
  return 1;
}

bool ConfigJson::flag(const char* name, bool otherwise) const {
  const char* found = nullptr;
  const json* value = find({name}, &found);
  if (value != nullptr && value->is_boolean()) return value->get<bool>();
  if (object_->contains(name)) wrong(name, "true or false");
  return otherwise;
}

std::string ConfigJson::text(const Names& names, const std::string& otherwise) const {
  const char* name = nullptr;
  const json* value = find(names, &name);
  if (value == nullptr) return otherwise;
  if (value->is_string()) return value->get<std::string>();
  wrong(name, "a text");
  return otherwise;
}

std::vector<double> ConfigJson::numbers(const char* name) const {
  const char* found = nullptr;
  const json* value = find({name}, &found);
  if (value == nullptr) return {};
  std::vector<double> out;
  bool good = value->is_array();
  for (std::size_t i = 0; good && i < value->size(); ++i) {
    good = (*value)[i].is_number() && std::isfinite((*value)[i].get<double>());
    if (good) out.push_back((*value)[i].get<double>());
  }
  if (!good) wrong(name, "a list of numbers");
  return out;
}

std::vector<std::string> ConfigJson::texts(const char* name) const {
  const char* found = nullptr;
  const json* value = find({name}, &found);
  if (value == nullptr) return {};
  std::vector<std::string> out;
  bool good = value->is_array();
  for (std::size_t i = 0; good && i < value->size(); ++i) {
    good = (*value)[i].is_string();
    if (good) out.push_back((*value)[i].get<std::string>());
  }
  if (!good) wrong(name, "a list of texts");
  return out;
}

std::optional<ConfigJson> ConfigJson::object(const char* name) const {
  const char* found = nullptr;
  const json* value = find({name}, &found);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) {
    wrong(name, "an object");
    return std::nullopt;
  }
  return ConfigJson(std::shared_ptr<const json>(object_, value), problems_);
}

Status ConfigJson::status() const {
  if (problems_->first) return fail(*problems_->first);
  return {};
}

}  // namespace joulemark::checkpoint
