// SPDX-License-Identifier: Apache-2.0
// Attributes of MXNet's operators, which are all texts.
#pragma once

#include <string>
#include <vector>

#include "lowering_kit/node_call.h"

namespace joulemark::mx {

using lowering::Ints;

/// "(2,3)", "(2,)", "()".
std::string tuple_text(const Ints& values);

/// With as many digits as tell a double from all others.
std::string number_text(double value);

struct Attr {
  Attr(const char* key, std::int64_t number) : name(key), value(std::to_string(number)) {}
  Attr(const char* key, int number) : name(key), value(std::to_string(number)) {}
  Attr(const char* key, bool flag) : name(key), value(flag ? "True" : "False") {}
  Attr(const char* key, double number) : name(key), value(number_text(number)) {}
  Attr(const char* key, const char* text) : name(key), value(text) {}
  Attr(const char* key, std::string text) : name(key), value(std::move(text)) {}
  Attr(const char* key, const Ints& list) : name(key), value(tuple_text(list)) {}

  const char* name;
  std::string value;
};
using Attrs = std::vector<Attr>;

}  // namespace joulemark::mx
