// SPDX-License-Identifier: Apache-2.0
// One conformance case: a model and the outputs that it must give for its test data.
#pragma once

#include <limits>
#include <string>

#include "worker/engine_calls.h"
#include "worker/request.h"

namespace joulemark::worker {

enum class CheckStatus { kPass, kFail, kUnsupported };

/// "pass", "fail", "unsupported".
const char* to_string(CheckStatus status);

struct CheckResult {
  CheckStatus status = CheckStatus::kPass;
  /// As in model::Difference; NaN for "not_compared" where it did not come to a comparison.
  double max_abs = std::numeric_limits<double>::quiet_NaN();
  double max_rel = std::numeric_limits<double>::quiet_NaN();
  std::string reason;  ///< empty when it passed
  std::string max_abs_reason = "not_compared";
  std::string max_rel_reason = "not_compared";
};

/// Loads `request.directory/model.onnx`, runs every `test_data_set_*` and compares each output with
/// its `output_k.pb`. Test inputs go to the graph's inputs in order, those that are initializers
/// left out, as ONNX's own runner has it. The arithmetic is asked for as f32: a float32 model must
/// not silently be computed in less.
CheckResult check_case(Engine& engine, const CheckRequest& request);

}  // namespace joulemark::worker
