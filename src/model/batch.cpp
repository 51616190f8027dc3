// SPDX-License-Identifier: Apache-2.0
// A batch is claimed only where a dimension holds it.
#include "model/batch.h"

#include <fmt/format.h>

#include <string>

#include "model/input_role.h"

namespace joulemark::model {
namespace {

tl::unexpected<Error> refuse(std::int64_t batch, const std::string& why) {
  return fail(ErrorKind::kUsage, fmt::format("batch {} was asked for, but {}", batch, why));
}

std::string symbol_at(const Port& port, std::size_t axis) {
  return port.dims && axis < port.dims->size() ? (*port.dims)[axis].symbol : std::string();
}

/// "N" is a batch in front, and elsewhere often a number of columns.
bool is_named_batch(const Port& port, std::size_t axis) {
  const std::string symbol = symbol_at(port, axis);
  return lower_case(symbol).find("batch") != std::string::npos ||
         (axis == 0 && is_batch_symbol(symbol));
}

/// Inputs whose first dimension is the batch whatever its name.
bool first_is_batch(const Port& port) {
  const InputRole role = role_of(port);
  const std::size_t rank = port.dims ? port.dims->size() : 0;
  return role == InputRole::kImage || (role == InputRole::kTokenIds && rank == 2);
}

bool takes_batch(const Port& port, const std::vector<std::int64_t>& dims, std::int64_t batch) {
  if (!dims.empty() && dims[0] == batch) return true;
  for (std::size_t axis = 1; axis < dims.size(); ++axis) {
    if (is_batch_symbol(symbol_at(port, axis)) && dims[axis] == batch) return true;
  }
  return false;
}

const char* remedy(InputOrigin origin) {
  return origin == InputOrigin::kGiven ? ", or give inputs of the batch asked for"
                                       : ", or leave that dimension to --batch with -1 in --shape";
}

/// Each dimension that the model itself calls a batch.
Status check_named(const Port& port, const std::vector<std::int64_t>& dims, std::int64_t batch,
                   InputOrigin origin) {
  for (std::size_t axis = 0; axis < dims.size(); ++axis) {
    if (!is_named_batch(port, axis) || dims[axis] == batch) continue;
    return refuse(batch,
                  fmt::format("input '{}' has {} in its dimension '{}'; use batch {}{}", port.name,
                              dims[axis], symbol_at(port, axis), dims[axis], remedy(origin)));
  }
  return {};
}

/// The input to blame where no input has the batch; null where batch 1 stands for one call.
const Port* find_culprit(const std::vector<Port>& ports, const InputDims& dims,
                         std::int64_t batch) {
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (!dims[i].empty() && (batch > 1 || first_is_batch(ports[i]))) return &ports[i];
  }
  return nullptr;
}

}  // namespace

Status check_batch(const std::vector<Port>& ports, const InputDims& dims, std::int64_t batch,
                   InputOrigin origin) {
  bool taken = false;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (auto named = check_named(ports[i], dims[i], batch, origin); !named) return named;
    taken = taken || takes_batch(ports[i], dims[i], batch);
  }
  if (taken) return {};
  const Port* culprit = find_culprit(ports, dims, batch);
  if (culprit == nullptr && batch == 1) return {};
  if (culprit == nullptr) {
    return refuse(batch, ports.empty() ? "the model has no inputs; use batch 1"
                                       : "no input has a batch dimension; use batch 1");
  }
  const std::int64_t first = dims[static_cast<std::size_t>(culprit - ports.data())][0];
  return refuse(batch, fmt::format("input '{}' has its first dimension at {}; use batch {}{}",
                                   culprit->name, first, first,
                                   origin == InputOrigin::kGiven
                                       ? remedy(origin)
                                       : ", or export the model with a dynamic first dimension"));
}

std::optional<std::int64_t> rows_of_a_call(const std::vector<Port>& ports, const InputDims& dims) {
  std::optional<std::int64_t> rows;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (dims[i].size() < 2) continue;
    if (is_sequence_symbol(symbol_at(ports[i], 0))) return std::nullopt;
    if (rows && *rows != dims[i][0]) return std::nullopt;
    rows = dims[i][0];
  }
  return rows && *rows > 1 ? rows : std::nullopt;
}

}  // namespace joulemark::model
