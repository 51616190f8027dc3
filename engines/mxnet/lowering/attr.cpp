// SPDX-License-Identifier: Apache-2.0
#include "mxnet/lowering/attr.h"

#include <cstdio>

namespace joulemark::mx {

std::string tuple_text(const Ints& values) {
  std::string text = "(";
  for (const std::int64_t value : values) text += std::to_string(value) + ",";
  if (values.size() > 1) text.pop_back();
  return text + ")";
}

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

}  // namespace joulemark::mx
