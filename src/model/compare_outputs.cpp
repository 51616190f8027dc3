// SPDX-License-Identifier: Apache-2.0
#include "model/compare_outputs.h"

#include <fmt/format.h>

#include "model/dtype.h"

namespace joulemark::model {

Difference compare_outputs(const std::vector<HostTensor>& got, std::vector<HostTensor> want,
                           const std::string& precision) {
  if (want.size() != got.size())
    return disagreement(fmt::format("got {} outputs, want {}", got.size(), want.size()),
                        "not_comparable");
  const jm_dtype arithmetic = dtype_from_name(precision).value_or(JM_UNDEFINED);
  Difference difference;
  for (std::size_t k = 0; k < got.size(); ++k) {
    want[k].name = got[k].name;
    difference =
        worse(difference, compare(got[k], want[k], agreement_tolerance(want[k], arithmetic)));
  }
  return difference;
}

double near_tie(const std::string& precision) {
  return precision == "f32" || precision == "f64" ? 2e-3 : 0.25;
}

}  // namespace joulemark::model
