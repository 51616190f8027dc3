// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/ops/grouped.h"

#include "torch_kit/cached_attention.h"

namespace joulemark::torch_kit::ops {
namespace {

/// A shape function cannot know what lies in the buffers; these are their own shapes.
void declare_results(OpCall& call, const std::vector<JitValue*>& results) {
  const std::size_t kBuffers[] = {kPastKey, kPastValue};
  for (std::size_t i = 0; i < 2; ++i)
    if (const Fact* known = call.graph.fact(call.tensor(kBuffers[i])))
      call.graph.set_fact(results[i + 1], *known);
  const Fact* query = call.graph.fact(call.tensor(kQuery));
  if (call.has(kKey) && query != nullptr)
    call.graph.set_fact(results[0], *query);
  else
    call.graph.declare(results[0], call.type(kQuery), 3);
}

c10::IValue window_of(OpCall& call) {
  const std::int64_t window = call.integer("local_window_size", -1);
  return window > 0 ? window : std::int64_t{0};
}

}  // namespace

bool writes_in_place(OpCall& call) {
  return call.graph.caches() == Caches::kInPlace && call.has(kPastKey) &&
         call.real("softcap", 0) == 0;
}

void attend_in_place(OpCall& call) {
  register_cached_attention();
  const bool rotates = call.integer("do_rotary", 0) != 0;
  const auto table = [&](std::size_t i) {
    return rotates ? tj::NamedValue(call.tensor(i)) : tj::NamedValue(c10::IValue());
  };
  const double scale = call.real("scale", 0);
  const auto results = call.graph.call_all(
      kCachedAttention,
      {call.tensor(kQuery), call.tensor_or_none(kKey), call.tensor_or_none(kValue),
       call.tensor(kPastKey), call.tensor(kPastValue), call.tensor(kLast), call.tensor(kTotal),
       table(kCosines), table(kSines), call.tensor_or_none(kPositions), call.tensor_or_none(kBias),
       call.integer("num_heads", 0), call.integer("kv_num_heads", 0),
       scale == 0 ? c10::IValue() : c10::IValue(scale), window_of(call),
       call.integer("rotary_interleaved", 0) != 0});
  declare_results(call, results);
  for (std::size_t i = 0; i < results.size(); ++i) call.result(results[i], i);
}

}  // namespace joulemark::torch_kit::ops
