// SPDX-License-Identifier: Apache-2.0
// A model to be written in another format.
#pragma once

#include <string>

namespace joulemark::run {

struct ExportRequest {
  std::string model;   ///< the file that is read
  std::string format;  ///< of the engine's own: "torchscript"
  std::string path;    ///< the file that is written
};

}  // namespace joulemark::run
