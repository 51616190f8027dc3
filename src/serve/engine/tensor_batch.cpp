// SPDX-License-Identifier: Apache-2.0
#include "serve/engine/tensor_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <span>
#include <utility>

#include "serve/engine/joining.h"

namespace joulemark::serve {
namespace {

using Tensors = std::vector<model::HostTensor>;

Ending ending_of(const worker::Failure& failure) {
  const bool is_clients = failure.status == JM_INVALID_ARGUMENT || failure.status == JM_UNSUPPORTED;
  return is_clients ? Ending::kUnfit : Ending::kFailed;
}

/// A job's rows; one that has none counts as one.
std::int64_t units_of(const TensorJob& job) {
  return std::max<std::int64_t>(rows_of(job), 1);
}

worker::Outcome<Tensors> call_model(worker::EngineModel& model, Tensors inputs) {
  try {
    if (auto bound = model.bind(std::move(inputs)); !bound) return worker::fail(bound.error());
    if (auto ran = model.run(); !ran) return worker::fail(ran.error());
    return model.results();
  } catch (const std::exception& error) {
    return worker::fail(JM_OUT_OF_MEMORY,
                        fmt::format("the server could not go on: {}", error.what()));
  }
}

/// Whether every output has as many rows as went in; else which has not.
std::string odd_output(const Tensors& outputs, std::int64_t rows) {
  for (const model::HostTensor& output : outputs)
    if (output.dims.empty() || output.dims.front() != rows)
      return fmt::format("output '{}' has not the rows of the inputs", output.name);
  return {};
}

worker::Outcome<Tensors> join_inputs(const std::vector<TensorJob>& jobs) {
  Tensors inputs;
  for (std::size_t port = 0; port < jobs.front().inputs.size(); ++port) {
    std::vector<const model::HostTensor*> parts;
    for (const TensorJob& job : jobs) parts.push_back(&job.inputs[port]);
    auto joined = join_rows(parts);
    if (!joined) return worker::failed(joined.error());
    inputs.push_back(*std::move(joined));
  }
  return inputs;
}

worker::Outcome<std::vector<Tensors>> split_outputs(const Tensors& outputs,
                                                    const std::vector<TensorJob>& jobs) {
  std::vector<Tensors> parts;
  std::int64_t first = 0;
  for (const TensorJob& job : jobs) {
    Tensors part;
    for (const model::HostTensor& output : outputs) {
      auto cut = cut_rows(output, first, rows_of(job));
      if (!cut) return worker::failed(cut.error());
      part.push_back(*std::move(cut));
    }
    first += rows_of(job);
    parts.push_back(std::move(part));
  }
  return parts;
}

/// What one call took.
class Call {
 public:
  Call(std::span<const TensorJob> jobs, const BatchRun& run) : run_(run) {
    all_.begin = run.clock.now();
    all_.batch = static_cast<std::int32_t>(jobs.size());
    all_.batch_number = ++run.batches;
    all_.arrived = jobs.front().timing.arrived;
    for (const TensorJob& job : jobs) all_.units += units_of(job);
    all_.batch_units = all_.units;
  }
  void stop() {
    all_.end = run_.clock.now();
    all_.engine_time = all_.end - all_.begin;
    run_.ended(all_);
  }
  /// This job's part of it.
  [[nodiscard]] Served of(const TensorJob& job) const {
    Served served = all_;
    served.arrived = job.timing.arrived;
    served.units = units_of(job);
    const double share = static_cast<double>(served.units) / static_cast<double>(all_.units);
    served.engine_time = static_cast<Nanoseconds>(static_cast<double>(all_.engine_time) * share);
    return served;
  }

 private:
  const BatchRun& run_;
  Served all_;
};

void run_alone(const TensorJob& job, const BatchRun& run) {
  Call call(std::span(&job, 1), run);
  auto outputs = call_model(run.model, job.inputs);
  call.stop();
  Outcome outcome{.served = call.of(job)};
  if (outputs) return job.finish(outcome, *std::move(outputs));
  outcome.ending = ending_of(outputs.error());
  outcome.message = outputs.error().message;
  job.finish(outcome, {});
}

/// Whether all jobs have got their outputs; `obstacle` is set where they never can so.
bool run_joined(const std::vector<TensorJob>& jobs, const BatchRun& run, std::string& obstacle) {
  auto inputs = join_inputs(jobs);
  if (!inputs) return false;
  Call call(jobs, run);
  const auto outputs = call_model(run.model, *std::move(inputs));
  call.stop();
  if (!outputs) return false;
  std::int64_t rows = 0;
  for (const TensorJob& job : jobs) rows += rows_of(job);
  obstacle = odd_output(*outputs, rows);
  if (!obstacle.empty()) return false;
  auto parts = split_outputs(*outputs, jobs);
  if (!parts) return false;
  for (std::size_t i = 0; i < jobs.size(); ++i)
    jobs[i].finish({.served = call.of(jobs[i])}, std::move((*parts)[i]));
  return true;
}

}  // namespace

std::string run_tensor_batch(const std::vector<TensorJob>& jobs, const BatchRun& run) {
  std::string obstacle;
  if (jobs.size() > 1 && run_joined(jobs, run, obstacle)) return {};
  for (const TensorJob& job : jobs) run_alone(job, run);
  return obstacle;
}

}  // namespace joulemark::serve
