// SPDX-License-Identifier: Apache-2.0
// Flags → Experiment.
#include "cli/experiment_flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <filesystem>

#include "base/tell_apart.h"
#include "base/text_table.h"
#include "cli/python_flag.h"
#include "config/experiment_file.h"
#include "config/settings.h"

namespace joulemark::cli {
namespace {

using Texts = std::vector<std::string>;

/// A name made of more models than this would not fit a title.
constexpr std::size_t kModelsInName = 3;

Texts split(std::string_view text, char separator) {
  Texts parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

tl::unexpected<Error> not_of_form(const char* flag, const char* form, const std::string& text) {
  return fail(ErrorKind::kUsage, fmt::format("{} must be {}, not '{}'", flag, form, text));
}

/// A default as the command line would write it: ["cpu"] → cpu.
std::string without_brackets(std::string text) {
  std::erase_if(text, [](char c) { return c == '[' || c == ']' || c == '"'; });
  return text;
}

std::string help_of(const config::Setting& setting) {
  std::string help = setting.help;
  const std::string value = config::default_text(setting);
  if (!value.empty()) help += fmt::format(" (default {})", without_brackets(value));
  return help;
}

/// What stands for the value in the help.
std::string placeholder_of(const config::Setting& setting) {
  const std::string_view flag = setting.flag;
  if (flag == "--shape") return "NAME=DIMS";
  if (flag == "--exclude") return "FACTOR=VALUE,…";
  if (flag == "--option") return "ENGINE.KEY=VALUE";
  if (flag == "--engine-root") return "ENGINE=FOLDER";
  if (flag == "--meter") return "KIND://HOST";
  if (flag == "--calibration") return "SENSOR=GAIN±U";
  const std::string type = config::type_name(setting);
  if (type.starts_with("list")) return "A,B,…";
  if (type == "text") return "TEXT";
  if (setting.unit == std::string_view("1/s")) return "N/s";
  return setting.unit == std::string_view("s") ? "SECONDS" : "N";
}

/// Heading in the help: factors, protocol, and the rest.
const char* group_of(std::string_view key) {
  if (key.starts_with("factors.") || key.starts_with("exclude")) return "What is compared";
  if (key.starts_with("protocol.")) return "How it is measured";
  if (key.starts_with("model[]") || key.starts_with("engine.")) return "Models and engines";
  return "The experiment";
}

std::string default_name(const Experiment& experiment) {
  Texts names;
  for (const auto& model : experiment.models) names.push_back(model.name);
  const std::size_t more = names.size() > kModelsInName ? names.size() - kModelsInName : 0;
  names.resize(names.size() - more);
  const std::string rest = more == 0 ? "" : fmt::format(" and {} more", more);
  return fmt::format("{}{}", fmt::join(names, ", "), rest);
}

/// The folders whose names may stand in front of a model's name.
std::vector<std::string> folders_of(const std::string& source, const std::string& name) {
  if (config::is_null_model(source)) return {};
  auto folders = folder_names(std::filesystem::path(source).parent_path());
  for (auto& folder : folders) folder = printable(folder);
  if (!folders.empty() && folders.front() == name) folders.erase(folders.begin());
  return folders;
}

/// Two files of one stem get the names of their folders in front, until they differ; a file that
/// was given twice never does.
void fill_model_names(Experiment& experiment) {
  std::vector<ShortName> names;
  for (const auto& model : experiment.models) {
    const std::string name = config::default_model_name(model.source);
    names.push_back(
        {.name = name, .folders = folders_of(model.source, name), .thing = model.source});
  }
  const auto texts = tell_apart(std::move(names));
  for (std::size_t i = 0; i < texts.size(); ++i) experiment.models[i].name = texts[i];
}

Status apply_shapes(Experiment& experiment, const Texts& texts) {
  for (const auto& text : texts) {
    auto shape = parse_shape(text);
    if (!shape) return fail(shape.error());
    for (auto& model : experiment.models) model.shapes[shape->first] = shape->second;
  }
  return {};
}

Status apply_exclusions(Experiment& experiment, const Texts& texts) {
  for (const auto& text : texts) {
    auto exclusion = parse_exclusion(text);
    if (!exclusion) return fail(exclusion.error());
    experiment.exclusions.push_back(std::move(*exclusion));
  }
  return {};
}

Status apply_engine_options(Experiment& experiment, const Texts& texts) {
  for (const auto& text : texts) {
    const auto option = parse_engine_option(text);
    if (!option) return fail(option.error());
    experiment.engine_options[option->engine][option->key] = option->value;
  }
  return {};
}

Status apply_engine_roots(Experiment& experiment, const Texts& texts) {
  auto roots = parse_engine_roots(texts);
  if (!roots) return fail(roots.error());
  experiment.engine_roots = std::move(*roots);
  return {};
}

Status apply_meters(Experiment& experiment, const Texts& texts) {
  experiment.meters = texts;
  return {};
}

Status apply_inputs(Experiment& experiment, const Texts& texts) {
  for (auto& model : experiment.models)
    if (!texts.empty()) model.inputs = texts.back();
  return {};
}

/// One flag with the texts it was given: lists are joined, of single values the last one counts.
Status apply(Experiment& experiment, const config::Setting& setting, const Texts& texts) {
  const std::string_view flag = setting.flag;
  if (flag == "--shape") return apply_shapes(experiment, texts);
  if (flag == "--exclude") return apply_exclusions(experiment, texts);
  if (flag == "--option") return apply_engine_options(experiment, texts);
  if (flag == "--engine-root") return apply_engine_roots(experiment, texts);
  if (flag == "--inputs") return apply_inputs(experiment, texts);
  if (texts.empty()) return {};
  // Not a list with commas: half of a password would be shown as no address.
  if (flag == "--meter") return apply_meters(experiment, texts);
  const bool is_list = config::type_name(setting).starts_with("list");
  return config::set_from_text(experiment, setting,
                               is_list ? fmt::format("{}", fmt::join(texts, ",")) : texts.back());
}

}  // namespace

void ExperimentFlags::declare(Arguments& arguments) {
  arguments.positionals("MODEL", models_, help_of(*config::find_flag("MODEL")),
                        Arguments::Need::kRequired);
  for (const auto& setting : config::settings()) {
    const std::string flag = setting.flag;
    if (!flag.starts_with("--")) continue;
    arguments.group(group_of(setting.key));
    arguments.repeated(flag + " " + placeholder_of(setting), texts_[flag], help_of(setting));
    if (flag == "--race") arguments.implied(flag, "0.05");
    if (flag == "--engine-root") declare_python(arguments, python_);
  }
}

Result<Experiment> ExperimentFlags::experiment() const {
  Experiment experiment;
  for (const auto& source : models_) experiment.models.emplace_back().source = source;
  for (const auto& setting : config::settings()) {
    const auto texts = texts_.find(setting.flag);
    if (texts == texts_.end()) continue;
    if (auto applied = apply(experiment, setting, texts->second); !applied)
      return fail(applied.error());
  }
  if (auto added = add_python_roots(python_, experiment.factors.engine, experiment.engine_roots);
      !added)
    return fail(added.error());
  std::error_code error;
  const auto here = std::filesystem::current_path(error);
  if (error) return fail(ErrorKind::kMachine, "cannot tell the current folder: " + error.message());
  config::resolve_paths(experiment, here);
  fill_model_names(experiment);
  if (experiment.name.empty()) experiment.name = default_name(experiment);
  return experiment;
}

Result<std::pair<std::string, std::vector<std::int64_t>>> parse_shape(const std::string& text) {
  constexpr const char* kForm = "NAME=DIMENSIONS like data=1x3x224x224";
  const auto equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) return not_of_form("--shape", kForm, text);
  std::vector<std::int64_t> dims;
  for (const auto& part : split(std::string_view(text).substr(equals + 1), 'x')) {
    std::int64_t dim = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), dim);
    if (error != std::errc() || end != part.data() + part.size())
      return not_of_form("--shape", kForm, text);
    dims.push_back(dim);
  }
  return std::pair(text.substr(0, equals), std::move(dims));
}

Result<Exclusion> parse_exclusion(const std::string& text) {
  Exclusion exclusion;
  for (const auto& part : split(text, ',')) {
    const auto equals = part.find('=');
    if (equals == std::string::npos || equals == 0)
      return not_of_form("--exclude", "FACTOR=VALUE,… like engine=openvino,threads=4", text);
    exclusion[part.substr(0, equals)] = part.substr(equals + 1);
  }
  return exclusion;
}

Result<EngineOption> parse_engine_option(const std::string& text) {
  const auto equals = text.find('=');
  const auto dot = text.rfind('.', equals);
  if (equals == std::string::npos || dot == std::string::npos || dot == 0 || dot + 1 == equals)
    return not_of_form("--option", "ENGINE.KEY=VALUE like onnxruntime.spin=0", text);
  return EngineOption{.engine = text.substr(0, dot),
                      .key = text.substr(dot + 1, equals - dot - 1),
                      .value = text.substr(equals + 1)};
}

Result<std::pair<std::string, std::string>> parse_engine_root(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    return not_of_form("--engine-root", "ENGINE=FOLDER", text);
  std::error_code error;
  const auto folder = std::filesystem::absolute(text.substr(equals + 1), error);
  if (error) return fail(ErrorKind::kMachine, "cannot tell the current folder: " + error.message());
  return std::pair(text.substr(0, equals), folder.lexically_normal().string());
}

Result<std::map<std::string, std::string>> parse_engine_roots(
    const std::vector<std::string>& texts) {
  std::map<std::string, std::string> roots;
  for (const auto& text : texts) {
    auto root = parse_engine_root(text);
    if (!root) return fail(root.error());
    roots.insert_or_assign(std::move(root->first), std::move(root->second));
  }
  return roots;
}

}  // namespace joulemark::cli
