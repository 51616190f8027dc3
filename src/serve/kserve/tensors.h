// SPDX-License-Identifier: Apache-2.0
// What a request's tensors have to do with the model's inputs and outputs.
#pragma once

#include <cstddef>
#include <vector>

#include "api/kserve/message.h"
#include "serve/engine/service.h"

namespace joulemark::serve {

/// One for each of the model's inputs, in their order. kUsage, with the name, for one that is
/// missing, unknown, there twice, or of another type or shape.
Result<std::vector<model::HostTensor>> arrange_inputs(std::vector<model::HostTensor> given,
                                                      const std::vector<worker::EnginePort>& ports);

/// An output that goes into the answer.
struct ChosenOutput {
  std::size_t place = 0;  ///< among the model's
  api::TensorForm form = api::TensorForm::kJson;
};

/// In the order in which the request names them, all in the model's where it names none. kUsage for
/// one that is unknown, and for one in JSON whose type has none: before the model is asked.
Result<std::vector<ChosenOutput>> choose_outputs(const api::InferRequest& request,
                                                 const std::vector<worker::EnginePort>& ports);

}  // namespace joulemark::serve
