// SPDX-License-Identifier: Apache-2.0
// The arrays of a .params file, in the layouts that MXNet has written since its beginning. The file
// is untrusted: every size is checked against the bytes that there are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "joulemark/engine_abi.h"

namespace joulemark::model {

/// Elements lie one behind the other in the byte order of the file, which is this machine's; they
/// need not be aligned.
struct MxnetArray {
  std::string name;  ///< without "arg:" or "aux:" in front
  jm_dtype dtype = JM_UNDEFINED;
  std::vector<std::int64_t> dims;
  std::string_view data;  ///< of the bytes that were given
};

/// In the file's order. kUnsupported for sparse arrays and element types that are none of ours;
/// kFailed, with what is wrong and where, for everything else: bytes that are no such file, that
/// end too early, arrays without names, two of one name.
Result<std::vector<MxnetArray>> parse_mxnet_params(std::string_view bytes);

}  // namespace joulemark::model
