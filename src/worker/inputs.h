// SPDX-License-Identifier: Apache-2.0
// The tensors that a model is given: generated, or read from the user's files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/onnx_summary.h"
#include "model/tensor.h"
#include "worker/engine_calls.h"
#include "worker/failure.h"
#include "worker/request.h"

namespace joulemark::worker {

/// What is known of a model's inputs: the engine's list, with symbolic dimensions and kinds from
/// the model file where it is one that can be read.
std::vector<model::Port> merge_ports(const std::vector<EnginePort>& engine_ports,
                                     const std::optional<model::OnnxSummary>& summary);

/// One tensor per port, in its order, from `request.source`: "generated", an `.npz` (by name), an
/// `.npy` (a model of one input), or a folder with `input_k.pb` (by name, else by order).
/// Fails when names, types or shapes do not fit, or no first dimension is the batch asked for.
Outcome<std::vector<model::HostTensor>> make_inputs(const std::vector<model::Port>& ports,
                                                    const InputsRequest& request);

/// `folder/PREFIX_0.pb`, `folder/PREFIX_1.pb` … up to the first that is missing.
Outcome<std::vector<model::HostTensor>> read_test_tensors(const std::filesystem::path& folder,
                                                          const std::string& prefix);

/// The tensors in the order of the ports: by name where every port's name is there, else by order
/// where there are as many.
Outcome<std::vector<model::HostTensor>> arrange(std::vector<model::HostTensor> tensors,
                                                const std::vector<model::Port>& ports);

}  // namespace joulemark::worker
