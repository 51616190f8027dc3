// SPDX-License-Identifier: Apache-2.0
// Experiment → TOML, driven by the settings table: every value is written, so that later defaults
// cannot change what a file means.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "config/experiment_file.h"
#include "config/settings.h"
#include "config/text.h"

namespace joulemark::config {
namespace {

/// The value of one row as TOML; "" for an empty list, which is its default.
struct ValueText {
  Experiment& experiment;

  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(ModelText) const { return {}; }
  std::string operator()(Field<std::string> field) const { return toml_string(field(experiment)); }
  std::string operator()(Field<std::vector<std::string>> field) const {
    std::vector<std::string> texts;
    if (field(experiment).empty()) return {};
    for (const auto& text : field(experiment)) texts.push_back(toml_string(text));
    return fmt::format("[{}]", fmt::join(texts, ", "));
  }
  std::string operator()(Field<std::vector<int>> field) const {
    const auto& values = field(experiment);
    return values.empty() ? "" : fmt::format("[{}]", fmt::join(values, ", "));
  }
  template <class T>
  std::string operator()(Field<T> field) const {
    return fmt::format("{}", field(experiment));
  }
};

/// The rows whose key is `prefix` + one word.
std::string section(const Experiment& experiment, std::string_view prefix) {
  Experiment copy = experiment;
  std::string out;
  for (const auto& setting : settings()) {
    std::string_view key = setting.key;
    if (!key.starts_with(prefix)) continue;
    key.remove_prefix(prefix.size());
    if (key.find_first_of(".[") != key.npos) continue;
    const std::string value = std::visit(ValueText{copy}, setting.target);
    if (!value.empty()) out += fmt::format("{} = {}\n", key, value);
  }
  return out;
}

std::string model_text(const ModelSpec& model) {
  std::string out = fmt::format("\n[[model]]\nname = {}\nsource = {}\n", toml_string(model.name),
                                toml_string(model.source));
  if (model.inputs != ModelSpec{}.inputs)
    out += fmt::format("inputs = {}\n", toml_string(model.inputs));
  std::vector<std::string> shapes;
  for (const auto& [input, dims] : model.shapes)
    shapes.push_back(fmt::format("{} = [{}]", toml_key(input), fmt::join(dims, ", ")));
  if (!shapes.empty()) out += fmt::format("shapes = {{ {} }}\n", fmt::join(shapes, ", "));
  return out;
}

std::string exclusion_text(const Exclusion& exclusion) {
  std::string out = "\n[[exclude]]\n";
  for (const auto& [factor, value] : exclusion)
    out += fmt::format("{} = {}\n", toml_key(factor), toml_string(value));
  return out;
}

std::string engines_text(const Experiment& experiment) {
  std::set<std::string> engines;
  for (const auto& [engine, options] : experiment.engine_options) engines.insert(engine);
  for (const auto& [engine, root] : experiment.engine_roots) engines.insert(engine);
  std::string out;
  for (const auto& engine : engines) {
    out += fmt::format("\n[engine.{}]\n", toml_key(engine));
    if (const auto root = experiment.engine_roots.find(engine);
        root != experiment.engine_roots.end())
      out += fmt::format("root = {}\n", toml_string(root->second));
    const auto options = experiment.engine_options.find(engine);
    if (options == experiment.engine_options.end()) continue;
    for (const auto& [key, value] : options->second)
      out += fmt::format("{} = {}\n", toml_key(key), toml_string(value));
  }
  return out;
}

}  // namespace

std::string to_toml(const Experiment& experiment) {
  std::string out = section(experiment, "");
  for (const auto& model : experiment.models) out += model_text(model);
  out += "\n[factors]\n" + section(experiment, "factors.");
  for (const auto& exclusion : experiment.exclusions) out += exclusion_text(exclusion);
  out += engines_text(experiment);
  out += "\n[generation]\n" + section(experiment, "generation.");
  out += "\n[protocol]\n" + section(experiment, "protocol.");
  return out;
}

}  // namespace joulemark::config
