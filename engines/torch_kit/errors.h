// SPDX-License-Identifier: Apache-2.0
// What PyTorch's exceptions say, without what is not for users.
#pragma once

#include <exception>
#include <string>

namespace joulemark::torch_kit {

/// The message on one line, without the C++ backtrace that PyTorch appends.
std::string brief(const std::exception& error);

/// Where and why a run failed.
struct Explanation {
  std::string where;  ///< the ONNX node or the line of TorchScript, as the interpreter tells; or ""
  std::string why;
};
Explanation explain(const std::exception& error);

}  // namespace joulemark::torch_kit
