// SPDX-License-Identifier: Apache-2.0
// A setting's value from a command line's text: numbers, comma lists and ranges.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "base/split.h"
#include "config/settings.h"

namespace joulemark::config {
namespace {

/// More entries than this in one list is a slip of the keyboard, and an expansion must end.
constexpr std::size_t kMaxListEntries = 4096;

template <class T>
std::optional<T> number_from(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// How a range goes on: by "+step" or "*factor".
struct Step {
  char kind = '+';
  int by = 1;
};

std::optional<Step> step_from(std::string_view& last) {
  const auto at = last.find_first_of("+*");
  if (at == std::string_view::npos) return Step{};
  const auto by = number_from<int>(last.substr(at + 1));
  const Step step{.kind = last[at], .by = by.value_or(0)};
  last = last.substr(0, at);
  if (step.by < (step.kind == '*' ? 2 : 1)) return std::nullopt;
  return step;
}

/// Appends "7", "1-4", "0-6+2" or "1-8*2"; false when the text is none of them.
bool append_range(std::string_view text, std::vector<int>& values) {
  const auto dash = text.find('-', 1);
  if (dash == std::string_view::npos) {
    const auto value = number_from<int>(text);
    if (value) values.push_back(*value);
    return value.has_value();
  }
  std::string_view last_text = text.substr(dash + 1);
  const auto step = step_from(last_text);
  const auto first = number_from<int>(text.substr(0, dash));
  const auto last = number_from<int>(last_text);
  if (!step || !first || !last || *last < *first) return false;
  if (step->kind == '*' && *first < 1) return false;
  for (std::int64_t v = *first; v <= *last; v = step->kind == '*' ? v * step->by : v + step->by) {
    if (values.size() >= kMaxListEntries) return false;
    values.push_back(static_cast<int>(v));
  }
  return true;
}

/// Parses `text` into the setting's place; false when it is no such value.
struct Assign {
  Experiment& experiment;
  std::string_view text;

  bool operator()(std::monostate) const { return false; }
  bool operator()(ModelText) const { return false; }
  bool operator()(Field<std::string> field) const {
    field(experiment) = text;
    return true;
  }
  bool operator()(Field<std::uint64_t> field) const { return number_into(field); }
  bool operator()(Field<int> field) const { return number_into(field); }
  bool operator()(Field<double> field) const {
    return number_into(field) && std::isfinite(field(experiment));
  }
  bool operator()(Field<std::vector<std::string>> field) const {
    field(experiment) = split(text, ',');
    return true;
  }
  bool operator()(Field<std::vector<int>> field) const {
    std::vector<int> values;
    for (const auto& part : split(text, ','))
      if (!append_range(part, values)) return false;
    field(experiment) = std::move(values);
    return true;
  }

  template <class T>
  bool number_into(Field<T> field) const {
    const auto value = number_from<T>(text);
    if (value) field(experiment) = *value;
    return value.has_value();
  }
};

std::string expectation(const Setting& setting) {
  const std::string type = type_name(setting);
  if (type == "list of integers") return "integers like 1,2,8 or a range like 1-4, 0-6+2, 1-8*2";
  return (type == "integer" ? "an " : "a ") + type;
}

/// "-1" and the like: an integer, if perhaps none that fits.
bool is_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::string_view without_unit(const Setting& setting, std::string_view text) {
  constexpr std::string_view kPerSecond = "/s";
  if (setting.unit != std::string_view("1/s") || !text.ends_with(kPerSecond)) return text;
  return text.substr(0, text.size() - kPerSecond.size());
}

Status set_from_text(Experiment& experiment, const Setting& setting, const std::string& text) {
  if (std::visit(Assign{experiment, without_unit(setting, text)}, setting.target)) return {};
  if (type_name(setting) == std::string_view("integer") && is_integer(text))
    return fail(ErrorKind::kUsage,
                fmt::format("{} must be {}, not {}", setting.flag, bounds_text(setting), text));
  return fail(ErrorKind::kUsage,
              fmt::format("{} must be {}, not '{}'", setting.flag, expectation(setting), text));
}

}  // namespace joulemark::config
