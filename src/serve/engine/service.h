// SPDX-License-Identifier: Apache-2.0
// What the APIs see of the engine: a queue that takes jobs, and what the model is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "serve/engine/tensor_job.h"
#include "serve/engine/text_job.h"
#include "worker/engine_calls.h"

namespace joulemark::serve {

/// Whether a job was taken. One that was gets its finish(); one that was not gets nothing.
enum class Admission {
  kTaken,
  kFull,      ///< as many wait as may: status 429
  kDraining,  ///< the server ends: status 503
};

/// What is served. Constant while the server runs.
struct ServedModel {
  std::string name;                             ///< "bert", as clients name it
  std::string engine;                           ///< "onnxruntime"
  std::string version;                          ///< the engine's
  std::int64_t created_s = 0;                   ///< since the epoch
  std::vector<worker::EnginePort> inputs = {};  ///< of a model of tensors
  std::vector<worker::EnginePort> outputs = {};
  std::optional<std::int32_t> vocabulary = {};  ///< of a language model
  std::int32_t max_tokens = 0;                  ///< of prompt and answer together; 0: not known
};

/// Called from any thread: bodies of many tensors are read beside the server's.
class Service {
 public:
  virtual ~Service() = default;
  [[nodiscard]] virtual const ServedModel& model() const = 0;
  /// Whether jobs are taken: the model is prepared, and the server does not end.
  [[nodiscard]] virtual bool is_ready() const = 0;
  virtual Admission submit(TextJob job) = 0;
  virtual Admission submit(TensorJob job) = 0;
};

}  // namespace joulemark::serve
