// SPDX-License-Identifier: Apache-2.0
// Seeded inputs that a model can run on, from the names, types and shapes of its own inputs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/onnx_summary.h"
#include "model/tensor.h"

namespace joulemark::model {

struct GenerateOptions {
  std::uint64_t seed = 1;
  /// For the first dimension where it is dynamic, and for dimensions named like a batch; 0: one,
  /// and a fixed first dimension is taken as it is.
  std::int64_t batch = 1;
  /// Input name → dims; -1 keeps what the model says.
  std::map<std::string, std::vector<std::int64_t>> shapes;
};

/// Tokens of an input that is a text, when the model does not say how many.
inline constexpr std::int64_t kDefaultSequence = 128;
/// Height and width of an image, when the model does not say.
inline constexpr std::int64_t kDefaultImageSide = 224;

/// One tensor per port, the same for the same seed whatever the order of the other inputs. An input
/// whose type the model does not say is float32 where its shape is given.
/// Errors of kind kUsage: a shape for an input that does not exist, of another rank, or against a
/// fixed dimension; a batch against a fixed first dimension. kUnsupported: an input that is no
/// tensor, or of unknown type.
Result<std::vector<HostTensor>> generate_inputs(const std::vector<Port>& ports,
                                                const GenerateOptions& options);

/// The dims that generate_inputs would give, without the elements.
Result<std::vector<std::vector<std::int64_t>>> resolve_shapes(const std::vector<Port>& ports,
                                                              const GenerateOptions& options);

}  // namespace joulemark::model
