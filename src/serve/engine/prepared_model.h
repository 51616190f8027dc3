// SPDX-License-Identifier: Apache-2.0
// From what the server was told to a model that answers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "serve/engine/service.h"
#include "worker/engine_calls.h"

namespace joulemark::serve {

/// What is opened and loaded.
struct ModelSource {
  worker::OpenRequest open;
  worker::LoadRequest load;
  std::string name;                                         ///< as clients name it
  std::string engine;                                       ///< "onnxruntime"
  std::int32_t max_tokens = 0;                              ///< as ServedModel has it
  std::map<std::string, std::vector<std::int64_t>> shapes;  ///< of the warm-up's inputs
};

/// Belongs to the thread that prepared it, and ends there.
struct PreparedModel {
  worker::Engine engine;
  worker::EngineModel model;
  ServedModel facts;
  std::vector<std::string> notes = {};  ///< for the log
};

/// Opens, loads, builds, and calls the model once, so that the first client waits for nothing. A
/// model whose inputs cannot be made up, or that does not take what was made up, is not called, and
/// a note says so.
worker::Outcome<PreparedModel> prepare_model(const jm_engine_api& api, const ModelSource& source);

}  // namespace joulemark::serve
