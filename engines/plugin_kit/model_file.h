// SPDX-License-Identifier: Apache-2.0
// What every engine that reads models from files checks before it reads one.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include "joulemark/engine_abi.h"
#include "plugin_kit/status.h"

namespace joulemark::plugin {

/// For an engine that computes in f32 or in the model's own types: throws for anything else.
inline void check_precision(const std::string& engine, const std::string& precision) {
  if (precision == "f32" || precision == "native") return;
  fail(JM_UNSUPPORTED,
       "engine '" + engine + "' has no precision '" + precision + "'; use f32 or native");
}

/// Throws where `load` was given options, which no engine of ours has, or a path without a file.
inline void check_model_file(const jm_load_params& params) {
  if (params.option_count > 0)
    fail(JM_INVALID_ARGUMENT,
         "unknown option '" + std::string(params.options[0].key) + "' of a model");
  std::error_code error;
  if (!std::filesystem::is_regular_file(params.model_path, error))
    fail(JM_INVALID_MODEL, "there is no model file '" + std::string(params.model_path) + "'");
}

}  // namespace joulemark::plugin
