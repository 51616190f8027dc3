// SPDX-License-Identifier: Apache-2.0
// The experiment file: TOML ↔ Experiment.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "config/validate.h"
#include "joulemark/experiment.h"

namespace joulemark::config {

/// Reads and validates an experiment. Never throws, whatever the bytes. Paths are kept as written.
/// The failure is kUsage and holds up to ten lines "FILE:LINE:COL: what is wrong", each with the
/// nearest valid key or value where there is one. A missing name becomes the stem of `file_name`; a
/// missing model name that of default_model_name().
Result<Experiment> parse_experiment(std::string_view toml, const std::string& file_name);

/// Where the settings of a file stand, for complaints that only others can make.
struct Places {
  std::string file_name;
  std::map<std::string, Position> positions;  ///< by path, as in Issue
  bool operator==(const Places&) const = default;
};

/// "FILE:LINE:COL: text" for each issue, by place and at most ten; an issue's path need not stand
/// in the file, then the table around it is its place. Messages are whole sentences.
std::string complaints_text(const Places& places, const std::vector<Issue>& issues);

/// An experiment, and where it says what.
struct LoadedExperiment {
  Experiment experiment;
  Places places;
};

/// Reads a file or a pipe. Relative paths in it (models, inputs, engine roots) are taken from the
/// file's folder, those of a pipe from the current one, and made absolute.
Result<LoadedExperiment> load_experiment(const std::filesystem::path& path);

/// The complete experiment as a file. For every valid experiment `parse_experiment(to_toml(e), …)`
/// equals e (an engine without options has no entry in `engine_options`).
std::string to_toml(const Experiment& experiment);

/// The file's stem; the folder's name for a folder and for `…/folder/model.onnx`; NAME for
/// `null:NAME` and `hub:owner/NAME@revision`. Printable.
std::string default_model_name(const std::string& source);

/// Whether `source` names no file: `null:NAME`.
bool is_null_model(std::string_view source);

/// Whether it stands on the hub: `hub:owner/name`.
bool is_hub_model(std::string_view source);
/// Whether it is "synthetic:NAME": a published model with made-up weights.
bool is_synthetic_model(std::string_view source);

/// Makes relative paths of models, inputs and engine roots absolute, from `folder`.
void resolve_paths(Experiment& experiment, const std::filesystem::path& folder);

}  // namespace joulemark::config
