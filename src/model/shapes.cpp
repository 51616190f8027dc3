// SPDX-License-Identifier: Apache-2.0
// Numbers for the dimensions that a model leaves open.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/suggest.h"
#include "model/batch.h"
#include "model/generate.h"
#include "model/input_role.h"

namespace joulemark::model {
namespace {

using Shapes = std::map<std::string, std::vector<std::int64_t>>;
/// Values of symbolic dimensions that given shapes decide.
using Symbols = std::map<std::string, std::int64_t>;

/// A dimension that nothing names, of a model that is no text model.
constexpr std::int64_t kSmallDim = 16;

/// What holds for every input of one model.
struct Context {
  std::int64_t batch;
  bool text;  ///< some input holds token ids
  Symbols symbols;
};

std::string format_port(const Port& port) {
  if (!port.dims) return "unknown";
  std::vector<std::string> parts;
  for (const Dim& dim : *port.dims) {
    parts.push_back(dim.value >= 0 ? std::to_string(dim.value)
                                   : (dim.symbol.empty() ? "?" : dim.symbol));
  }
  return fmt::format("[{}]", fmt::join(parts, ", "));
}

tl::unexpected<Error> misfit(const Port& port, const std::vector<std::int64_t>& shape,
                             const std::string& why) {
  return fail(ErrorKind::kUsage,
              fmt::format("shape {} does not fit input '{}' of shape {}: {}", format_dims(shape),
                          port.name, format_port(port), why));
}

Status check_given(const Port& port, const std::vector<std::int64_t>& shape) {
  const auto bad = std::ranges::find_if(shape, [](std::int64_t dim) { return dim < -1; });
  if (bad != shape.end()) return misfit(port, shape, fmt::format("{} is no size", *bad));
  if (!port.dims) {
    const bool open = std::ranges::find(shape, -1) != shape.end();
    return open ? misfit(port, shape, "the model does not say its rank, so -1 has no meaning")
                : Status{};
  }
  if (shape.size() != port.dims->size()) {
    return misfit(
        port, shape,
        fmt::format("it has {} dimensions, the model has {}", shape.size(), port.dims->size()));
  }
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const std::int64_t fixed = (*port.dims)[axis].value;
    if (shape[axis] >= 0 && fixed >= 0 && shape[axis] != fixed) {
      return misfit(port, shape, fmt::format("dimension {} is fixed at {}", axis, fixed));
    }
  }
  return {};
}

Status check_names(const std::vector<Port>& ports, const Shapes& shapes) {
  std::vector<std::string> names;
  for (const Port& port : ports) names.push_back(port.name);
  for (const auto& [name, shape] : shapes) {
    if (std::ranges::find(names, name) != names.end()) continue;
    return fail(ErrorKind::kUsage,
                fmt::format("a shape is given for input '{}', which the model does not have{}; its "
                            "inputs are {}",
                            name, did_you_mean(name, names), fmt::join(names, ", ")));
  }
  return {};
}

/// Collects what given shapes say of symbols; two shapes that disagree are an error.
Result<Symbols> bind_symbols(const std::vector<Port>& ports, const Shapes& shapes) {
  Symbols symbols;
  for (const Port& port : ports) {
    const auto given = shapes.find(port.name);
    if (given == shapes.end()) continue;
    if (auto checked = check_given(port, given->second); !checked) return fail(checked.error());
    for (std::size_t axis = 0; port.dims && axis < given->second.size(); ++axis) {
      const std::string& symbol = (*port.dims)[axis].symbol;
      const std::int64_t value = given->second[axis];
      if (symbol.empty() || value < 0) continue;
      const auto [known, added] = symbols.emplace(symbol, value);
      if (!added && known->second != value) {
        return misfit(port, given->second,
                      fmt::format("another input gives {} = {}", symbol, known->second));
      }
    }
  }
  return symbols;
}

std::int64_t image_dim(const Port& port, std::size_t axis) {
  const std::vector<Dim>& dims = *port.dims;
  const std::int64_t second = dims[1].value;
  const std::int64_t last = dims[3].value;
  const bool channels_last = (last == 1 || last == 3 || last == 4) && second != 1 && second != 3;
  return axis == (channels_last ? 3u : 1u) ? 3 : kDefaultImageSide;
}

std::int64_t open_dim(const Port& port, std::size_t axis, const Context& context) {
  const std::string symbol = lower_case((*port.dims)[axis].symbol);
  const auto known = context.symbols.find((*port.dims)[axis].symbol);
  if (!symbol.empty() && known != context.symbols.end()) return known->second;
  const std::int64_t sequence = context.text ? kDefaultSequence : kSmallDim;
  const bool past = symbol.find("past") != std::string::npos;
  const bool total = symbol.find('+') != std::string::npos || symbol.find("total") == 0;
  if (is_batch_symbol(symbol)) return context.batch;
  // A decoder that has seen nothing yet: what "past + new" comes to is the new tokens alone.
  if (past && !total) return 0;
  if (is_sequence_symbol(symbol)) return sequence;
  if (axis == 0) return context.batch;
  if (symbol.find("height") != std::string::npos || symbol.find("width") != std::string::npos) {
    return kDefaultImageSide;
  }
  if (symbol.find("channel") != std::string::npos) return 3;
  if (role_of(port) == InputRole::kImage) return image_dim(port, axis);
  return context.text ? sequence : kSmallDim;
}

Result<std::vector<std::int64_t>> resolve_port(const Port& port, const Shapes& shapes,
                                               const Context& context) {
  if (port.kind != ValueKind::kTensor) {
    return fail(ErrorKind::kUnsupported,
                fmt::format("input '{}' is a {}; only tensors are supported", port.name,
                            to_string(port.kind)));
  }
  const auto given = shapes.find(port.name);
  if (!port.dims) {
    if (given != shapes.end()) return given->second;
    return fail(ErrorKind::kUsage,
                fmt::format("the model does not say the shape of input '{}'; give one with "
                            "--shape '{}=…'",
                            port.name, port.name));
  }
  std::vector<std::int64_t> dims;
  for (std::size_t axis = 0; axis < port.dims->size(); ++axis) {
    std::int64_t dim = given == shapes.end() ? -1 : given->second[axis];
    if (dim < 0) dim = (*port.dims)[axis].value;
    dims.push_back(dim >= 0 ? dim : open_dim(port, axis, context));
  }
  return dims;
}

}  // namespace

Result<std::vector<std::vector<std::int64_t>>> resolve_shapes(const std::vector<Port>& ports,
                                                              const GenerateOptions& options) {
  if (auto checked = check_names(ports, options.shapes); !checked) return fail(checked.error());
  auto symbols = bind_symbols(ports, options.shapes);
  if (!symbols) return fail(symbols.error());
  const Context context{
      .batch = std::max<std::int64_t>(options.batch, 1),
      .text = std::ranges::any_of(
          ports, [](const Port& port) { return role_of(port) == InputRole::kTokenIds; }),
      .symbols = std::move(*symbols)};
  std::vector<std::vector<std::int64_t>> resolved;
  for (const Port& port : ports) {
    auto dims = resolve_port(port, options.shapes, context);
    if (!dims) return fail(dims.error());
    if (const auto size = byte_size(port.dtype, *dims); !size) {
      return fail(ErrorKind::kUsage, fmt::format("input '{}' cannot be generated: {}", port.name,
                                                 size.error().message));
    }
    resolved.push_back(std::move(*dims));
  }
  if (options.batch > 0) {
    if (auto checked = check_batch(ports, resolved, options.batch, InputOrigin::kGenerated);
        !checked) {
      return fail(checked.error());
    }
  }
  return resolved;
}

}  // namespace joulemark::model
