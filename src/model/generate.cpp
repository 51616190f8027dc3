// SPDX-License-Identifier: Apache-2.0
// Elements by role: token ids that exist in the vocabulary, masks that hide nothing, noise
// elsewhere.
#include "model/generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/fnv.h"
#include "base/random.h"
#include "model/input_role.h"

namespace joulemark::model {
namespace {

template <class Next>
void fill(HostTensor& tensor, Next next) {
  const bool is_complex = dtype_info(tensor.dtype).kind == ElementKind::kComplex;
  const std::size_t count = *element_count(tensor.dims) * (is_complex ? 2 : 1);
  for (std::size_t i = 0; i < count; ++i) {
    set_element(tensor.dtype, tensor.data.data(), i, next(i));
  }
}

void fill_strings(HostTensor& tensor, Random& random) {
  static constexpr const char* kWords[] = {"the",   "energy", "of",    "one",   "answer",
                                           "is",    "joules", "per",   "model", "watt",
                                           "power", "time",   "second"};
  for (std::string& text : tensor.strings) text = kWords[random.below(std::size(kWords))];
}

/// The generated integers: below `most`, and below what a table of the model has rows for.
std::uint64_t bounded(std::uint64_t most, const Port& port) {
  const auto limit = static_cast<std::uint64_t>(std::max<std::int64_t>(
      port.index_limit.value_or(std::numeric_limits<std::int64_t>::max()), 1));
  return std::min(most, limit);
}

void fill_other(HostTensor& tensor, const Port& port, Random& random) {
  constexpr std::uint64_t kSmallInteger = 10;
  switch (dtype_info(tensor.dtype).kind) {
    case ElementKind::kBool:
      return fill(tensor, [&](std::size_t) { return static_cast<double>(random.below(2)); });
    case ElementKind::kString:
      return fill_strings(tensor, random);
    case ElementKind::kSigned:
    case ElementKind::kUnsigned:
      return fill(tensor, [&, below = bounded(kSmallInteger, port)](std::size_t) {
        return static_cast<double>(random.below(below));
      });
    default:
      return fill(tensor, [&](std::size_t) { return random.normal(); });
  }
}

/// [1, 1000): in every vocabulary but the smallest, and not the padding, which is 0.
void fill_tokens(HostTensor& tensor, const Port& port, Random& random) {
  constexpr std::uint64_t kTokens = 1000;
  const std::uint64_t below = bounded(kTokens, port);
  const std::uint64_t first = below > 1 ? 1 : 0;
  fill(tensor,
       [&](std::size_t) { return static_cast<double>(first + random.below(below - first)); });
}

void fill_by_role(HostTensor& tensor, const Port& port, Random& random) {
  constexpr double kSampleRateHz = 16000;
  const std::size_t row = tensor.dims.empty() ? 1 : static_cast<std::size_t>(tensor.dims.back());
  switch (tensor.dtype == JM_STRING ? InputRole::kOther : role_of(port)) {
    case InputRole::kTokenIds:
      return fill_tokens(tensor, port, random);
    case InputRole::kAttentionMask:
      return fill(tensor, [](std::size_t) { return 1.0; });
    case InputRole::kTokenTypes:
      return fill(tensor, [](std::size_t) { return 0.0; });
    case InputRole::kPositions:
      return fill(tensor, [&, below = bounded(row, port)](std::size_t i) {
        return static_cast<double>(i % row % below);
      });
    case InputRole::kSampleRate:
      return fill(tensor, [](std::size_t) { return kSampleRateHz; });
    case InputRole::kImage:
      return fill(tensor, [&](std::size_t) {
        return tensor.dtype == JM_UINT8 ? static_cast<double>(random.below(256)) : random.uniform();
      });
    case InputRole::kOther:
      return fill_other(tensor, port, random);
  }
}

/// Of an input without a type but with a shape that the user gives: float32.
Result<jm_dtype> type_of(const Port& port, const GenerateOptions& options) {
  if (dtype_info(port.dtype).dtype != JM_UNDEFINED) return port.dtype;
  if (options.shapes.contains(port.name)) return JM_FLOAT32;
  return fail(ErrorKind::kUnsupported,
              fmt::format("the element type of input '{}' is unknown", port.name));
}

}  // namespace

Result<std::vector<HostTensor>> generate_inputs(const std::vector<Port>& ports,
                                                const GenerateOptions& options) {
  auto shapes = resolve_shapes(ports, options);
  if (!shapes) return fail(shapes.error());
  std::vector<HostTensor> tensors;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto dtype = type_of(ports[i], options);
    if (!dtype) return fail(dtype.error());
    auto tensor = make_tensor(ports[i].name, *dtype, std::move((*shapes)[i]));
    if (!tensor) return fail(tensor.error());
    Random random(options.seed, fnv1a(ports[i].name));
    fill_by_role(*tensor, ports[i], random);
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

}  // namespace joulemark::model
