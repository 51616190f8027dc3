// SPDX-License-Identifier: Apache-2.0
// Opening TensorFlow.
#include "tf_engine.h"

#include <nlohmann/json.hpp>

#include "lowering/table.h"
#include "plugin_kit/options.h"

namespace {

using namespace joulemark;
using tf::Layout;
using tf::WeightsOption;

std::optional<Layout> read_layout(plugin::Options& options) {
  const std::string value = options.choice("layout", {"auto", "nhwc", "nchw"}, "auto");
  if (value == "auto") return std::nullopt;
  return value == "nhwc" ? Layout::kChannelsLast : Layout::kChannelsFirst;
}

WeightsOption read_weights(plugin::Options& options) {
  const std::string value = options.choice("weights", {"auto", "constant", "variable"}, "auto");
  if (value == "auto") return WeightsOption::kAuto;
  return value == "constant" ? WeightsOption::kConstant : WeightsOption::kVariable;
}

tf::Settings read_settings(const jm_open_params& params) {
  if (params.threads < 1) plugin::fail(JM_INVALID_ARGUMENT, "a run needs at least 1 thread");
  if (std::string(params.provider) != "cpu")
    plugin::fail(JM_UNSUPPORTED, "engine 'tensorflow' has no provider '" +
                                     std::string(params.provider) + "'; use cpu");
  plugin::Options options(params.options, params.option_count);
  tf::Settings settings;
  settings.threads = params.threads;
  settings.affinity.assign(params.affinity, params.affinity + params.affinity_count);
  settings.layout = read_layout(options);
  settings.weights = read_weights(options);
  settings.optimizer =
      options.choice("optimize", {"0", "1"}, "1") == "1" ? tf::Optimizer::kOn : tf::Optimizer::kOff;
  settings.signature = options.text("signature", "serving_default");
  options.finish("tensorflow");
  if (settings.optimizer == tf::Optimizer::kOff && settings.layout == Layout::kChannelsLast)
    plugin::fail(JM_INVALID_ARGUMENT,
                 "option 'layout' cannot be 'nhwc' with 'optimize' 0; it is the optimiser that "
                 "converts to it");
  return settings;
}

}  // namespace

jm_engine::jm_engine(const jm_open_params& params)
    : settings(read_settings(params)), library(tf::open_library(params.library_dir)) {
  const nlohmann::json json = {
      {"version", library.version}, {"library", library.path}, {"providers", {"cpu"}}};
  description = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

const char* jm_engine::operators() {
  operators_ = lowering::operators_json(tf::table().list());
  return operators_.c_str();
}
