// SPDX-License-Identifier: Apache-2.0
// Whether the inputs of one call hold as many inferences as its batch says.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.h"
#include "model/onnx_summary.h"

namespace joulemark::model {

/// Dims of each input, in the order of the ports.
using InputDims = std::vector<std::vector<std::int64_t>>;

/// Who chose the inputs; it decides what an error tells to do.
enum class InputOrigin { kGenerated, kGiven };

/// kUsage where one call on inputs of these dims is not `batch` inferences (at least 1):
/// - a dimension that is the batch beyond doubt (by its name, or the first of an image or of
///   two-dimensional token ids) is another number; one input where it is right will do;
/// - a batch above 1 is the first dimension of no input.
/// Batch 1 calls one call one inference, so it holds for every other model.
Status check_batch(const std::vector<Port>& ports, const InputDims& dims, std::int64_t batch,
                   InputOrigin origin);

/// The number in the first dimension of every input of at least two dimensions, where it is more
/// than 1 and no name says that it is a sequence: what batch 1 may hide.
std::optional<std::int64_t> rows_of_a_call(const std::vector<Port>& ports, const InputDims& dims);

}  // namespace joulemark::model
