// SPDX-License-Identifier: Apache-2.0
// A symbol that runs again and again over bound inputs.
#pragma once

#include <string>
#include <vector>

#include "arrays.h"
#include "fused_graph.h"
#include "lowering/lower.h"

namespace joulemark::mx {

/// Whether MXNet's oneDNN backend may make one node of several.
enum class Fusion { kOff, kOn };

/// Inputs of fixed sizes, memory planned once. MXNet computes on threads of its own, which `run`
/// waits for.
class RunningSymbol {
 public:
  /// `inputs`: one tensor for each of lowered.inputs. Throws plugin::Failure.
  RunningSymbol(const Api& api, Lowered lowered, Fusion fusion);
  ~RunningSymbol();
  RunningSymbol(const RunningSymbol&) = delete;
  RunningSymbol& operator=(const RunningSymbol&) = delete;

  /// Takes the place of what was bound before; of the sizes that it was lowered for.
  void bind(std::vector<OwnedArray> inputs);

  /// Whether the symbol was written for elements of inputs, and so for these alone.
  [[nodiscard]] bool reads_inputs() const { return !lowered_.read_inputs.empty(); }

  /// The timed call: one MXInvokeCachedOp and the wait for every output. Throws plugin::Failure.
  void run();

  /// Of the last run, in the model's order. Written over by the next one.
  [[nodiscard]] const std::vector<NdArray*>& outputs() const { return outputs_; }
  [[nodiscard]] const FusedGraph& graph() const { return graph_; }
  [[nodiscard]] const std::string& precision() const { return lowered_.precision; }

 private:
  void fuse();
  void order_inputs();
  void compile();
  void drop_outputs();

  const Api& api_;
  Lowered lowered_;
  FusedGraph graph_;
  CachedOp* op_ = nullptr;
  std::vector<OwnedArray> bound_;
  /// What the call is given, in the symbol's order: constants, and for bound inputs their places.
  std::vector<NdArray*> arguments_;
  std::vector<std::ptrdiff_t> places_;  ///< in `bound_`; -1 for a constant
  std::vector<NdArray*> outputs_;
};

}  // namespace joulemark::mx
