// SPDX-License-Identifier: Apache-2.0
// The table from (operator, opset range) to ATen calls. It is the documentation of coverage too.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit {

inline constexpr std::string_view kOnnx;  ///< ONNX's own domain
inline constexpr std::string_view kMicrosoft = "com.microsoft";

/// What an entry is given.
enum class Types {
  kAsTheyAre,
  kWidened,  ///< unsigned integers without arithmetic in PyTorch come as signed ones
};

/// One operator over a range of opset versions of its domain.
struct Entry {
  std::string_view name;
  std::int64_t since;
  void (*lower)(OpCall&);  ///< writes the calls and gives every output that is wanted
  Types types = Types::kAsTheyAre;
  std::string_view domain = kOnnx;
  std::int64_t until = std::numeric_limits<std::int64_t>::max();  ///< last version
};

/// One family, one file of ops/.
using Family = std::span<const Entry> (*)();

/// All families, in the order in which they are listed.
std::span<const Family> families();

/// The entry for a node; null when there is none.
const Entry* find_entry(std::string_view domain, std::string_view name, std::int64_t opset);

/// Why find_entry found nothing: an unknown operator, or one of another opset.
std::string why_no_entry(std::string_view domain, std::string_view name, std::int64_t opset);

}  // namespace joulemark::torch_kit
