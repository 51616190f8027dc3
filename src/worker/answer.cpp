// SPDX-License-Identifier: Apache-2.0
// Outputs as TensorProto files.
#include "worker/answer.h"

#include <fmt/format.h>

#include <system_error>

#include "model/compare_outputs.h"
#include "model/inputs.h"
#include "model/tensor_proto.h"

namespace joulemark::worker {

Outcome<void> write_answer(const std::filesystem::path& folder,
                           const std::vector<model::HostTensor>& outputs) {
  if (outputs.empty())
    return fail(JM_INVALID_MODEL, "the model has no outputs: nothing shows what it computes");
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return fail(JM_FAILED, fmt::format("cannot create '{}': {}", folder.string(), error.message()));
  }
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const auto written =
        model::write_tensor_proto(folder / fmt::format("output_{}.pb", k), outputs[k]);
    if (!written) return failed(written.error());
  }
  return {};
}

Outcome<model::Difference> compare_answer(const std::vector<model::HostTensor>& outputs,
                                          const std::filesystem::path& folder,
                                          const std::string& precision) {
  auto reference = model::read_test_tensors(folder, "output");
  if (!reference) return failed(reference.error());
  if (reference->empty()) {
    return fail(JM_FAILED, fmt::format("reference '{}' has no output_0.pb", folder.string()));
  }
  return model::compare_outputs(outputs, *std::move(reference), precision);
}

}  // namespace joulemark::worker
