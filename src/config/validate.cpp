// SPDX-License-Identifier: Apache-2.0
// The rules of an experiment, one function per part of the file.
#include "config/validate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/arrivals.h"
#include "base/calibration.h"
#include "base/endpoint_name.h"
#include "base/meter_address.h"
#include "base/suggest.h"
#include "base/text_table.h"
#include "config/experiment_file.h"
#include "config/text.h"

namespace joulemark::config {
namespace {

using Issues = std::vector<Issue>;
using Texts = std::vector<std::string>;

/// More dimensions than any tensor format of ours has.
constexpr std::size_t kMaxRank = 32;
constexpr std::string_view kRootKey = "root";

void add(Issues& issues, std::string path, std::string message) {
  issues.push_back({.path = std::move(path), .message = std::move(message)});
}

void check_text(Issues& issues, const std::string& path, const std::string& text) {
  if (!is_text(text)) add(issues, path, "is not valid UTF-8 text");
}

void check_title(Issues& issues, const std::string& path, const std::string& text) {
  check_text(issues, path, text);
  if (has_control_characters(text)) add(issues, path, "holds a control character");
}

/// "name" or "name@version" in the letters that names of engines and providers have.
bool is_word(std::string_view word, bool with_version) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-.+").find(c) != std::string_view::npos;
  };
  const auto at = word.find('@');
  if (at != std::string_view::npos) {
    if (!with_version || !is_word(word.substr(at + 1), false)) return false;
    word = word.substr(0, at);
  }
  return !word.empty() && std::all_of(word.begin(), word.end(), letter);
}

std::string entry(std::string_view path, std::size_t i) {
  return fmt::format("{}[{}]", path, i);
}

template <class T>
void check_duplicates(Issues& issues, const std::string& path, const std::vector<T>& levels) {
  std::set<T> seen;
  for (std::size_t i = 0; i < levels.size(); ++i)
    if (!seen.insert(levels[i]).second)
      add(issues, entry(path, i), fmt::format("repeats {}", levels[i]));
}

/// Bounds and form of one row of the settings table.
struct CheckBounds {
  Experiment& experiment;
  const Setting& setting;
  Issues& issues;

  void operator()(std::monostate) const {}
  void operator()(ModelText) const {}
  void operator()(Field<std::string> field) const {
    check_title(issues, setting.key, field(experiment));
  }
  void operator()(Field<std::uint64_t> field) const {
    if (field(experiment) > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      add(issues, setting.key,
          fmt::format("must be {}, not {}", bounds_text(setting), field(experiment)));
  }
  void operator()(Field<int> field) const { check(setting.key, field(experiment)); }
  void operator()(Field<double> field) const { check(setting.key, field(experiment)); }
  void operator()(Field<std::vector<int>> field) const {
    const auto& values = field(experiment);
    for (std::size_t i = 0; i < values.size(); ++i) check(entry(setting.key, i), values[i]);
    check_duplicates(issues, setting.key, values);
  }
  void operator()(Field<Texts> field) const {
    const auto& values = field(experiment);
    if (std::string_view(setting.key) == "meters") return check_meters(values);
    if (std::string_view(setting.key) == "calibration") return check_calibration(values);
    for (std::size_t i = 0; i < values.size(); ++i) check_level(entry(setting.key, i), values[i]);
    check_duplicates(issues, setting.key, values);
  }

  void check(const std::string& path, double value) const {
    auto issue = bounds_issue(setting, value);
    if (!issue.empty()) add(issues, path, std::move(issue));
  }
  void check_meters(const Texts& meters) const {
    for (std::size_t i = 0; i < meters.size(); ++i)
      if (const auto address = parse_meter_address(meters[i]); !address)
        return add(issues, entry(setting.key, i), address.error().message);
    if (const auto all = parse_meter_addresses(meters); !all)
      add(issues, setting.key, all.error().message);
  }
  void check_calibration(const Texts& texts) const {
    for (std::size_t i = 0; i < texts.size(); ++i)
      if (const auto one = parse_calibration(texts[i]); !one)
        return add(issues, entry(setting.key, i), one.error().message);
    if (const auto all = parse_calibrations(texts); !all)
      add(issues, setting.key, all.error().message);
  }
  void check_level(const std::string& path, const std::string& level) const {
    const bool engine = std::string_view(setting.key) == "factors.engine";
    if (!is_word(level, engine) && !(engine && is_endpoint_address(level)))
      add(issues, path,
          fmt::format("must be a {}, not '{}'", engine ? "name or name@version" : "name", level));
  }
};

void check_bounds(const Experiment& experiment, std::string_view prefix, Issues& issues) {
  Experiment copy = experiment;
  for (const auto& setting : settings()) {
    const std::string_view key = setting.key;
    const bool chosen = prefix.empty() ? key.find('.') == key.npos : key.starts_with(prefix);
    if (chosen) std::visit(CheckBounds{copy, setting, issues}, setting.target);
  }
}

void check_shapes(const ModelSpec& model, const std::string& path, Issues& issues) {
  const Setting& setting = *find_setting("model[].shapes");
  for (const auto& [input, dims] : model.shapes) {
    const std::string place = fmt::format("{}.shapes.{}", path, input);
    check_text(issues, place, input);
    if (dims.size() > kMaxRank)
      add(issues, place,
          fmt::format("has {} dimensions; at most {} are possible", dims.size(), kMaxRank));
    for (std::size_t i = 0; i < dims.size(); ++i) {
      auto issue = bounds_issue(setting, static_cast<double>(dims[i]));
      if (!issue.empty()) add(issues, entry(place, i), std::move(issue));
    }
  }
}

/// Model `i` has the name of an earlier one; of one file as well it is a slip of the hand.
void add_repeated(Issues& issues, const Experiment& experiment, std::size_t i) {
  const ModelSpec& model = experiment.models[i];
  const auto begin = experiment.models.begin();
  const bool same_file =
      std::any_of(begin, begin + static_cast<std::ptrdiff_t>(i), [&](const ModelSpec& earlier) {
        return earlier.name == model.name && earlier.source == model.source;
      });
  if (same_file)
    return add(issues, entry("model", i) + ".source",
               fmt::format("repeats '{}' under the same name; leave it out", model.source));
  add(issues, entry("model", i) + ".name",
      fmt::format("'{}' is the name of an earlier model; give this one a name of its own",
                  model.name));
}

void check_models(const Experiment& experiment, Issues& issues) {
  if (experiment.models.empty())
    add(issues, "model", "is missing: an experiment needs at least one model with a source");
  std::set<std::string> names;
  for (std::size_t i = 0; i < experiment.models.size(); ++i) {
    const ModelSpec& model = experiment.models[i];
    const std::string path = entry("model", i);
    if (!is_text(model.source))
      add(issues, path + ".source",
          fmt::format("'{}' is not valid UTF-8 text; rename the file or its folder",
                      printable(model.source)));
    if (model.source.empty() || model.source == "null:")
      add(issues, path + ".source", "must name an ONNX file, or null:NAME");
    check_title(issues, path + ".name", model.name);
    if (model.name.empty()) add(issues, path + ".name", "may not be empty");
    if (!names.insert(model.name).second) add_repeated(issues, experiment, i);
    check_text(issues, path + ".inputs", model.inputs);
    if (model.inputs.empty())
      add(issues, path + ".inputs", "may not be empty; the default is \"generated\"");
    check_shapes(model, path, issues);
  }
}

void check_factors(const Experiment& experiment, Issues& issues) {
  for (const auto& factor : factor_names())
    if (factor_levels(experiment.factors, factor).empty())
      add(issues, "factors." + factor, "needs at least one level");
  check_bounds(experiment, "factors.", issues);
}

/// "; did you mean 'x'?", or all that would be right.
std::string nearest_or_all(const std::string& word, const Texts& valid) {
  const std::string near = did_you_mean(word, valid);
  return near.empty() ? fmt::format("; valid are {}", fmt::join(valid, ", ")) : near;
}

void check_exclusions(const Experiment& experiment, Issues& issues) {
  const Texts factors = factor_names();
  for (std::size_t i = 0; i < experiment.exclusions.size(); ++i) {
    const std::string path = entry("exclude", i);
    if (experiment.exclusions[i].empty())
      add(issues, path, "is empty; name at least one factor = value");
    for (const auto& [factor, value] : experiment.exclusions[i]) {
      const Texts levels = factor_levels(experiment.factors, factor);
      const std::string place = path + "." + factor;
      if (std::find(factors.begin(), factors.end(), factor) == factors.end())
        add(issues, place, "is no factor" + nearest_or_all(factor, factors));
      else if (std::find(levels.begin(), levels.end(), value) == levels.end())
        add(issues, place,
            fmt::format("matches nothing: '{}' is not among the levels {}", value,
                        fmt::join(levels, ", ")));
    }
  }
}

/// `key` is an engine of the experiment, or the name of one that is listed with a version.
void check_engine_key(const Experiment& experiment, const std::string& key, Issues& issues) {
  Texts known = experiment.factors.engine;
  for (const auto& engine : experiment.factors.engine)
    if (engine_family(engine) != engine) known.push_back(engine_family(engine));
  if (std::find(known.begin(), known.end(), key) == known.end())
    add(issues, "engine." + key, "is no engine of this experiment" + nearest_or_all(key, known));
}

void check_engines(const Experiment& experiment, Issues& issues) {
  std::set<std::string> keys;
  for (const auto& [engine, options] : experiment.engine_options) {
    keys.insert(engine);
    for (const auto& [option, value] : options) {
      const std::string path = fmt::format("engine.{}.{}", engine, option);
      if (option.empty() || option == kRootKey)
        add(issues, path, "cannot be the name of an engine's option");
      check_text(issues, path, option);
      check_text(issues, path, value);
    }
  }
  for (const auto& [engine, root] : experiment.engine_roots) {
    keys.insert(engine);
    check_text(issues, fmt::format("engine.{}.root", engine), root);
    if (root.empty()) add(issues, fmt::format("engine.{}.root", engine), "may not be empty");
  }
  for (const auto& key : keys) check_engine_key(experiment, key, issues);
}

/// Requests that a window at a rate holds at the least, whatever the model is.
std::int64_t least_requests(const Experiment& experiment) {
  const Protocol& p = experiment.protocol;
  const std::int64_t tokens = std::max(experiment.generation.new_tokens, 1);
  return request_count(p.rate, {.min_ns = to_nanoseconds(p.duration_s),
                                .min_requests = (p.min_iterations + tokens - 1) / tokens});
}

void check_rate(const Experiment& experiment, Issues& issues) {
  const Protocol& p = experiment.protocol;
  if (p.arrivals != "poisson" && p.arrivals != "uniform")
    add(issues, "protocol.arrivals",
        fmt::format("must be poisson or uniform, not '{}'", printable(p.arrivals)));
  if (!(p.rate > 0) || !std::isfinite(p.rate)) return;
  if (!is_possible_schedule(p.rate, least_requests(experiment)))
    add(issues, "protocol.rate",
        fmt::format("of {} a second makes windows of more than {} requests or {} s; change the "
                    "rate, the duration or the least iterations",
                    p.rate, kMostArrivals, kLongestScheduleS));
  if (std::set<int>(experiment.factors.batch.begin(), experiment.factors.batch.end()).size() > 1)
    add(issues, "protocol.rate",
        "counts requests, and one of a larger batch is more work; compare one batch size at a "
        "time");
}

void check_protocol(const Experiment& experiment, Issues& issues) {
  check_bounds(experiment, "protocol.", issues);
  check_rate(experiment, issues);
  const Protocol& p = experiment.protocol;
  if (p.different != "once" && p.different != "always")
    add(issues, "protocol.different",
        fmt::format("must be once or always, not '{}'", printable(p.different)));
  if (p.warmup_max_s < p.warmup_min_s)
    add(issues, "protocol.warmup_max_s",
        fmt::format("is {} s, less than the shortest warm-up of {} s", p.warmup_max_s,
                    p.warmup_min_s));
  const double least = p.idle_s + p.warmup_min_s + p.ready_s + p.duration_s;
  if (p.time_limit_s <= least)
    add(issues, "protocol.time_limit_s",
        fmt::format("is {} s, but idle, warm-up, ready and window take at least {} s",
                    p.time_limit_s, least));
}

void check_generation(const Experiment& experiment, Issues& issues) {
  check_bounds(experiment, "generation.", issues);
  const std::string& stop = experiment.generation.stop;
  if (stop != "never" && stop != "eos")
    add(issues, "generation.stop", fmt::format("must be never or eos, not '{}'", printable(stop)));
  if (experiment.workload.empty())
    add(issues, "workload", "may not be empty; the default is \"generated\"");
}

/// Whether every cell of the product is excluded. The caller has bounded the product's size.
bool all_excluded(const Experiment& experiment) {
  const Texts factors = factor_names();
  std::vector<Texts> levels;
  for (const auto& factor : factors) levels.push_back(factor_levels(experiment.factors, factor));
  std::vector<std::size_t> cell(factors.size(), 0);
  const auto excluded = [&](const Exclusion& exclusion) {
    for (std::size_t f = 0; f < factors.size(); ++f) {
      const auto wanted = exclusion.find(factors[f]);
      if (wanted != exclusion.end() && wanted->second != levels[f][cell[f]]) return false;
    }
    return true;
  };
  for (;;) {
    const auto& all = experiment.exclusions;
    if (std::none_of(all.begin(), all.end(), excluded)) return false;
    std::size_t f = 0;
    while (f < cell.size() && ++cell[f] == levels[f].size()) cell[f++] = 0;
    if (f == cell.size()) return true;
  }
}

void check_size(const Experiment& experiment, Issues& issues) {
  std::size_t cells = 1;
  for (const auto& factor : factor_names()) {
    cells *= factor_levels(experiment.factors, factor).size();
    if (cells > kMaxConfigurations)
      return add(issues, "factors",
                 fmt::format("make more than {} configurations", kMaxConfigurations));
  }
  if (!experiment.exclusions.empty() && all_excluded(experiment))
    return add(issues, "exclude", "leaves no configuration to measure");
  const auto repetitions = static_cast<std::size_t>(experiment.protocol.repetitions);
  if (experiment.models.size() > kMaxTrials / cells / repetitions)
    add(issues, "protocol.repetitions", fmt::format("makes more than {} trials", kMaxTrials));
}

/// "model[3].name" → "model[].name".
std::string without_indices(const std::string& path) {
  std::string key;
  bool inside = false;
  for (const char c : path) {
    if (c == ']') inside = false;
    if (!inside) key += c;
    if (c == '[') inside = true;
  }
  return key;
}

/// The flag that sets `path` on the command line with the user's word behind it, or the path
/// itself.
std::string subject(const std::string& path, const Experiment& experiment) {
  const std::string key = without_indices(path);
  const std::string engine = key.starts_with("engine.") ? key.substr(7) : "";
  if (experiment.engine_roots.contains(engine) && !experiment.engine_options.contains(engine))
    return "--engine-root " + engine;
  if (key.starts_with("exclude[].")) return "--exclude " + key.substr(10);
  if (key.starts_with("model[].shapes.")) return "--shape " + key.substr(15);
  if (key.starts_with("engine.") && key.ends_with(".root"))
    return "--engine-root " + key.substr(7, key.size() - 12);
  if (key.starts_with("engine.")) return "--option " + key.substr(7);
  const bool is_entry = key.ends_with("[]");
  const Setting* setting = find_setting(is_entry ? key.substr(0, key.size() - 2) : key);
  return setting != nullptr && *setting->flag != '\0' ? setting->flag : fmt::format("'{}'", path);
}

}  // namespace

std::string bounds_issue(const Setting& setting, double value) {
  if (value >= setting.min && value <= setting.max) return {};
  return fmt::format("must be {}, not {}", bounds_text(setting), value);
}

std::vector<Issue> find_issues(const Experiment& experiment) {
  Issues issues;
  check_bounds(experiment, "", issues);
  check_models(experiment, issues);
  check_factors(experiment, issues);
  check_exclusions(experiment, issues);
  check_engines(experiment, issues);
  check_generation(experiment, issues);
  check_protocol(experiment, issues);
  if (issues.empty()) check_size(experiment, issues);
  return issues;
}

Status validate(const Experiment& experiment) {
  auto issues = find_issues(experiment);
  if (issues.empty()) return {};
  if (issues.size() > kMaxReportedIssues) issues.resize(kMaxReportedIssues);
  Texts lines;
  for (const auto& issue : issues)
    lines.push_back(fmt::format("{} {}", subject(issue.path, experiment), issue.message));
  return fail(ErrorKind::kUsage, fmt::format("{}", fmt::join(lines, "\n")));
}

}  // namespace joulemark::config
