// SPDX-License-Identifier: Apache-2.0
// Models that TensorFlow itself has written into a folder.
#pragma once

#include <string>
#include <vector>

#include "plugin_kit/ports.h"
#include "tf_engine.h"
#include "tf_session.h"

namespace joulemark::tf {

/// Whether the path is the saved_model.pb of such a folder.
bool is_saved_model(const std::string& path);

/// A SavedModel with a session of it, and the tensors of one signature as ports.
struct SavedModel {
  Loaded loaded;
  std::vector<plugin::Port> inputs;
  std::vector<plugin::Port> outputs;
};

/// The graph for serving of the folder that `path` lies in, with its variables. Throws
/// plugin::Failure: JM_INVALID_MODEL where something of it is missing, the files of its variables
/// among that.
SavedModel load_saved_model(const Api& api, const std::string& path, const Settings& settings);

}  // namespace joulemark::tf
