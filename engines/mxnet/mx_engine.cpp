// SPDX-License-Identifier: Apache-2.0
// Opening MXNet.
#include "mx_engine.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "lowering/table.h"
#include "plugin_kit/affinity.h"
#include "plugin_kit/options.h"

namespace {

using namespace joulemark;

std::optional<int> read_epoch(plugin::Options& options) {
  const std::string text = options.text("epoch", "");
  if (text.empty()) return std::nullopt;
  int epoch = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch);
  if (error != std::errc() || end != text.data() + text.size() || epoch < 0)
    plugin::fail(JM_INVALID_ARGUMENT, "option 'epoch' is '" + text + "', which is no number");
  return epoch;
}

mx::Settings read_settings(const jm_open_params& params) {
  if (params.threads < 1) plugin::fail(JM_INVALID_ARGUMENT, "a run needs at least 1 thread");
  if (std::string(params.provider) != "cpu")
    plugin::fail(JM_UNSUPPORTED,
                 "engine 'mxnet' has no provider '" + std::string(params.provider) + "'; use cpu");
  plugin::Options options(params.options, params.option_count);
  mx::Settings settings;
  settings.threads = params.threads;
  settings.affinity.assign(params.affinity, params.affinity + params.affinity_count);
  settings.fusion =
      options.choice("fusion", {"0", "1"}, "1") == "1" ? mx::Fusion::kOn : mx::Fusion::kOff;
  settings.epoch = read_epoch(options);
  options.finish("mxnet");
  return settings;
}

/// Its threads start when it is opened, and inherit the CPUs of this one.
mx::Library open_library(const jm_open_params& params, const mx::Settings& settings) {
  const plugin::WideAffinity wide(settings.affinity);
  return mx::open_library(params.library_dir, settings.threads);
}

}  // namespace

jm_engine::jm_engine(const jm_open_params& params)
    : settings(read_settings(params)), library(open_library(params, settings)) {
  const nlohmann::json json = {
      {"version", library.version}, {"library", library.path}, {"providers", {"cpu"}}};
  description = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

const char* jm_engine::operators() {
  operators_ = lowering::operators_json(mx::table().list());
  return operators_.c_str();
}
