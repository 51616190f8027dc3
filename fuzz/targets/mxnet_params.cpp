// SPDX-License-Identifier: Apache-2.0
// MXNet's .params files. What is read must lie inside of the bytes.
#include "model/mxnet_params.h"

#include <cstdlib>
#include <string_view>

#include "model/testing/params_bytes.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto arrays = joulemark::model::parse_mxnet_params(bytes);
  if (!arrays) return 0;
  for (const auto& array : *arrays)
    if (array.data.data() < bytes.data() ||
        array.data.data() + array.data.size() > bytes.data() + bytes.size())
      std::abort();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using namespace joulemark::testing;  // NOLINT(google-build-using-namespace)
  const std::string floats = params_array({2, 3}, 0, std::string(24, 'x'));
  const std::string number = params_array({}, 4, "xxxx", 0xF993FACA);
  const std::string first = number_bytes(std::uint32_t{1}) + number_bytes(std::uint32_t{2}) +
                            number_bytes(std::int64_t{1}) + number_bytes(std::int32_t{0}) +
                            std::string(8, 'x');
  return {params_bytes({floats}, {"arg:w"}), params_bytes({floats, number}, {"arg:w", "aux:n"}),
          params_bytes({first}, {"arg:old"})};
}
