// SPDX-License-Identifier: Apache-2.0
// Writes operators into a symbol for inputs of known sizes, and does at once what depends on no
// input. Of every value type and sizes are known: MXNet's own rules are asked, operator by
// operator.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lowering_kit/node_call.h"
#include "mxnet/lowering/attr.h"
#include "mxnet/lowering/op_symbol.h"
#include "mxnet/lowering/value.h"

namespace joulemark::mx {

/// Thrown where a symbol cannot be written before inputs are bound.
struct ValuesNeeded {};

using Inputs = std::vector<Value>;

/// Errors are plugin::Failure, the name of the ONNX node in front put by the caller.
class GraphWriter {
 public:
  explicit GraphWriter(const Api& api) : api_(api) {}

  /// What is written next belongs to this node of the model.
  void set_position(const std::string& name) { position_ = name; }

  /// What a run is given: of it the sizes are known, and where `data` is not null the elements that
  /// are bound now. Its variable is called `name`.
  Value input(const std::string& name, const Elements& elements);
  /// The elements outlive the symbol, which reads them where they are if they are aligned.
  Value constant(const Elements& elements);
  /// The elements are copied.
  Value constant_copy(const Elements& elements);

  /// The first result of an operator.
  Value op(const char* type, const Inputs& inputs, const Attrs& attrs = {});
  /// All results.
  std::vector<Value> op_all(const char* type, const Inputs& inputs, const Attrs& attrs = {});

  /// The integers of a value that depends on no input of the model; nothing of others.
  [[nodiscard]] std::optional<Ints> known_ints(const Value& value) const;
  /// The same where the symbol cannot be written without: an input's integers are read too, and
  /// the symbol then holds for these alone. Throws ValuesNeeded for an input that is not bound yet.
  [[nodiscard]] std::optional<Ints> needed_ints(const Value& value);
  [[nodiscard]] std::optional<std::vector<double>> needed_reals(const Value& value);
  [[nodiscard]] std::optional<Value> needed_constant(const Value& value);
  /// The inputs that were read so.
  [[nodiscard]] const std::vector<Value>& read_inputs() const { return read_inputs_; }
  /// Of a constant.
  [[nodiscard]] Elements elements(const Value& value) const {
    return elements_of(api_, value->array.get());
  }
  /// A copy that every run makes, of what kernels would otherwise keep in a form of their own: of
  /// weights that are no constants. Such a symbol is not fused either, because nodes that are read
  /// their weights once.
  Value fresh(const Value& value);
  [[nodiscard]] bool may_be_fused() const { return may_be_fused_; }

  /// The value as a symbol; constants become variables.
  Symbol* symbol_of(const Value& value);
  /// Constants that symbols read, by the names of their variables.
  [[nodiscard]] const std::vector<Value>& parameters() const { return parameters_; }

  /// Narrowest floating type of all values so far: "f32"; "" when there is none.
  [[nodiscard]] std::string precision() const;

 private:
  std::vector<Value> invoke(const OpSymbol& call, const Inputs& inputs);
  std::optional<Elements> needed_elements(const Value& value);
  std::vector<Value> write(const OpSymbol& call, const Inputs& inputs);
  void infer(const OpSymbol& call, const Inputs& inputs, std::vector<Value>& results);
  Value from_array(NdArray* array);
  Value noted(Value value);
  std::string next_name();

  const Api& api_;
  std::string position_;
  int count_ = 0;
  std::vector<Value> parameters_;
  std::vector<Value> read_inputs_;
  Type narrowest_ = kNoType;
  bool may_be_fused_ = true;
};

}  // namespace joulemark::mx
