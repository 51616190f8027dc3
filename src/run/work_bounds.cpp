// SPDX-License-Identifier: Apache-2.0
#include "run/work_bounds.h"

#include <algorithm>
#include <cstdint>

#include "checkpoint/decoder_work.h"
#include "host/machine.h"
#include "model/inputs.h"
#include "model/onnx_reader.h"
#include "run/worker_client.h"
#include "run/worker_command.h"

namespace joulemark::run {
namespace {

/// Fewer take less than a microsecond anywhere.
constexpr double kFewFlops = 1e6;
/// Buffers are so much larger than the caches, and never smaller or larger than these.
constexpr double kTimesTheCaches = 4;
constexpr double kLeastBuffer = 256.0 * (1 << 20);
constexpr double kLargestBuffer = 4096.0 * (1 << 20);

using InputShapes = std::map<std::string, std::vector<std::int64_t>>;

/// Empty where the inputs cannot be made; then the trial fails and says so itself.
InputShapes shapes_of(const std::vector<model::Port>& ports, const ModelSpec& spec,
                      const Experiment& experiment, int batch) {
  const model::InputsSource source{spec.inputs, experiment.seed, spec.shapes};
  const auto tensors = model::make_inputs(ports, source, batch);
  InputShapes shapes;
  for (std::size_t i = 0; tensors && i < tensors->size() && i < ports.size(); ++i)
    shapes[ports[i].name] = (*tensors)[i].dims;
  return shapes;
}

/// Half a second, on a machine that does nothing else.
constexpr Nanoseconds kLookNs = 20 * kNanosecondsPerSecond;

Reply<MachineCeilings> ask_ceilings(const TrialWorld& world) {
  const double cache = static_cast<double>(host::last_cache_bytes(world.root).value_or(0));
  const double buffer = std::clamp(kTimesTheCaches * cache, kLeastBuffer, kLargestBuffer);
  auto process = world.workers.start(worker_command({}));
  if (!process)
    return tl::unexpected<Failure>(Failure{.reason = process.error().message, .not_started = true});
  WorkerClient client(
      *std::move(process),
      {.clock = world.clock, .stop = world.stop, .deadline = world.clock.now() + kLookNs});
  if (auto hello = client.hello(); !hello) return tl::unexpected<Failure>(hello.error());
  const auto ceilings = client.ceilings(static_cast<std::int64_t>(buffer));
  if (!ceilings) return tl::unexpected<Failure>(ceilings.error());
  client.quit();
  return MachineCeilings{ceilings->flops_per_s, ceilings->bytes_per_s, cache};
}

}  // namespace

MachineCeilings find_ceilings(const TrialWorld& world) {
  const auto ceilings = ask_ceilings(world);
  if (ceilings) return *ceilings;
  if (!ceilings.error().interrupted)
    world.progress.warning({.code = "ceilings",
                            .message = "what this machine can do at the most is not known: " +
                                       ceilings.error().reason});
  return {};
}

const model::LeastWork& LeastWorkOfModels::of(std::size_t model, int batch) {
  const std::pair key{model, batch};
  const auto known = known_.find(key);
  return known != known_.end() ? known->second : known_[key] = read(model, batch);
}

std::string LeastWorkOfModels::path_where(
    std::size_t model, const std::function<bool(const std::string&)>& fits) const {
  for (const std::string& engine : experiment_.factors.engine)
    if (std::string path = files_.path(model, engine); fits(path)) return path;
  return "";
}

model::LeastWork LeastWorkOfModels::read(std::size_t model, int batch) const {
  const std::string path =
      path_where(model, [](const std::string& file) { return file.ends_with(".onnx"); });
  if (path.empty()) return read_checkpoint(model);
  const auto graph = model::read_onnx_model(path);
  if (!graph) return {};
  // Of a language model, products whose rows nobody knows have one: a token's.
  if (prompts_.contains(model)) return model::least_work(*graph, {});
  const ModelSpec& spec = experiment_.models[model];
  return model::least_work(*graph, shapes_of(graph->graph.inputs, spec, experiment_, batch));
}

model::LeastWork LeastWorkOfModels::read_checkpoint(std::size_t model) const {
  if (!prompts_.contains(model)) return {};
  const std::string path = path_where(model, checkpoint::is_checkpoint);
  if (path.empty()) return {};
  const auto decoder = checkpoint::read_decoder(path);
  if (!decoder) return {};
  return checkpoint::least_work(*decoder).value_or(model::LeastWork{});
}

bool LeastWorkOfModels::are_worth_a_look() {
  for (std::size_t model = 0; model < experiment_.models.size(); ++model)
    for (const int batch : experiment_.factors.batch)
      if (of(model, batch).flops >= kFewFlops) return true;
  return false;
}

WorkBounds bounds_of(const model::LeastWork& work, const MachineCeilings& ceilings) {
  return {.flops = work.flops,
          .head_flops = work.last_flops,
          .weights = work.weights,
          .weight_bytes = work.weight_bytes,
          .peak_flops_per_s = ceilings.flops_per_s,
          .peak_bytes_per_s = ceilings.bytes_per_s,
          .cache_bytes = ceilings.cache_bytes};
}

}  // namespace joulemark::run
