// SPDX-License-Identifier: Apache-2.0
#include "run/worker_command.h"

namespace joulemark::run {

WorkerCommand worker_command(const EngineInstall& install, const std::vector<int>& cpus) {
  WorkerCommand command{.program = {}, .arguments = {}, .environment = {}, .cpus = cpus};
  if (install.worker.empty()) return command;
  command.program = install.worker.front();
  command.arguments.assign(install.worker.begin() + 1, install.worker.end());
  return command;
}

}  // namespace joulemark::run
