// SPDX-License-Identifier: Apache-2.0
#include "cli/local_models.h"

#include <filesystem>

#include "checkpoint/architectures.h"
#include "checkpoint/decoder.h"
#include "checkpoint/encoder.h"
#include "cli/hub_model.h"
#include "cli/model_source.h"
#include "cli/synthetic_source.h"
#include "config/experiment_file.h"
#include "model/model_format.h"

namespace joulemark::cli {
namespace {

namespace fs = std::filesystem;

LanguageModel language_of(const fs::path& folder, const checkpoint::DecoderSpec& spec) {
  LanguageModel language{.folder = folder, .vocabulary = spec.vocabulary};
  if (spec.positions_are_bounded) language.longest = spec.max_positions;
  return language;
}

/// Of a model that was exported into a directory, by its config.json: whether it generates text,
/// and how long the texts of an encoder may be.
void read_config(LocalModel& model) {
  if (!checkpoint::is_checkpoint(model.path)) return;
  const auto config = checkpoint::ConfigJson::read(fs::path(model.path) / "config.json");
  if (!config) return;
  if (checkpoint::is_encoder(model.path))
    model.longest = config->count({"max_position_embeddings"});
  else if (const auto spec = checkpoint::read_decoder_spec(*config))
    model.language = language_of(model.path, *spec);
}

/// Reads config.json and the headers of the weights, and for an encoder makes its model file.
Status describe_checkpoint(LocalModel& model) {
  if (!checkpoint::is_encoder(model.path)) {
    model.format = kDecoderFormat;
    const auto decoder = checkpoint::read_decoder(model.path);
    if (!decoder) return fail(decoder.error());
    model.language = language_of(model.path, decoder->spec);
    return {};
  }
  model.format = model::kOnnxFile;
  const auto encoder = checkpoint::read_encoder(model.path);
  if (!encoder) return fail(encoder.error());
  const auto cache = cache_folder();
  if (!cache) return fail(cache.error());
  const auto file = checkpoint::prepare_encoder(*encoder, *cache);
  if (!file) return fail(file.error());
  model.description = file->string();
  model.longest = encoder->spec.max_positions;
  return {};
}

Status describe_directory(LocalModel& model) {
  if (const auto exported = exported_model(model.path)) {
    model.format = exported->format;
    if (model.format == model::kOnnxFile) model.description = exported->path;
    read_config(model);
    return {};
  }
  if (checkpoint::is_checkpoint(model.path)) return describe_checkpoint(model);
  return fail(no_model(model.path));
}

LocalModel describe(const std::string& path) {
  LocalModel model{.path = path, .format = {}, .description = {}, .longest = {}, .problem = {}};
  std::error_code error;
  if (fs::is_directory(path, error)) {
    if (auto described = describe_directory(model); !described) model.problem = described.error();
    return model;
  }
  model.format = model::model_format(path);
  if (model.format == model::kOnnxFile) model.description = path;
  return model;
}

LocalModel absent_model(const ModelSpec& spec) {
  LocalModel model{
      .path = spec.source, .format = {}, .description = {}, .longest = {}, .problem = {}};
  model.absent = true;
  return model;
}

/// What the source names, which is fetched or made where it must be.
Result<LocalModel> find_model(const ModelSpec& spec, run::ProgressStyle style) {
  if (config::is_synthetic_model(spec.source)) {
    const auto made = synthetic_directory(spec.source);
    if (!made) return fail(made.error());
    return describe(made->string());
  }
  if (!config::is_hub_model(spec.source)) return describe(spec.source);
  const auto snapshot = fetch_from_hub(spec.source, style);
  if (!snapshot) return fail(snapshot.error());
  return describe(snapshot->directory.string());
}

Result<LocalModel> find_model_here(const ModelSpec& spec) {
  const bool is_synthetic = config::is_synthetic_model(spec.source);
  if (!is_synthetic && !config::is_hub_model(spec.source)) return describe(spec.source);
  const auto folder = is_synthetic ? made_synthetic(spec.source) : fetched_from_hub(spec.source);
  if (!folder) return fail(folder.error());
  return *folder ? describe((*folder)->string()) : absent_model(spec);
}

template <typename Find>
Result<LocalModels> find_each(const Experiment& experiment, const Find& find) {
  LocalModels models;
  for (const ModelSpec& spec : experiment.models) {
    if (config::is_null_model(spec.source)) {
      models.push_back({spec.source, "null", {}, {}, {}});
      continue;
    }
    auto model = find(spec);
    if (!model) return fail(model.error());
    models.push_back(*std::move(model));
  }
  return models;
}

}  // namespace

Result<LocalModels> find_models(const Experiment& experiment, run::ProgressStyle style) {
  return find_each(experiment, [&](const ModelSpec& spec) { return find_model(spec, style); });
}

Result<LocalModels> find_models_here(const Experiment& experiment) {
  return find_each(experiment, find_model_here);
}

Result<run::ModelPaths> find_model_paths(const Experiment& experiment, const LocalModels& models,
                                         const engine::SearchPath& path) {
  run::ModelPaths paths;
  for (const std::string& engine : experiment.factors.engine) {
    const auto manifest = engine::find_manifest(engine, path);
    if (!manifest) continue;  // said where engines are searched for
    for (std::size_t i = 0; i < models.size(); ++i) {
      std::error_code error;
      if (!fs::is_directory(models[i].path, error)) continue;
      auto file = model_file(models[i].path, *manifest);
      if (!file) return fail(file.error());
      paths[{i, engine}] = *std::move(file);
    }
  }
  return paths;
}

}  // namespace joulemark::cli
