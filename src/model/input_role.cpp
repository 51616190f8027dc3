// SPDX-License-Identifier: Apache-2.0
// The names that exporters use.
#include "model/input_role.h"

#include <algorithm>

namespace joulemark::model {
namespace {

bool contains(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

bool is_integer(jm_dtype dtype) {
  const ElementKind kind = dtype_info(dtype).kind;
  return kind == ElementKind::kSigned || kind == ElementKind::kUnsigned;
}

InputRole role_of_integer(std::string_view name) {
  if (contains(name, "token_type") || contains(name, "segment")) return InputRole::kTokenTypes;
  if (contains(name, "position")) return InputRole::kPositions;
  if (name == "sr" || contains(name, "sample_rate") || contains(name, "sampling_rate")) {
    return InputRole::kSampleRate;
  }
  if (contains(name, "input_ids") || contains(name, "token") || name == "ids" ||
      name.ends_with("_ids")) {
    return InputRole::kTokenIds;
  }
  return InputRole::kOther;
}

/// Four dimensions of which one can be channels: second (NCHW) or last (NHWC).
bool looks_like_image(const Port& port) {
  if (!port.dims || port.dims->size() != 4) return false;
  const auto can_be_channels = [](const Dim& dim) {
    return dim.value == -1 || dim.value == 1 || dim.value == 3 || dim.value == 4;
  };
  return can_be_channels((*port.dims)[1]) || can_be_channels((*port.dims)[3]);
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

InputRole role_of(const Port& port) {
  const std::string name = lower_case(port.name);
  if (contains(name, "mask")) return InputRole::kAttentionMask;
  if (is_integer(port.dtype) && port.dtype != JM_UINT8) return role_of_integer(name);
  const bool pixels = port.dtype == JM_UINT8 || dtype_info(port.dtype).kind == ElementKind::kFloat;
  // Caches of decoders have four dimensions too.
  if (pixels && looks_like_image(port) && !contains(name, "past")) return InputRole::kImage;
  return InputRole::kOther;
}

bool is_batch_symbol(std::string_view symbol) {
  const std::string name = lower_case(symbol);
  return contains(name, "batch") || name == "n" || name == "b" || name == "bs";
}

bool is_sequence_symbol(std::string_view symbol) {
  const std::string name = lower_case(symbol);
  return contains(name, "seq") || contains(name, "token") || contains(name, "time") ||
         contains(name, "length") || name == "t" || name == "s" || name == "l";
}

}  // namespace joulemark::model
