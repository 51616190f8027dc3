// SPDX-License-Identifier: Apache-2.0
#include "lowering_kit/window.h"

#include <algorithm>

namespace joulemark::lowering {
namespace {

AutoPad auto_pad_of(const NodeCall& call) {
  const std::string text = call.text("auto_pad", "NOTSET");
  if (text == "NOTSET" || text.empty()) return AutoPad::kExplicit;
  if (text == "SAME_UPPER") return AutoPad::kSameUpper;
  if (text == "SAME_LOWER") return AutoPad::kSameLower;
  if (text != "VALID") call.invalid("auto_pad '" + text + "' is none of ONNX's");
  return AutoPad::kValid;
}

Ints positive(const NodeCall& call, const char* name, std::size_t axes) {
  Ints values = call.integers(name, Ints(axes, 1));
  if (values.empty()) values.assign(axes, 1);
  const bool fits = values.size() == axes &&
                    std::ranges::all_of(values, [](std::int64_t value) { return value > 0; });
  if (!fits) call.invalid(std::string(name) + " must be a positive number for every spatial axis");
  return values;
}

}  // namespace

Window read_window(const NodeCall& call, std::size_t axes) {
  Window window;
  window.auto_pad = auto_pad_of(call);
  window.strides = positive(call, "strides", axes);
  window.dilations = positive(call, "dilations", axes);
  Ints pads(2 * axes, 0);
  if (window.auto_pad == AutoPad::kExplicit) pads = call.integers("pads", pads);
  if (pads.empty()) pads.assign(2 * axes, 0);
  if (pads.size() != 2 * axes) call.invalid("pads must be two numbers for every spatial axis");
  const auto middle = pads.begin() + static_cast<std::ptrdiff_t>(axes);
  window.begin.assign(pads.begin(), middle);
  window.end.assign(middle, pads.end());
  return window;
}

}  // namespace joulemark::lowering
