// SPDX-License-Identifier: Apache-2.0
// From a source's name to tensors that fit the model's inputs.
#include "worker/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "model/generate.h"
#include "model/npy.h"
#include "model/tensor_proto.h"

namespace joulemark::worker {
namespace {

using model::HostTensor;
using model::Port;

template <class T>
std::string names_of(const std::vector<T>& items) {
  std::vector<std::string> names;
  for (const T& item : items) names.push_back("'" + item.name + "'");
  return fmt::format("{}", fmt::join(names, ", "));
}

Outcome<std::vector<HostTensor>> read_source(const std::string& source) {
  const std::filesystem::path path(source);
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    auto tensors = read_test_tensors(path, "input");
    if (tensors && tensors->empty()) {
      return fail(JM_INVALID_ARGUMENT, fmt::format("inputs '{}' has no input_0.pb", source));
    }
    return tensors;
  }
  if (path.extension() == ".npz") {
    auto tensors = model::read_npz(path);
    if (!tensors) return failed(tensors.error());
    return std::move(*tensors);
  }
  if (path.extension() == ".npy") {
    auto tensor = model::read_npy(path);
    if (!tensor) return failed(tensor.error());
    std::vector<HostTensor> tensors;
    tensors.push_back(std::move(*tensor));
    return tensors;
  }
  return fail(JM_INVALID_ARGUMENT,
              fmt::format("inputs '{}' are neither 'generated', an .npz, an .npy nor a folder with "
                          "input_0.pb",
                          source));
}

/// A port whose fixed dimensions and type are the tensor's.
Outcome<void> check_fit(const HostTensor& tensor, const Port& port) {
  if (port.dtype != JM_UNDEFINED && port.dtype != tensor.dtype) {
    return fail(JM_INVALID_ARGUMENT,
                fmt::format("input '{}' is given as {}, the model wants {}; convert it", port.name,
                            model::dtype_name(tensor.dtype), model::dtype_name(port.dtype)));
  }
  if (!port.dims) return {};
  std::vector<std::int64_t> wanted;
  for (const model::Dim& dim : *port.dims) wanted.push_back(dim.value);
  bool fits = wanted.size() == tensor.dims.size();
  for (std::size_t i = 0; fits && i < wanted.size(); ++i) {
    fits = wanted[i] < 0 || wanted[i] == tensor.dims[i];
  }
  if (fits) return {};
  return fail(JM_INVALID_ARGUMENT,
              fmt::format("input '{}' is given with shape {}, the model wants {}", port.name,
                          model::format_dims(tensor.dims), model::format_dims(wanted)));
}

/// Given inputs cannot be repeated into another batch, so they must have the one asked for.
Outcome<void> check_batch(const std::vector<HostTensor>& tensors, const InputsRequest& request) {
  if (request.batch <= 1 || tensors.empty()) return {};
  const bool taken = std::ranges::any_of(tensors, [&](const HostTensor& tensor) {
    return !tensor.dims.empty() && tensor.dims[0] == request.batch;
  });
  if (taken) return {};
  return fail(
      JM_INVALID_ARGUMENT,
      fmt::format("batch {} was asked for, but the first dimension of input '{}' in '{}' is "
                  "{}; give inputs of that batch, or use generated ones",
                  request.batch, tensors[0].name, request.source,
                  tensors[0].dims.empty() ? 1 : tensors[0].dims[0]));
}

Outcome<std::vector<HostTensor>> generate(const std::vector<Port>& ports,
                                          const InputsRequest& request) {
  auto tensors = model::generate_inputs(
      ports, {.seed = request.seed, .batch = request.batch, .shapes = request.shapes});
  if (!tensors) return failed(tensors.error());
  return std::move(*tensors);
}

}  // namespace

std::vector<Port> merge_ports(const std::vector<EnginePort>& engine_ports,
                              const std::optional<model::OnnxSummary>& summary) {
  std::vector<Port> ports;
  for (const EnginePort& engine_port : engine_ports) {
    Port port;
    port.name = engine_port.name;
    port.dtype = engine_port.dtype;
    if (engine_port.has_dims) {
      port.dims.emplace();
      for (const std::int64_t dim : engine_port.dims) port.dims->push_back({dim, ""});
    }
    if (summary) {
      const auto declared = std::ranges::find(summary->all_inputs, port.name, &Port::name);
      if (declared != summary->all_inputs.end()) port = *declared;
    }
    ports.push_back(std::move(port));
  }
  return ports;
}

Outcome<std::vector<HostTensor>> make_inputs(const std::vector<Port>& ports,
                                             const InputsRequest& request) {
  if (request.source == "generated") return generate(ports, request);
  if (!request.shapes.empty()) {
    return fail(JM_INVALID_ARGUMENT, "shapes can only be given for generated inputs");
  }
  auto tensors = read_source(request.source);
  if (!tensors) return tensors;
  auto arranged = arrange(std::move(*tensors), ports);
  if (!arranged) return arranged;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (auto fits = check_fit((*arranged)[i], ports[i]); !fits) return fail(fits.error());
  }
  if (auto batch = check_batch(*arranged, request); !batch) return fail(batch.error());
  return arranged;
}

Outcome<std::vector<HostTensor>> read_test_tensors(const std::filesystem::path& folder,
                                                   const std::string& prefix) {
  std::vector<HostTensor> tensors;
  for (std::size_t k = 0;; ++k) {
    const auto path = folder / fmt::format("{}_{}.pb", prefix, k);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return tensors;
    auto tensor = model::read_tensor_proto(path);
    if (!tensor) return failed(tensor.error());
    tensors.push_back(std::move(*tensor));
  }
}

Outcome<std::vector<HostTensor>> arrange(std::vector<HostTensor> tensors,
                                         const std::vector<Port>& ports) {
  std::vector<HostTensor> arranged;
  for (const Port& port : ports) {
    const auto found = std::ranges::find(tensors, port.name, &HostTensor::name);
    if (found == tensors.end()) break;
    arranged.push_back(*found);
  }
  if (arranged.size() == ports.size()) return arranged;
  if (tensors.size() != ports.size()) {
    return fail(JM_INVALID_ARGUMENT, fmt::format("the inputs given are {}, the model wants {}",
                                                 names_of(tensors), names_of(ports)));
  }
  for (std::size_t i = 0; i < ports.size(); ++i) tensors[i].name = ports[i].name;
  return tensors;
}

}  // namespace joulemark::worker
