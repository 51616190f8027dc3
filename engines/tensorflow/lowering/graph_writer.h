// SPDX-License-Identifier: Apache-2.0
// Writes operations into a TensorFlow graph, and knows of every value what can be known before the
// model runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lowering_kit/node_call.h"
#include "tensorflow/config.h"
#include "tensorflow/tf_api.h"
#include "tensorflow/tf_errors.h"

namespace joulemark::tf {

using lowering::Ints;
using Value = Output;

/// One input of an operation, or a list of them.
using Input = std::variant<Value, std::vector<Value>>;

/// The name of a function of the graph, as an attribute.
struct FunctionName {
  std::string name;
};
/// -1 where open; nothing: of any rank.
using Dims = std::optional<Ints>;

/// An attribute of an operation.
struct Attr {
  Attr(const char* key, std::int64_t number) : name(key), value(number) {}
  Attr(const char* key, int number) : name(key), value(std::int64_t{number}) {}
  Attr(const char* key, bool flag) : name(key), value(flag) {}
  Attr(const char* key, double number) : name(key), value(static_cast<float>(number)) {}
  Attr(const char* key, const char* text) : name(key), value(std::string(text)) {}
  Attr(const char* key, std::string text) : name(key), value(std::move(text)) {}
  Attr(const char* key, Ints list) : name(key), value(std::move(list)) {}
  Attr(const char* key, Type type) : name(key), value(type) {}
  Attr(const char* key, std::vector<Type> types) : name(key), value(std::move(types)) {}
  Attr(const char* key, std::vector<Dims> shapes) : name(key), value(std::move(shapes)) {}
  Attr(const char* key, FunctionName function) : name(key), value(std::move(function)) {}

  const char* name;
  std::variant<std::int64_t, bool, float, std::string, Ints, Type, std::vector<Type>,
               std::vector<Dims>, FunctionName>
      value;
};
using Inputs = std::vector<Input>;
using Attrs = std::vector<Attr>;

/// Elements in memory, as TensorFlow lays them out.
struct Elements {
  Type type = kNoType;
  Ints dims;
  const void* data = nullptr;
  std::size_t bytes = 0;
};

/// A weight that the session holds as a variable: assigned once, by feeding `placeholder` and
/// running `assign`.
struct Variable {
  Value placeholder;
  Operation* assign = nullptr;
  Elements elements;
  std::shared_ptr<const void> owner;  ///< of the elements; null: they live as long as the graph
};

/// A graph while it is written. Errors are plugin::Failure, the name of the ONNX node in front put
/// by the caller.
class GraphWriter {
 public:
  /// `layout`: what the graph will run in. It is written with channels first either way; where it
  /// is channels last, the optimiser converts it.
  GraphWriter(const Api& api, Layout layout);
  ~GraphWriter();
  GraphWriter(const GraphWriter&) = delete;
  GraphWriter& operator=(const GraphWriter&) = delete;

  [[nodiscard]] const Api& api() const { return api_; }
  [[nodiscard]] Graph* graph() const { return graph_; }
  [[nodiscard]] Layout layout() const { return layout_; }
  [[nodiscard]] const std::vector<Variable>& variables() const { return variables_; }

  /// What is written next belongs to this node of the model.
  void set_position(const std::string& name);

  Value placeholder(Type type, const Dims& dims);
  /// The elements are copied.
  Value constant(const Elements& elements);
  /// Read from a variable with these elements, which are not copied where they are aligned.
  Value variable(const Elements& elements, std::shared_ptr<const void> owner);

  /// The first result of a new operation.
  Value op(const char* type, const Inputs& inputs, const Attrs& attrs = {});
  /// All results.
  std::vector<Value> op_all(const char* type, const Inputs& inputs, const Attrs& attrs = {});

  [[nodiscard]] Type type(Value value) const;
  /// -1 where the model leaves a dimension open; nothing where the rank is not known.
  [[nodiscard]] Dims dims(Value value) const;
  /// Whether the value is what a run is given, not computed.
  [[nodiscard]] bool is_input(Value value) const;
  /// Says what no rule of TensorFlow can: the rank, and sizes that are not -1.
  void declare(Value value, const Ints& dims);
  /// The integers of a value that depends on no input of the model; nothing of others, and of what
  /// has more than a few elements.
  [[nodiscard]] std::optional<Ints> known_ints(Value value) const;
  /// A value of another graph, of which known_ints() tells something, as a constant of this one.
  std::optional<Value> copied_constant(const GraphWriter& other, Value value);

  /// An empty graph for a function of this one, which outlives it.
  [[nodiscard]] GraphWriter function_graph() {
    return {api_, layout_, prefix_ + "f" + std::to_string(count_++) + "_"};
  }
  /// Adds the function that `body` was written for, with the functions of that: it has these
  /// inputs, placeholders of `body`, and these outputs. Its name.
  FunctionName function(const GraphWriter& body, const std::vector<Value>& inputs,
                        const std::vector<Value>& outputs);

  /// Of a graph that was read: null where no operation has this name.
  [[nodiscard]] Operation* operation(const std::string& name) const;
  [[nodiscard]] int result_count(Operation* operation) const;
  /// The kind of each operation.
  [[nodiscard]] std::vector<std::string> operations() const;
  /// Takes the types of what was not written here into precision().
  void note_types();

  /// Whether an operation has been written whose speed depends on how images lie in memory.
  [[nodiscard]] bool has_images() const { return has_images_; }

  /// Narrowest floating type of all values so far: "f32"; "" when there is none.
  [[nodiscard]] const std::string& precision() const { return precision_; }

 private:
  GraphWriter(const Api& api, Layout layout, std::string prefix);
  Operation* finish(OperationDescription* description);
  OperationDescription* begin(const char* type);
  void note_type(Type type);
  void add_function(const std::shared_ptr<Function>& function);

  const Api& api_;
  Graph* graph_;
  Layout layout_;
  std::string position_;
  std::string prefix_;  ///< of the names of its functions
  int count_ = 0;
  std::vector<std::shared_ptr<Function>> functions_;
  std::vector<Variable> variables_;
  bool has_images_ = false;
  std::string precision_;
  std::size_t precision_bytes_ = 0;
};

}  // namespace joulemark::tf
