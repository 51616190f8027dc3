// SPDX-License-Identifier: Apache-2.0
// toml++ nodes → Experiment, driven by the settings table.
#include "config/reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/suggest.h"
#include "base/text_table.h"
#include "config/settings.h"

namespace joulemark::config {
namespace {

using Texts = std::vector<std::string>;

Position position_of(const toml::source_region& source) {
  return {.line = source.begin.line, .column = source.begin.column};
}

const char* kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

/// The keys that may stand in the table `prefix` ("" for the top): the next word of every row below
/// it, without "[]".
Texts keys_of(std::string_view prefix) {
  Texts keys;
  for (const auto& setting : settings()) {
    std::string_view key = setting.key;
    if (!key.starts_with(prefix)) continue;
    key.remove_prefix(prefix.size());
    const std::string word(key.substr(0, key.find_first_of(".[")));
    if (std::find(keys.begin(), keys.end(), word) == keys.end()) keys.push_back(word);
  }
  return keys;
}

/// "; it belongs in [factors]" when another table has that key, else the nearest key of this one.
std::string advice(std::string_view key, std::string_view prefix) {
  for (const auto& setting : settings()) {
    const std::string_view full = setting.key;
    const auto dot = full.rfind('.');
    const bool elsewhere = dot != full.npos && full.substr(0, dot + 1) != prefix;
    if (!elsewhere || full.substr(dot + 1) != key || prefix.starts_with("engine")) continue;
    const auto table = full.substr(0, full.find_first_of(".["));
    return fmt::format("; it belongs in {}", full.find('[') == full.npos
                                                 ? fmt::format("[{}]", table)
                                                 : fmt::format("[[{}]]", table));
  }
  return did_you_mean(key, keys_of(prefix));
}

class Reader {
 public:
  Reading take() && { return std::move(reading_); }

  void read(const toml::table& document) {
    for (const auto& [key, node] : document) {
      const std::string word(key.str());
      note(word, key.source());
      if (word == "model")
        read_models(node);
      else if (word == "factors" || word == "generation" || word == "protocol")
        read_section(word, node);
      else if (word == "exclude")
        read_exclusions(node);
      else if (word == "engine")
        read_engines(node);
      else
        read_setting(word, "", key, node);
    }
  }

  void complain(const toml::source_region& where, std::string text) {
    reading_.complaints.push_back({.position = position_of(where), .text = std::move(text)});
  }

 private:
  Experiment& experiment() { return reading_.experiment; }

  void note(const std::string& path, const toml::source_region& where) {
    reading_.positions[path] = position_of(where);
  }

  void expected(const toml::node& node, std::string_view path, std::string_view what) {
    complain(node.source(), fmt::format("'{}' must be {}, not {}", path, what, kind_of(node)));
  }

  void unknown(const toml::key& key, std::string_view prefix) {
    complain(key.source(), fmt::format("unknown key '{}'{}", key.str(), advice(key.str(), prefix)));
  }

  /// The table at `path`, or null after a complaint.
  const toml::table* table_of(const toml::node& node, std::string_view path) {
    if (!node.is_table()) expected(node, path, fmt::format("a table: [{}]", path));
    return node.as_table();
  }

  /// The tables of `[[path]]`, or none after a complaint.
  std::vector<const toml::table*> tables_of(const toml::node& node, std::string_view path) {
    std::vector<const toml::table*> tables;
    const toml::array* array = node.as_array();
    if (array == nullptr) {
      expected(node, path, fmt::format("a list of tables: [[{}]]", path));
      return tables;
    }
    for (const auto& item : *array) {
      if (!item.is_table())
        expected(item, path, fmt::format("a list of tables: [[{}]]", path));
      else
        tables.push_back(item.as_table());
    }
    return tables;
  }

  void read_section(const std::string& name, const toml::node& node) {
    const toml::table* table = table_of(node, name);
    if (table == nullptr) return;
    for (const auto& [key, value] : *table)
      read_setting(std::string(key.str()), name + ".", key, value);
  }

  /// One row of the settings table: `word` in the table `prefix`.
  void read_setting(const std::string& word, const std::string& prefix, const toml::key& key,
                    const toml::node& node) {
    const Setting* setting = find_setting(prefix + word);
    if (setting == nullptr) return unknown(key, prefix);
    note(prefix + word, node.source());
    std::visit([&](auto field) { read_value(*setting, field, node); }, setting->target);
  }

  // One overload per type of setting.
  void read_value(const Setting&, std::monostate, const toml::node&) {}
  void read_value(const Setting&, ModelText, const toml::node&) {}
  void read_value(const Setting& setting, Field<std::string> field, const toml::node& node) {
    text_into(node, setting.key, field(experiment()));
  }
  void read_value(const Setting& setting, Field<std::uint64_t> field, const toml::node& node) {
    integer_into(setting, node, setting.key, field(experiment()));
  }
  void read_value(const Setting& setting, Field<int> field, const toml::node& node) {
    integer_into(setting, node, setting.key, field(experiment()));
  }
  void read_value(const Setting& setting, Field<double> field, const toml::node& node) {
    if (node.is_string() && is_with_unit(setting, node.as_string()->get()))
      return quantity_into(setting, node);
    if (!node.is_number()) return expected(node, setting.key, "a number");
    const double value = node.is_integer() ? static_cast<double>(node.as_integer()->get())
                                           : node.as_floating_point()->get();
    if (!std::isfinite(value))
      return complain(node.source(), fmt::format("'{}' must be {}, not {}", setting.key,
                                                 bounds_text(setting), value));
    field(experiment()) = value;
  }
  static bool is_with_unit(const Setting& setting, const std::string& text) {
    return without_unit(setting, text).size() < text.size();
  }
  /// "5/s".
  void quantity_into(const Setting& setting, const toml::node& node) {
    const std::string& text = node.as_string()->get();
    if (!set_from_text(experiment(), setting, text))
      complain(node.source(), fmt::format("'{}' must be a number or a text like \"5/s\", not '{}'",
                                          setting.key, printable(text)));
  }
  void read_value(const Setting& setting, Field<Texts> field, const toml::node& node) {
    field(experiment()) = {};
    if (node.is_string()) return field(experiment()).push_back(node.as_string()->get());
    if (!node.is_array()) return expected(node, setting.key, "a list of texts");
    for (const auto& item : *node.as_array()) {
      const std::string path = entry(setting.key, field(experiment()).size());
      note(path, item.source());
      text_into(item, path, field(experiment()).emplace_back());
    }
  }
  void read_value(const Setting& setting, Field<std::vector<int>> field, const toml::node& node) {
    field(experiment()) = {};
    if (node.is_integer())
      return integer_into(setting, node, setting.key, field(experiment()).emplace_back());
    if (!node.is_array()) return expected(node, setting.key, "a list of integers");
    for (const auto& item : *node.as_array()) {
      const std::string path = entry(setting.key, field(experiment()).size());
      note(path, item.source());
      integer_into(setting, item, path, field(experiment()).emplace_back());
    }
  }

  static std::string entry(std::string_view path, std::size_t i) {
    return fmt::format("{}[{}]", path, i);
  }

  void text_into(const toml::node& node, std::string_view path, std::string& place) {
    if (!node.is_string()) return expected(node, path, "a text");
    place = node.as_string()->get();
  }

  /// Checks what the type of `place` cannot hold; the bounds are checked here too, lest a cast
  /// wraps.
  template <class T>
  void integer_into(const Setting& setting, const toml::node& node, std::string_view path,
                    T& place) {
    if (!node.is_integer()) return expected(node, path, "an integer");
    const std::int64_t value = node.as_integer()->get();
    const auto issue = bounds_issue(setting, static_cast<double>(value));
    if (!issue.empty())
      return complain(node.source(),
                      fmt::format("'{}' must be {}, not {}", path, bounds_text(setting), value));
    place = static_cast<T>(value);
  }

  void read_models(const toml::node& node) {
    for (const toml::table* table : tables_of(node, "model")) {
      const std::string path = entry("model", experiment().models.size());
      note(path, table->source());
      ModelSpec& model = experiment().models.emplace_back();
      for (const auto& [key, value] : *table) read_model_setting(model, path, key, value);
      if (!table->contains("source"))
        complain(table->source(), "a [[model]] needs a source: an ONNX file, or null:NAME");
    }
  }

  void read_model_setting(ModelSpec& model, const std::string& path, const toml::key& key,
                          const toml::node& node) {
    const std::string word(key.str());
    const Setting* setting = find_setting("model[]." + word);
    if (setting == nullptr) return unknown(key, "model[].");
    note(path + "." + word, node.source());
    if (const auto* field = std::get_if<ModelText>(&setting->target))
      return text_into(node, path + "." + word, (*field)(model));
    read_shapes(model, path + "." + word, node);
  }

  void read_shapes(ModelSpec& model, const std::string& path, const toml::node& node) {
    if (!node.is_table()) return expected(node, path, "a table of input name = [dimensions]");
    const Setting& setting = *find_setting("model[].shapes");
    for (const auto& [input, dims] : *node.as_table()) {
      const std::string place = fmt::format("{}.{}", path, input.str());
      note(place, dims.source());
      auto& shape = model.shapes[std::string(input.str())];
      if (!dims.is_array()) {
        expected(dims, place, "a list of integers");
        continue;
      }
      for (const auto& item : *dims.as_array()) {
        const std::string at = entry(place, shape.size());
        note(at, item.source());
        integer_into(setting, item, at, shape.emplace_back());
      }
    }
  }

  void read_exclusions(const toml::node& node) {
    for (const toml::table* table : tables_of(node, "exclude")) {
      const std::string path = entry("exclude", experiment().exclusions.size());
      note(path, table->source());
      Exclusion& exclusion = experiment().exclusions.emplace_back();
      for (const auto& [key, value] : *table) {
        const std::string factor(key.str());
        note(path + "." + factor, key.source());
        scalar_into(value, path + "." + factor, exclusion[factor]);
      }
    }
  }

  void read_engines(const toml::node& node) {
    const toml::table* engines = table_of(node, "engine");
    if (engines == nullptr) return;
    for (const auto& [key, value] : *engines) {
      const std::string name(key.str());
      note("engine." + name, key.source());
      const toml::table* table = table_of(value, "engine." + name);
      if (table != nullptr) read_engine(name, *table);
    }
  }

  void read_engine(const std::string& name, const toml::table& table) {
    for (const auto& [key, value] : table) {
      const std::string option(key.str());
      const std::string path = fmt::format("engine.{}.{}", name, option);
      note(path, key.source());
      if (option == "root")
        text_into(value, path, experiment().engine_roots[name]);
      else
        scalar_into(value, path, experiment().engine_options[name][option]);
    }
  }

  /// A text, integer or boolean as text.
  void scalar_into(const toml::node& node, std::string_view path, std::string& place) {
    if (node.is_string())
      place = node.as_string()->get();
    else if (node.is_integer())
      place = std::to_string(node.as_integer()->get());
    else if (node.is_boolean())
      place = node.as_boolean()->get() ? "true" : "false";
    else
      expected(node, path, "a text, an integer or a boolean");
  }

  Reading reading_;
};

/// What the parser says, less the names of its own settings.
std::string in_our_words(std::string_view description) {
  if (description.find("TOML_MAX_NESTED_VALUES") == std::string_view::npos)
    return std::string(description);
  return "the values are nested too deeply";
}

}  // namespace

Reading read_document(std::string_view toml) {
  Reader reader;
  try {
    reader.read(toml::parse(toml));
  } catch (const toml::parse_error& error) {
    reader.complain(error.source(), in_our_words(error.description()));
  } catch (const std::exception& error) {
    reader.complain({}, fmt::format("cannot be read: {}", error.what()));
  }
  return std::move(reader).take();
}

}  // namespace joulemark::config
