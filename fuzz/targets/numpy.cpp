// SPDX-License-Identifier: Apache-2.0
// .npy and .npz files: the first byte chooses.
#include <string_view>

#include "model/npy.h"
#include "model/testing/npz_bytes.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'y') {
    (void)joulemark::model::parse_npy(bytes);
  } else {
    (void)joulemark::model::parse_npz(bytes);
  }
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using namespace joulemark::testing;  // NOLINT(google-build-using-namespace)
  const std::string floats = npy_bytes("<f4", "(2, 3)", std::string(24, 'x'));
  const std::string turned = npy_bytes(">i2", "(2, 3)", std::string(12, 'x'), "True");
  const std::string text =
      npy_bytes("<U2", "(2,)", std::string("a\0\0\0b\0\0\0c\0\0\0\0\0\0\0", 16));
  return {"y" + floats, "y" + turned, "y" + text, "z" + zip_bytes({{"a.npy", floats}}),
          "z" + zip_bytes({{"a.npy", floats, ZipEntry::kDeflated}, {"b.npy", text}})};
}
