// SPDX-License-Identifier: Apache-2.0
#include "mxnet/saved/open_shape.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace joulemark::mx {
namespace {

constexpr std::int64_t kOpen = -1;

/// Their first result has the sizes of their first input.
constexpr std::array<std::string_view, 14> kKeepsSizes = {
    "BatchNorm",    "BatchNorm_v1",  "_copy",       "identity",    "Activation",
    "_plus_scalar", "_minus_scalar", "_mul_scalar", "_div_scalar", "_rminus_scalar",
    "cast",         "Cast",          "amp_cast",    "BlockGrad"};

/// One size, without the spaces around it.
std::optional<std::int64_t> size_of_text(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return std::nullopt;
  text = text.substr(begin, text.find_last_not_of(' ') - begin + 1);
  if (text == "None") return kOpen;
  std::int64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return size < 1 ? kOpen : size;
}

/// Channels first, which is what MXNet takes for granted.
std::optional<Ints> image_of(const SavedNode& convolution, const SymbolFile& file,
                             const SizesOf& sizes) {
  const std::string* layout = convolution.attribute("layout");
  if (layout != nullptr && layout->ends_with('C')) return std::nullopt;
  if (convolution.inputs.size() < 2) return std::nullopt;
  const auto weight = sizes(file.nodes[convolution.inputs[1].node].name);
  if (!weight || weight->size() < 3) return std::nullopt;
  const std::string* group = convolution.attribute("num_group");
  const auto groups = group == nullptr ? std::optional<std::int64_t>(1) : size_of_text(*group);
  constexpr std::int64_t kMostGroups = 1 << 20;
  if (!groups || *groups < 1 || *groups > kMostGroups) return std::nullopt;
  Ints dims(weight->size(), kOpen);
  dims[1] = (*weight)[1] * *groups;
  return dims;
}

}  // namespace

std::optional<Ints> shape_of_text(const std::string& text) {
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') return std::nullopt;
  std::string_view rest = std::string_view(text).substr(1, text.size() - 2);
  Ints dims;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const auto size = size_of_text(rest.substr(0, comma));
    if (!size) return std::nullopt;
    dims.push_back(*size);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (dims.empty()) return std::nullopt;
  return dims;
}

std::optional<Ints> open_shape(const SymbolFile& file, std::size_t variable, const SizesOf& sizes) {
  if (const std::string* told = file.nodes[variable].attribute("__shape__"))
    if (auto dims = shape_of_text(*told)) return dims;
  std::vector<SavedEntry> same{{variable, 0}};
  for (std::size_t i = variable + 1; i < file.nodes.size(); ++i) {
    const SavedNode& node = file.nodes[i];
    if (node.inputs.empty() || std::ranges::find(same, node.inputs[0]) == same.end()) continue;
    if (node.op == "Convolution") return image_of(node, file, sizes);
    if (std::ranges::find(kKeepsSizes, node.op) != kKeepsSizes.end()) same.push_back({i, 0});
  }
  return std::nullopt;
}

}  // namespace joulemark::mx
