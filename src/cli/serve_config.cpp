// SPDX-License-Identifier: Apache-2.0
#include "cli/serve_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "base/split.h"
#include "checkpoint/architectures.h"
#include "checkpoint/decoder.h"
#include "checkpoint/encoder.h"
#include "cli/calibration_flag.h"
#include "cli/experiment_flags.h"
#include "cli/flag_numbers.h"
#include "cli/local_models.h"
#include "cli/machine_root.h"
#include "cli/meter_flag.h"
#include "cli/model_source.h"
#include "cli/serve_access.h"
#include "cli/synthetic_source.h"
#include "config/experiment_file.h"
#include "config/settings.h"
#include "engine/discovery.h"
#include "tokenizer/tokenizer.h"

namespace joulemark::cli {
namespace {

namespace fs = std::filesystem;
using serve::ServerConfig;

constexpr const char* kApis[] = {"openai", "kserve"};
constexpr double kLongestLimitS = 7 * 86400.0;

Result<Nanoseconds> duration(const char* flag, double seconds) {
  if (seconds >= 0 && seconds <= kLongestLimitS) return to_nanoseconds(seconds);
  return fail(ErrorKind::kUsage, fmt::format("{} must be 0 to a week, not {:g} s", flag, seconds));
}

Result<std::vector<std::string>> parse_apis(const std::string& text) {
  std::vector<std::string> apis;
  for (const std::string_view word : split(text, ',')) {
    if (std::ranges::find(kApis, word) == std::end(kApis))
      return fail(ErrorKind::kUsage,
                  fmt::format("--api must be some of {}, not '{}'", fmt::join(kApis, ", "), text));
    apis.emplace_back(word);
  }
  return apis;
}

Status apply_batching(const ServeFlags& flags, serve::BatchRule& rule) {
  const auto rows = count_within("--max-batch", flags.max_batch, 1, 65536);
  if (!rows) return fail(rows.error());
  const auto waiting = count_within("--max-queue", flags.max_queue, 128, 1'000'000);
  if (!waiting) return fail(waiting.error());
  const auto delay = duration("--max-queue-delay-ms", flags.max_queue_delay_ms.value_or(0) / 1e3);
  if (!delay) return fail(delay.error());
  rule = {
      .max_waiting = static_cast<std::size_t>(*waiting), .max_rows = *rows, .max_delay = *delay};
  return {};
}

Status apply_limits(const ServeFlags& flags, ServerConfig& config) {
  const auto time = duration("--time-limit", flags.time_limit_s.value_or(600));
  if (!time) return fail(time.error());
  const auto drain = duration("--drain-seconds", flags.drain_s.value_or(30));
  if (!drain) return fail(drain.error());
  config.time_limit = *time;
  config.drain_limit = *drain;
  return apply_batching(flags, config.batching);
}

Status apply_energy(const ServeFlags& flags, serve::EnergyConfig& energy) {
  if (auto root = check_root(flags.root); !root) return root;
  if (const auto meters = meters_from(flags.meters); !meters) return fail(meters.error());
  if (const auto known = calibrations_from(flags.calibration); !known) return fail(known.error());
  energy = {.root = flags.root, .meters = flags.meters, .calibration = flags.calibration};
  return {};
}

Status apply_shapes(const ServeFlags& flags, ServerConfig& config) {
  for (const std::string& text : flags.shapes) {
    auto shape = parse_shape(text);
    if (!shape) return fail(shape.error());
    config.source.shapes.insert_or_assign(std::move(shape->first), std::move(shape->second));
  }
  return {};
}

/// The engine, and how it is opened.
Status apply_engine(const ServeFlags& flags, const engine::SearchPath& path, ServerConfig& config) {
  const auto install = engine::find_engine(flags.engine.name, path);
  if (!install) return fail(install.error());
  if (!install->worker.empty())
    return fail(
        ErrorKind::kUnsupported,
        fmt::format("engine '{}' is a program of its own, which cannot be served; 'joulemark "
                    "engines' lists the others",
                    install->engine));
  const auto threads = thread_count(flags.engine);
  if (!threads) return fail(threads.error());
  auto options = engine_options(flags.engine);
  if (!options) return fail(options.error());
  Experiment cpus;
  if (!flags.affinity.empty()) {
    const auto set = config::set_from_text(cpus, *config::find_flag("--affinity"), flags.affinity);
    if (!set) return set;
  }
  config.plugin = install->plugin;
  config.source.engine = install->engine;
  config.source.open = {.plugin = install->plugin,
                        .library_dir = install->library_dir,
                        .provider = flags.engine.provider,
                        .threads = *threads,
                        .affinity = {cpus.affinity.begin(), cpus.affinity.end()},
                        .options = *std::move(options)};
  return apply_shapes(flags, config);
}

/// What a checkpoint's folder says of its texts.
void apply_text(const fs::path& folder, ServerConfig& config) {
  config.text.folder = folder.string();
  config.text.stop_ids = checkpoint::read_stop_ids(folder);
  if (const auto file = tokenizer::find_tokenizer_file(folder))
    config.text.tokenizer = file->string();
  if (!checkpoint::is_checkpoint(folder) || checkpoint::is_encoder(folder)) return;
  const auto json = checkpoint::ConfigJson::read(folder / "config.json");
  if (!json) return;
  if (const auto spec = checkpoint::read_decoder_spec(*json))
    config.source.max_tokens = static_cast<std::int32_t>(spec->max_positions);
}

Status apply_model(const ServeFlags& flags, const engine::SearchPath& path, ServerConfig& config) {
  const auto manifest = engine::find_manifest(flags.engine.name, path);
  if (!manifest) return fail(manifest.error());
  Experiment experiment;
  experiment.models.emplace_back().source = flags.model;
  const auto models = find_models(experiment, run::progress_style_for(stderr));
  if (!models) return fail(models.error());
  const LocalModel& model = models->front();
  if (model.problem) return fail(*model.problem);
  auto file = config::is_null_model(flags.model) ? Result<std::string>(flags.model)
                                                 : model_file(model.path, *manifest);
  if (!file) return fail(file.error());
  config.source.load = {
      .model = *std::move(file), .precision = flags.engine.precision, .options = {}};
  config.source.name = flags.name.empty() ? config::default_model_name(flags.model) : flags.name;
  if (config::is_null_model(flags.model)) return {};
  std::error_code error;
  const fs::path local(model.path);
  if (!fs::exists(local, error))
    return fail(ErrorKind::kUsage, fmt::format("there is no model file '{}'", model.path));
  apply_text(fs::is_directory(local, error) ? local : local.parent_path(), config);
  note_synthetic(flags.model);
  return {};
}

}  // namespace

Result<ServerConfig> server_config(const ServeFlags& flags) {
  if (auto named = check_engine_name(flags.engine); !named) return fail(named.error());
  ServerConfig config;
  config.ready_as_json = flags.as_json == Arguments::Switch::kOn;
  auto listen = listen_config(flags);
  if (!listen) return fail(listen.error());
  config.listen = *std::move(listen);
  auto apis = parse_apis(flags.api);
  if (!apis) return fail(apis.error());
  config.apis = *std::move(apis);
  if (auto applied = apply_limits(flags, config); !applied) return fail(applied.error());
  if (auto applied = apply_energy(flags, config.energy); !applied) return fail(applied.error());
  const auto path = engine_search_path(flags.engine);
  if (!path) return fail(path.error());
  if (auto applied = apply_engine(flags, *path, config); !applied) return fail(applied.error());
  if (auto applied = apply_model(flags, *path, config); !applied) return fail(applied.error());
  config.text.chat_template = flags.chat_template;
  return config;
}

}  // namespace joulemark::cli
