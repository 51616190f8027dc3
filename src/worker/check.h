// SPDX-License-Identifier: Apache-2.0
// One conformance case: a model and the outputs that it must give for its test data.
#pragma once

#include <string>

#include "worker/engine_calls.h"
#include "worker/request.h"

namespace joulemark::worker {

enum class CheckStatus { kPass, kFail, kUnsupported };

/// "pass", "fail", "unsupported".
const char* to_string(CheckStatus status);

struct CheckResult {
  CheckStatus status = CheckStatus::kPass;
  double max_abs = 0;
  double max_rel = 0;
  std::string reason;  ///< empty when it passed
};

/// Loads `request.directory/model.onnx`, runs every `test_data_set_*` and compares each output with
/// its `output_k.pb`. Test inputs go to the graph's inputs in order, those that are initializers
/// left out, as ONNX's own runner has it. The arithmetic is asked for as f32: a float32 model must
/// not silently be computed in less.
CheckResult check_case(Engine& engine, const CheckRequest& request);

}  // namespace joulemark::worker
