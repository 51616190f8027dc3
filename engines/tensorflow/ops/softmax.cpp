// SPDX-License-Identifier: Apache-2.0
#include "tensorflow/ops/softmax.h"

namespace joulemark::tf::ops {

Value softmax_of_rows(OpCall& call, Value x) {
  const Type type = call.graph.type(x);
  if (type == kBfloat16) return call.cast(call.op("Softmax", {call.cast(x, kFloat)}), type);
  if (type != kHalf) return call.op("Softmax", {x});
  const Value last = call.ints({-1}, kInt32);
  const auto over_rows = [&](const char* op, Value of) {
    return call.op(op, {of, last}, {{"keep_dims", true}});
  };
  const Value powers = call.op("Exp", {call.op("Sub", {x, over_rows("Max", x)})});
  // A sum of many small numbers would stand still in float16.
  const Value sums = call.cast(over_rows("Sum", call.cast(powers, kFloat)), kHalf);
  return call.op("RealDiv", {powers, sums});
}

}  // namespace joulemark::tf::ops
