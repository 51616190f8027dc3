// SPDX-License-Identifier: Apache-2.0
// `joulemark engines --build ENGINE`: compiles an engine for another version of its library.
#pragma once

#include <string>

#include "base/error.h"
#include "engine/discovery.h"

namespace joulemark::cli {

struct EngineBuild {
  std::string engine;  ///< as `--engine` takes it: "torch", "torch@2.8"
  std::string root;    ///< folder of the library; "": where the engine would be found
  std::string source;  ///< Joulemark's source tree; "": the one that this program was built in
};

/// Compiles the engine's implementation with cmake and ninja and puts it into the cache, where the
/// engine's plugin looks for it; nothing is compiled where the engine can be opened already. kUsage
/// for an engine that is not compiled for versions, kMachine for what this machine lacks, kFailed
/// when the build fails, with the end of its log.
Result<int> build_engine(const EngineBuild& request, engine::SearchPath path);

}  // namespace joulemark::cli
