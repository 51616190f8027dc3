// SPDX-License-Identifier: Apache-2.0
// Calls of a model of tensors, several as one.
#pragma once

#include <string>
#include <vector>

#include "serve/engine/batch.h"
#include "serve/engine/tensor_job.h"

namespace joulemark::serve {

/// Runs the jobs as one call, their inputs behind each other along the first dimension, and gives
/// each its rows of the outputs; every job gets its finish. Several have to fit (Company). Where
/// the call fails, or its outputs do not have the inputs' rows, each job gets a call of its own, so
/// that none suffers from another's numbers. Why jobs of this model cannot share a call, "" where
/// they can.
std::string run_tensor_batch(const std::vector<TensorJob>& jobs, const BatchRun& run);

/// One tensor of several, along the first dimension. All have the same type and the other
/// dimensions.
Result<model::HostTensor> join_rows(const std::vector<const model::HostTensor*>& parts);

/// `count` rows from `first` on. They have to be there.
Result<model::HostTensor> cut_rows(const model::HostTensor& whole, std::int64_t first,
                                   std::int64_t count);

}  // namespace joulemark::serve
