// SPDX-License-Identifier: Apache-2.0
// Elements by role: token ids that exist in any vocabulary, masks that hide nothing, noise
// elsewhere.
#include "model/generate.h"

#include <fmt/format.h>

#include "base/random.h"
#include "model/input_role.h"

namespace joulemark::model {
namespace {

/// FNV-1a, so that an input's elements depend on its name and not on its place.
std::uint64_t stream_of(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

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

void fill_other(HostTensor& tensor, Random& random) {
  constexpr std::uint64_t kSmallInteger = 10;
  switch (dtype_info(tensor.dtype).kind) {
    case ElementKind::kBool:
      return fill(tensor, [&](std::size_t) { return static_cast<double>(random.below(2)); });
    case ElementKind::kString:
      return fill_strings(tensor, random);
    case ElementKind::kSigned:
    case ElementKind::kUnsigned:
      return fill(tensor,
                  [&](std::size_t) { return static_cast<double>(random.below(kSmallInteger)); });
    default:
      return fill(tensor, [&](std::size_t) { return random.normal(); });
  }
}

void fill_by_role(HostTensor& tensor, InputRole role, Random& random) {
  constexpr std::uint64_t kTokens = 999;  // [1, 1000): in every vocabulary, and not the padding
  constexpr double kSampleRateHz = 16000;
  const std::size_t row = tensor.dims.empty() ? 1 : static_cast<std::size_t>(tensor.dims.back());
  switch (role) {
    case InputRole::kTokenIds:
      return fill(tensor,
                  [&](std::size_t) { return 1 + static_cast<double>(random.below(kTokens)); });
    case InputRole::kAttentionMask:
      return fill(tensor, [](std::size_t) { return 1.0; });
    case InputRole::kTokenTypes:
      return fill(tensor, [](std::size_t) { return 0.0; });
    case InputRole::kPositions:
      return fill(tensor, [&](std::size_t i) { return static_cast<double>(i % row); });
    case InputRole::kSampleRate:
      return fill(tensor, [](std::size_t) { return kSampleRateHz; });
    case InputRole::kImage:
      return fill(tensor, [&](std::size_t) {
        return tensor.dtype == JM_UINT8 ? static_cast<double>(random.below(256)) : random.uniform();
      });
    case InputRole::kOther:
      return fill_other(tensor, random);
  }
}

}  // namespace

Result<std::vector<HostTensor>> generate_inputs(const std::vector<Port>& ports,
                                                const GenerateOptions& options) {
  auto shapes = resolve_shapes(ports, options);
  if (!shapes) return fail(shapes.error());
  std::vector<HostTensor> tensors;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (dtype_info(ports[i].dtype).dtype == JM_UNDEFINED) {
      return fail(ErrorKind::kUnsupported,
                  fmt::format("the element type of input '{}' is unknown", ports[i].name));
    }
    auto tensor = make_tensor(ports[i].name, ports[i].dtype, std::move((*shapes)[i]));
    if (!tensor) return fail(tensor.error());
    Random random(options.seed, stream_of(ports[i].name));
    const InputRole role = tensor->dtype == JM_STRING ? InputRole::kOther : role_of(ports[i]);
    fill_by_role(*tensor, role, random);
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

}  // namespace joulemark::model
