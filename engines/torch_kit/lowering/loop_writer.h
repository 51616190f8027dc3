// SPDX-License-Identifier: Apache-2.0
// A prim::Loop: values carried from iteration to iteration, and values collected from all of them.
#pragma once

#include <functional>
#include <vector>

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit {

/// Use: carry() and collect() as often as needed, begin(), write the body at block() and end it
/// with end_body(), then, at the place behind the loop, finish().
class LoopWriter {
 public:
  /// At most `limit` (int) iterations, none when `go` (bool) is false.
  LoopWriter(OpCall& call, JitValue* limit, JitValue* go);

  /// What may be taken for known of a carried value in the body.
  enum class Carried {
    kAsStarted,  ///< every iteration leaves it the type and the rank that it has at the start
    kChanging,
  };
  /// One more carried value with this start.
  void carry(Operand& start, Carried carried = Carried::kAsStarted);
  /// Where an output stacks what the iterations give.
  struct Stacking {
    std::int64_t axis = 0;  ///< of the result
    bool last_first = false;
  };
  /// One more output that is stacked from all iterations. Where there are none, it has the sizes
  /// of an element that the model fixes, and 0 for the others.
  void collect(Stacking stacking);

  /// Puts the loop at the present place.
  void begin();

  [[nodiscard]] tj::Block* block() const { return block_; }
  [[nodiscard]] Operand iteration() const;
  /// Holds in every iteration: a body does not run without it.
  [[nodiscard]] Operand condition();
  [[nodiscard]] Operand carried(std::size_t i) const { return carried_in_[i]; }

  /// Ends the body with (condition, carried…, collected…), written as `within` sees them.
  void end_body(OpCall& within, std::vector<Operand> results);

  /// Carried values, then stacked outputs.
  std::vector<Operand> finish();

  /// Writes loops by `write`, which does all from carry() to end_body(), until what it was told of
  /// the `carried` values holds; the results of the last one.
  using Write = std::function<void(LoopWriter& loop, const std::vector<Carried>& told)>;
  static std::vector<Operand> write_until_known(OpCall& call, JitValue* limit, JitValue* go,
                                                std::size_t carried, const Write& write);

 private:
  struct Collected {
    Stacking stacking;
    JitValue* inside;             ///< the list, in the body
    JitValue* element = nullptr;  ///< what an iteration adds
    jm_dtype dtype = JM_UNDEFINED;
  };
  void end_carried(OpCall& within, std::vector<Operand>& results);
  bool keeps(std::size_t i);
  std::vector<std::size_t> changed();
  Operand stacked(const Collected& collected, JitValue* list);
  JitValue* stack_or_nothing(const Collected& collected, JitValue* list, const at::Tensor& element);

  OpCall& call_;
  tj::Node* node_;
  tj::Block* block_;
  JitValue* iteration_;
  std::vector<Carried> carrying_;
  std::vector<Operand> carried_in_;
  std::vector<JitValue*> carried_out_;
  std::vector<Collected> collected_;
};

}  // namespace joulemark::torch_kit
