// SPDX-License-Identifier: Apache-2.0
// The outputs of one run: written down for others, and compared with what was written before.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/compare.h"
#include "model/tensor.h"
#include "worker/failure.h"

namespace joulemark::worker {

/// Creates the folder and writes `output_0.pb`, `output_1.pb` … into it.
Outcome<void> write_answer(const std::filesystem::path& folder,
                           const std::vector<model::HostTensor>& outputs);

/// Compares with `output_k.pb` of the folder under the tolerance of two engines that compute in
/// `precision` ("f32", "bf16" …). Fails when the folder has none or one cannot be read; another
/// number of outputs is a disagreement.
Outcome<model::Difference> compare_answer(const std::vector<model::HostTensor>& outputs,
                                          const std::filesystem::path& folder,
                                          const std::string& precision);

}  // namespace joulemark::worker
