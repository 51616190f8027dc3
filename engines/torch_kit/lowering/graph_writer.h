// SPDX-License-Identifier: Apache-2.0
// Writes typed ATen calls into a TorchScript graph, and knows of every value what can be known
// before the model runs.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/ir/named_value.h>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace joulemark::torch_kit {

namespace tj = ::torch::jit;
using JitValue = tj::Value;
using Args = std::vector<tj::NamedValue>;
using Ints = std::vector<std::int64_t>;

/// What is known of a value: an example of it, on the meta device where it is a tensor (a shape
/// and a type without elements). Of a dimension that the model leaves open the example has some
/// size.
struct Fact {
  c10::IValue example;
  bool exact = false;  ///< every run has these very sizes and numbers
};

/// What happens to a buffer with keys and values of earlier calls that an operator adds to.
enum class Caches {
  kCopied,   ///< the buffer stays as it was, the result is another one
  kInPlace,  ///< the graph writes into the buffers that it is given; it cannot be saved for others
};

/// One graph while it is written. Values are the graph's own; errors are plugin::Failure with
/// JM_UNSUPPORTED, the name of the ONNX node in front put by the caller.
class GraphWriter {
 public:
  explicit GraphWriter(c10::Device device, Caches caches = Caches::kCopied);

  [[nodiscard]] const std::shared_ptr<tj::Graph>& graph() const { return graph_; }
  /// Where the model's tensors live, and where a call that makes a tensor must make it.
  [[nodiscard]] c10::Device device() const { return device_; }
  [[nodiscard]] Caches caches() const { return caches_; }

  /// A constant at the present place. Tensors are kept, not copied.
  JitValue* constant(const c10::IValue& value);

  /// The value of a constant, or of a list of constants.
  [[nodiscard]] std::optional<c10::IValue> value_of(JitValue* value) const;

  /// Calls the one overload that `op` names ("aten::add.Tensor"); its only or first result. Calls
  /// of constants alone are made at once. Conversions that PyTorch would insert silently (a wait
  /// for the device among them) are refused.
  JitValue* call(const char* op, const Args& args);
  /// The same, all results.
  std::vector<JitValue*> call_all(const char* op, const Args& args);

  JitValue* int_list(at::ArrayRef<JitValue*> elements);
  JitValue* tensor_list(at::ArrayRef<JitValue*> elements);
  /// Elements may be constants of None.
  JitValue* optional_tensor_list(at::ArrayRef<JitValue*> elements);
  /// The elements of an int[] or Tensor[] whose length is known to be `count`.
  std::vector<JitValue*> unpack(JitValue* list, std::size_t count);
  /// An int[] with the elements of an integer tensor of rank 1: waits for the device.
  JitValue* to_int_list(JitValue* tensor);

  /// A node that is no call: prim::If, prim::Loop. Gets the present source position.
  tj::Node* insert(c10::Symbol kind, at::ArrayRef<JitValue*> inputs, std::size_t outputs);

  /// Takes out a node that nothing uses, with all in its blocks.
  void discard(tj::Node* node);
  /// The same for a sub-graph that must be written again, knowing more. JM_UNSUPPORTED when that
  /// happens too often: nested ones multiply.
  void start_over(tj::Node* node);

  /// Null where nothing is known.
  const Fact* fact(JitValue* value);
  void set_fact(JitValue* value, Fact fact);
  /// Says of a tensor that only its type is known: its rank may differ from run to run.
  void open_rank(JitValue* value, at::ScalarType type);
  /// The element type of a tensor, whose rank may be open; nothing where it is not known.
  std::optional<at::ScalarType> scalar_type(JitValue* value);
  /// Says of a tensor what no rule can: its type and its rank.
  JitValue* declare(JitValue* value, at::ScalarType type, std::int64_t rank);
  /// The example of a tensor; nothing where it is not known.
  std::optional<at::Tensor> example(JitValue* value);
  /// The types of all tensors so far that are known, in no order.
  [[nodiscard]] std::vector<at::ScalarType> tensor_types() const;
  /// The size of a dimension that the model leaves open, in examples.
  static constexpr std::int64_t kOpenSize = 720;

  /// Names what is written next, for errors when it runs: "ONNX node 'conv1' (Conv)".
  void set_position(const std::string& text);
  [[nodiscard]] const std::string& position() const { return position_; }

 private:
  JitValue* list(const c10::TypePtr& element, at::ArrayRef<JitValue*> elements);
  tj::Node* matched(const char* op, const Args& args);
  bool fold(tj::Node* node, std::vector<JitValue*>& results);
  void infer(tj::Node* node);
  void infer_numbers(tj::Node* node);
  void infer_types(tj::Node* node);
  void forget(tj::Node* node);
  std::vector<JitValue*> settle(tj::Node* node);

  std::shared_ptr<tj::Graph> graph_ = std::make_shared<tj::Graph>();
  c10::Device device_;
  Caches caches_;
  std::unordered_map<const JitValue*, Fact> facts_;
  std::unordered_map<const JitValue*, at::ScalarType> types_;  ///< of tensors of open rank
  tj::SourceRange range_;
  std::string position_;
  int discarded_ = 0;
};

}  // namespace joulemark::torch_kit
