// SPDX-License-Identifier: Apache-2.0
// The tensors that a model is given: generated, or read from the user's files. What can be wrong
// with them is told here, to who plans an experiment and to who runs it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/onnx_summary.h"
#include "model/tensor.h"

namespace joulemark::model {

inline constexpr const char* kGeneratedInputs = "generated";

/// Where inputs come from.
struct InputsSource {
  /// "generated", or the path of an `.npz` (arrays by name, or numpy's `arr_0`, `arr_1` … by
  /// order), an `.npy` (for a model of one input), or a folder with `input_k.pb` (by name, else by
  /// order).
  std::string source = kGeneratedInputs;
  std::uint64_t seed = 1;
  std::map<std::string, std::vector<std::int64_t>> shapes;  ///< as for generate_inputs
};

/// One tensor per port, in its order. Fails when a file cannot be read, when names, types or shapes
/// do not fit the ports or something is left over, or when the batch is not what check_batch wants.
Result<std::vector<HostTensor>> make_inputs(const std::vector<Port>& ports,
                                            const InputsSource& source, std::int64_t batch);

/// What the inputs of a model were found to be.
struct CheckedInputs {
  /// rows_of_a_call, where batch 1 is among the batches.
  std::optional<std::int64_t> rows_at_batch_1;
};

/// Fails where make_inputs would for one of the batches, and where two batches give the same
/// inputs: the same work would then count as more. Generates no elements, but reads given files.
Result<CheckedInputs> check_inputs(const std::vector<Port>& ports, const InputsSource& source,
                                   std::span<const int> batches);

/// The batch that inputs have of themselves, by the first dimensions of given tensors, fixed ports
/// or shapes: what check_inputs takes where it refuses batch 1. Empty where it takes batch 1, and
/// where nothing settles it.
std::optional<int> settled_batch(const std::vector<Port>& ports, const InputsSource& source);

/// `folder/PREFIX_0.pb`, `folder/PREFIX_1.pb` … to the last; a gap in the numbers is an error.
Result<std::vector<HostTensor>> read_test_tensors(const std::filesystem::path& folder,
                                                  const std::string& prefix);

/// The tensors in the order of the ports: by name where every port's name is there, else by order
/// where there are as many.
Result<std::vector<HostTensor>> arrange(std::vector<HostTensor> tensors,
                                        const std::vector<Port>& ports);

}  // namespace joulemark::model
