// SPDX-License-Identifier: Apache-2.0
// Workers as processes: the only file pair of this layer that forks, execs, waits and kills.
#pragma once

#include <filesystem>
#include <memory>

#include "run/worker_runner.h"

namespace joulemark::run {

/// Starts every worker in its own process group, on one end of a socketpair, with /dev/null as
/// stdin, stdout and stderr captured, and no other descriptor of ours. The kernel kills it when the
/// thread that started it dies, so a worker never outlives us; start workers from a thread that
/// lives as long as they do. What a worker starts is found by a mark in its environment: it is
/// killed when the worker is over, and by its guardian when we die. This process becomes the parent
/// of what loses its own (PR_SET_CHILD_SUBREAPER).
class ProcessWorkerRunner final : public WorkerRunner {
 public:
  /// `program` is what an empty WorkerCommand::program stands for; see default_worker_program().
  explicit ProcessWorkerRunner(std::filesystem::path program);
  Result<std::unique_ptr<WorkerProcess>> start(const WorkerCommand& command) override;

 private:
  std::filesystem::path program_;
};

/// The program of that name beside our own executable.
std::filesystem::path program_beside(const char* name);

/// $JOULEMARK_WORKER, or joulemark-worker beside our own executable.
std::filesystem::path default_worker_program();

}  // namespace joulemark::run
