// SPDX-License-Identifier: Apache-2.0
// The experiment file: TOML ↔ Experiment.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"
#include "config/validate.h"
#include "joulemark/experiment.h"

namespace joulemark::config {

/// Reads and validates an experiment. Never throws, whatever the bytes. Paths are kept as written.
/// The failure is kUsage and holds up to ten lines "FILE:LINE:COL: what is wrong", each with the
/// nearest valid key or value where there is one. A missing name becomes the stem of `file_name`; a
/// missing model name that of default_model_name().
Result<Experiment> parse_experiment(std::string_view toml, const std::string& file_name);

/// Reads a file. Relative paths in it (models, inputs, engine roots) are taken from the file's
/// folder and made absolute.
Result<Experiment> load_experiment(const std::filesystem::path& path);

/// The complete experiment as a file. For every valid experiment `parse_experiment(to_toml(e), …)`
/// equals e (an engine without options has no entry in `engine_options`).
std::string to_toml(const Experiment& experiment);

/// The file's stem; the folder's name for `…/folder/model.onnx`; NAME for `null:NAME`.
std::string default_model_name(const std::string& source);

/// Whether `source` names no file: `null:NAME`.
bool is_null_model(std::string_view source);

/// Makes relative paths of models, inputs and engine roots absolute, from `folder`.
void resolve_paths(Experiment& experiment, const std::filesystem::path& folder);

}  // namespace joulemark::config
