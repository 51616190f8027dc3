// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/engine.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <torch/csrc/api/include/torch/version.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <nlohmann/json.hpp>

#include "plugin_kit/affinity.h"
#include "plugin_kit/options.h"
#include "torch_kit/device.h"
#include "torch_kit/errors.h"
#include "torch_kit/heap.h"
#include "torch_kit/lowering/table.h"

namespace {

using namespace joulemark;
using torch_kit::Optimize;

Optimize read_optimize(plugin::Options& options, Optimize otherwise) {
  const std::string otherwise_text = torch_kit::to_string(otherwise);
  const std::string value =
      options.choice("optimize", {"none", "freeze", "onednn-prepack"}, otherwise_text.c_str());
  for (const Optimize each : {Optimize::kNone, Optimize::kFreeze})
    if (value == torch_kit::to_string(each)) return each;
  return Optimize::kOnednnPrepack;
}

/// The threads of one call; those that work between calls would disturb it.
void set_threads(const jm_open_params& params, const std::vector<std::int32_t>& affinity) {
  const plugin::WideAffinity wide(affinity);
  at::set_num_interop_threads(1);
  at::set_num_threads(params.threads);
  at::intraop_default_num_threads();
}

/// The file that a symbol of PyTorch comes from.
std::string library_path() {
  Dl_info info{};
  const auto* symbol = reinterpret_cast<const void*>(&at::show_config);
  return dladdr(symbol, &info) != 0 && info.dli_fname != nullptr ? info.dli_fname : "";
}

}  // namespace

jm_engine::jm_engine(const jm_open_params& params, const torch_kit::Flavour& own)
    : flavour(own),
      optimize(own.optimize),
      device(torch_kit::open_device(params.provider)),
      affinity(params.affinity, params.affinity + params.affinity_count) {
  if (params.threads < 1) plugin::fail(JM_INVALID_ARGUMENT, "a run needs at least 1 thread");
  plugin::Options options(params.options, params.option_count);
  optimize = read_optimize(options, own.optimize);
  memory_arena = options.choice("memory_arena", {"0", "1"}, "1") == "1";
  options.finish(own.name);
  if (optimize == Optimize::kOnednnPrepack && !device.is_cpu())
    plugin::fail(JM_INVALID_ARGUMENT,
                 "option 'optimize' cannot be 'onednn-prepack' with provider 'cuda'; oneDNN's "
                 "layouts are for the CPU");
  if (memory_arena) torch_kit::keep_freed_memory();
  set_threads(params, affinity);
  // The profiling executor keeps the activations of its first runs alive.
  ::torch::jit::getProfilingMode() = false;
  const nlohmann::json json = {{"version", TORCH_VERSION},
                               {"providers", torch_kit::providers()},
                               {"build", at::show_config()},
                               {"library", library_path()}};
  description = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

const char* jm_engine::operators() {
  operators_ = lowering::operators_json(torch_kit::table().list());
  return operators_.c_str();
}
