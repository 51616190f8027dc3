// SPDX-License-Identifier: Apache-2.0
#include "serve/kserve/tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "api/kserve/datatype.h"
#include "model/dtype.h"

namespace joulemark::serve {
namespace {

using model::HostTensor;
using worker::EnginePort;

tl::unexpected<Error> unfit(std::string message) {
  return fail(ErrorKind::kUsage, std::move(message));
}

std::optional<std::size_t> place_of(std::string_view name, const std::vector<EnginePort>& ports) {
  const auto port = std::find_if(ports.begin(), ports.end(),
                                 [&](const EnginePort& each) { return each.name == name; });
  if (port == ports.end()) return std::nullopt;
  return static_cast<std::size_t>(port - ports.begin());
}

std::string names_of(const std::vector<EnginePort>& ports) {
  std::string names;
  for (const EnginePort& port : ports)
    names += fmt::format("{}'{}'", names.empty() ? "" : ", ", port.name);
  return names;
}

bool fits(const std::vector<std::int64_t>& dims, const EnginePort& port) {
  return !port.has_dims || std::equal(dims.begin(), dims.end(), port.dims.begin(), port.dims.end(),
                                      [](std::int64_t dim, std::int64_t wanted) {
                                        return wanted < 0 || dim == wanted;
                                      });
}

Status check(const HostTensor& tensor, const EnginePort& port) {
  if (port.dtype != JM_UNDEFINED && tensor.dtype != port.dtype)
    return unfit(fmt::format("input '{}' is {}, the model wants {}", port.name,
                             api::kserve_datatype(tensor.dtype), api::kserve_datatype(port.dtype)));
  if (!fits(tensor.dims, port))
    return unfit(fmt::format("input '{}' has the shape {}, the model wants {}", port.name,
                             model::format_dims(tensor.dims), model::format_dims(port.dims)));
  return {};
}

Status check_form(const EnginePort& port, api::TensorForm form) {
  const bool has_form = form == api::TensorForm::kBinary || port.dtype == JM_UNDEFINED ||
                        api::kserve_has_json(port.dtype);
  if (has_form) return {};
  return unfit(
      fmt::format("output '{}' is {}, which JSON has no numbers for: ask for it with the "
                  "parameter \"binary_data\": true",
                  port.name, api::kserve_datatype(port.dtype)));
}

}  // namespace

Result<std::vector<HostTensor>> arrange_inputs(std::vector<HostTensor> given,
                                               const std::vector<EnginePort>& ports) {
  std::vector<HostTensor> inputs(ports.size());
  std::vector<bool> is_there(ports.size());
  for (HostTensor& tensor : given) {
    const auto place = place_of(tensor.name, ports);
    if (!place)
      return unfit(
          fmt::format("the model has no input '{}'; it has {}", tensor.name, names_of(ports)));
    if (is_there[*place]) return unfit(fmt::format("input '{}' is there twice", tensor.name));
    if (auto checked = check(tensor, ports[*place]); !checked) return fail(checked.error());
    is_there[*place] = true;
    inputs[*place] = std::move(tensor);
  }
  const auto missing = std::find(is_there.begin(), is_there.end(), false);
  if (missing == is_there.end()) return inputs;
  const auto place = static_cast<std::size_t>(missing - is_there.begin());
  return unfit(fmt::format("input '{}' is missing", ports[place].name));
}

Result<std::vector<ChosenOutput>> choose_outputs(const api::InferRequest& request,
                                                 const std::vector<EnginePort>& ports) {
  std::vector<ChosenOutput> chosen;
  for (const api::RequestedOutput& output : request.outputs) {
    const auto place = place_of(output.name, ports);
    if (!place)
      return unfit(
          fmt::format("the model has no output '{}'; it has {}", output.name, names_of(ports)));
    const auto is_same = [&](const ChosenOutput& other) { return other.place == *place; };
    if (std::any_of(chosen.begin(), chosen.end(), is_same))
      return unfit(fmt::format("output '{}' is asked for twice", output.name));
    chosen.push_back({*place, output.form.value_or(request.output_form)});
  }
  if (request.outputs.empty())
    for (std::size_t i = 0; i < ports.size(); ++i) chosen.push_back({i, request.output_form});
  for (const ChosenOutput& output : chosen)
    if (auto checked = check_form(ports[output.place], output.form); !checked)
      return fail(checked.error());
  return chosen;
}

}  // namespace joulemark::serve
