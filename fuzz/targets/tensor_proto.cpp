// SPDX-License-Identifier: Apache-2.0
// Test data files; what can be read must survive being written and compared.
#include "model/tensor_proto.h"

#include <cstdlib>
#include <string_view>

#include "model/compare.h"
#include "target.h"

namespace model = joulemark::model;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto tensor = model::parse_tensor_proto({reinterpret_cast<const char*>(data), size}, "");
  if (!tensor) return 0;
  const auto again = model::parse_tensor_proto(model::serialize_tensor_proto(*tensor), "");
  if (!again || again->data != tensor->data || again->strings != tensor->strings) std::abort();
  if (!model::compare(*again, *tensor, {}).agrees) std::abort();
  (void)model::agreement_tolerance(*tensor);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> seeds;
  for (int number = 1; number <= JM_INT2; ++number) {
    auto tensor = *model::make_tensor("t", static_cast<jm_dtype>(number), {2, 3});
    for (std::string& text : tensor.strings) text = "word";
    seeds.push_back(model::serialize_tensor_proto(tensor));
  }
  // float_data, packed; int32_data, one by one.
  seeds.emplace_back("\x08\x02\x10\x01\x22\x08\0\0\x80\x3f\0\0\0\x40", 14);
  seeds.emplace_back("\x08\x02\x10\x06\x28\x07\x28\xff\x01", 9);
  return seeds;
}
