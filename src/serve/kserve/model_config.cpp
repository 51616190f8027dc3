// SPDX-License-Identifier: Apache-2.0
#include "serve/kserve/model_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "api/json/members.h"
#include "api/kserve/datatype.h"

namespace joulemark::serve {
namespace {

using Ports = std::vector<worker::EnginePort>;

/// The protocol and Triton's configuration name one type differently.
std::string data_type(jm_dtype dtype) {
  if (dtype == JM_STRING) return "TYPE_STRING";
  const std::string_view name = api::kserve_datatype(dtype);
  return name.empty() ? "TYPE_INVALID" : fmt::format("TYPE_{}", name);
}

/// Without a dimension that clients do not choose in every tensor there is no batch to leave out.
bool has_rows(const Ports& ports) {
  return std::ranges::all_of(ports, [](const worker::EnginePort& port) {
    return port.has_dims && !port.dims.empty() && port.dims.front() == -1;
  });
}

void append_ports(std::string& out, const Ports& ports, std::size_t left_out) {
  api::append_list(out, ports, [&](const worker::EnginePort& port) {
    const auto from = port.dims.begin() + static_cast<std::ptrdiff_t>(left_out);
    api::JsonMembers members(out);
    members.text("name", port.name);
    members.text("data_type", data_type(port.dtype));
    members.name("dims") +=
        port.has_dims ? fmt::format("[{}]", fmt::join(from, port.dims.end(), ",")) : "[-1]";
  });
}

void append_config(std::string& out, const ServedModel& model, const BatchRule& rule) {
  const bool is_batched =
      Joining(model).obstacle().empty() && has_rows(model.inputs) && has_rows(model.outputs);
  const std::size_t left_out = is_batched ? 1 : 0;
  api::JsonMembers members(out);
  members.text("name", model.name);
  members.text("platform", model.engine);
  members.text("backend", model.engine);
  members.name("version_policy") += R"({"latest":{"num_versions":1}})";
  members.name("max_batch_size") += std::to_string(is_batched ? rule.max_rows : 0);
  append_ports(members.name("input"), model.inputs, left_out);
  append_ports(members.name("output"), model.outputs, left_out);
  if (is_batched && rule.max_rows > 1)
    members.name("dynamic_batching") +=
        fmt::format(R"({{"preferred_batch_size":[{}],"max_queue_delay_microseconds":{}}})",
                    rule.max_rows, rule.max_delay / 1000);
}

}  // namespace

std::string model_config(const ServedModel& model, const BatchRule& rule) {
  std::string out;
  append_config(out, model, rule);
  return out;
}

}  // namespace joulemark::serve
