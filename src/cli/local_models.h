// SPDX-License-Identifier: Apache-2.0
// The models of an experiment as they lie on this machine, found once before anything is checked.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/discovery.h"
#include "joulemark/experiment.h"
#include "run/model_files.h"
#include "run/progress.h"

namespace joulemark::cli {

/// LocalModel::format of a checkpoint that generates text.
inline constexpr const char* kDecoderFormat = "decoder";

/// What a model that generates text is asked with.
struct LanguageModel {
  std::filesystem::path folder;  ///< of config.json and tokenizer.json
  std::int64_t vocabulary = 0;
  std::optional<std::int64_t> longest = {};  ///< tokens of a text, where there is a limit
};

struct LocalModel {
  std::string path;         ///< file or directory; for the hub's models, of the local copy
  std::string format;       ///< as in engine.toml, or kDecoderFormat
  std::string description;  ///< ONNX file that tells the inputs; "" where only engines can
  std::optional<std::int64_t> longest;  ///< tokens of a text, where the checkpoint limits them
  std::optional<Error> problem;         ///< why no engine can load it
  std::optional<LanguageModel> language = {};  ///< of one that generates text
  bool absent = false;  ///< not fetched or made yet, so that nothing is known of it
};

/// In the order of Experiment::models.
using LocalModels = std::vector<LocalModel>;

/// Fetches what stands on the hub, and writes the model files of checkpoints of encoders to the
/// cache. What is wrong with one model is in its `problem`. Fails as fetch_from_hub does.
Result<LocalModels> find_models(const Experiment& experiment, run::ProgressStyle style);

/// The same of what is here already: nothing is fetched or made, and what would have to be is
/// `absent`. Fails for sources that are none.
Result<LocalModels> find_models_here(const Experiment& experiment);

/// What each engine of the experiment loads for each model that is a directory or the hub's, in the
/// form that it runs fastest (model_source.h). Fails as model_file does.
Result<run::ModelPaths> find_model_paths(const Experiment& experiment, const LocalModels& models,
                                         const engine::SearchPath& path);

}  // namespace joulemark::cli
