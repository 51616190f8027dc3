// SPDX-License-Identifier: Apache-2.0
// Eager execution: the graph as a flat list of calls to PyTorch's dispatcher.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "torch_kit/plan_lifetimes.h"

namespace joulemark::torch_kit {

/// A compiled graph with its registers: one thread at a time. A value is handed over at its last
/// use, so that its memory is free for what comes next, as in a program written by hand.
class Plan {
 public:
  /// Throws plugin::Failure (JM_UNSUPPORTED) for a node that no list of calls can express.
  explicit Plan(std::shared_ptr<tj::Graph> graph);

  /// Throws what PyTorch throws; position() then says where. The plan stays usable.
  std::vector<c10::IValue> run(const std::vector<c10::IValue>& inputs);

  /// The node of the model that ran last: "ONNX node 'conv1' (Conv)".
  [[nodiscard]] std::string position() const;
  [[nodiscard]] std::size_t call_count() const { return handles_.size() + operations_.size(); }

 private:
  /// In an input operand: the register's value is handed over, not copied.
  static constexpr std::uint32_t kMove = 1U << 31U;
  enum class Kind : std::uint8_t { kDispatch, kOperation, kList, kUnpack, kIf, kLoop };
  /// Its operands stand in operands_ from `first` on: inputs, outputs, registers to clear.
  struct Step {
    Kind kind;
    std::uint32_t inputs;
    std::uint32_t outputs;
    std::uint32_t cleared;
    std::uint32_t first;
    std::uint32_t index;  ///< into the table of the kind
  };
  struct Block {
    std::vector<Step> steps;
    std::vector<const tj::Node*> nodes;  ///< of each step
    std::vector<std::uint32_t> inputs;
    std::vector<std::uint32_t> outputs;
    std::vector<std::uint32_t> own;  ///< registers that end with the block
  };

  std::uint32_t register_of(const tj::Value* value);
  void add_block(tj::Block* block, Block& out);
  void add_node(tj::Node* node, Block& out);
  void add_constant(const tj::Node* node);
  void choose_kind(tj::Node* node, Step& step, std::vector<std::uint32_t>& cleared);
  std::vector<std::uint32_t> inputs_of(tj::Node* node);

  void execute(const Block& block);
  void execute(const Step& step);
  c10::IValue take(std::uint32_t operand);
  void call(const Step& step, const std::uint32_t* in, const std::uint32_t* out);
  void make_list(const Step& step);
  void unpack_list(const Step& step);
  void branch(const Step& step, const std::uint32_t* in, const std::uint32_t* out);
  void loop(const Step& step, const std::uint32_t* in, const std::uint32_t* out);
  void clear_all();

  std::shared_ptr<tj::Graph> graph_;      ///< keeps nodes and constants alive
  std::unique_ptr<Lifetimes> lifetimes_;  ///< while the plan is built
  std::unordered_map<const tj::Value*, std::uint32_t> registers_of_;
  std::vector<c10::IValue> registers_;
  std::vector<bool> fixed_;  ///< holds a constant
  std::vector<std::uint32_t> operands_;
  std::vector<std::uint32_t> inputs_;
  std::vector<std::uint32_t> outputs_;
  std::vector<c10::OperatorHandle> handles_;
  std::vector<tj::Operation> operations_;
  std::vector<c10::TypePtr> list_types_;
  std::vector<std::vector<Block>> blocks_;
  Block root_;
  tj::Stack stack_;
  const tj::Node* at_ = nullptr;
};

}  // namespace joulemark::torch_kit
