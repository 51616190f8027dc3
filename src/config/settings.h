// SPDX-License-Identifier: Apache-2.0
// The one table of settings: the TOML reader and writer, the command line's flags and the manual
// read it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "joulemark/experiment.h"

namespace joulemark::config {

template <class T>
using Field = T& (*)(Experiment&);
using ModelText = std::string& (*)(ModelSpec&);

/// Where a setting is kept, and thereby its type. Monostate: it has a shape of its own (shapes,
/// exclusions, engine tables), which reader and writer know.
using Target = std::variant<std::monostate, Field<std::string>, Field<std::uint64_t>, Field<int>,
                            Field<double>, Field<std::vector<std::string>>, Field<std::vector<int>>,
                            ModelText>;

/// One row. `key` is the path in the TOML file, with "model[]" for each [[model]] and NAME, OPTION
/// for words of the user's; `flag` is the option of `joulemark compare`, "" where it has none.
struct Setting {
  const char* key;
  const char* flag;
  Target target;
  const char* unit;  ///< "s", "Hz", "" for none
  double min;        ///< smallest number, or smallest entry of a list; unused for text
  double max;        ///< largest
  const char* help;  ///< one sentence without a full stop
};

/// Every setting, in the order of the file.
std::span<const Setting> settings();

/// The row of `key` or `flag`; null when there is none.
const Setting* find_setting(std::string_view key);
const Setting* find_flag(std::string_view flag);

/// "text", "integer", "number", "list of texts", "list of integers", or what a structured setting
/// is.
std::string type_name(const Setting& setting);
/// The value in a default experiment, as the file writes it; "" for an empty one.
std::string default_text(const Setting& setting);
/// "1 to 4096", or "" when anything goes.
std::string bounds_text(const Setting& setting);

/// The names of the factors, in their order: engine, provider, precision, threads, batch.
std::vector<std::string> factor_names();
/// The levels of one factor as texts; empty for an unknown factor.
std::vector<std::string> factor_levels(const Factors& factors, std::string_view factor);

/// `text` less the unit that may stand behind a number: "5/s" for a setting in 1/s.
std::string_view without_unit(const Setting& setting, std::string_view text);

/// Sets a setting from a command line's text: "2.5", "5/s", "a,b", "1,2,8", "1-4", "1-8*2",
/// "0-6+2".
/// kUsage with the flag's name when the text is no such value. Bounds are validate()'s affair.
Status set_from_text(Experiment& experiment, const Setting& setting, const std::string& text);

/// The manual's table in Markdown, as docs/experiment-file.md holds it.
std::string settings_markdown();

}  // namespace joulemark::config
