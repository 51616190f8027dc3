// SPDX-License-Identifier: Apache-2.0
// Writes OpenVINO's intermediate representation, version 11: a graph as XML, constants in one file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/decoder_sink.h"

namespace joulemark::checkpoint {

enum class IrType { kF32, kI64, kI32, kBool };

/// A graph under construction. A value is an output port of a layer.
class IrWriter {
 public:
  using Inputs = std::vector<Value>;
  using Attributes = std::vector<std::pair<std::string, std::string>>;

  /// One call of an operator: "Add" of "opset1".
  struct Call {
    const char* op;
    const char* opset;
    Inputs inputs = {};
    Attributes attributes = {};
    IrType type = IrType::kF32;  ///< of its outputs
  };
  Value call(const Call& call) { return calls(call, 1).front(); }
  std::vector<Value> calls(const Call& call, std::size_t outputs);

  /// Calls whose result has the type of `x`, `a` or the first part, where nothing else is said.
  Value unary(const char* op, const Value& x);
  /// The operand that has fewer dims is repeated, as NumPy does it.
  Value binary(const char* op, const Value& a, const Value& b);
  /// The same for "Greater", "LogicalAnd" and their like, which give bool.
  Value compare(const char* op, const Value& a, const Value& b);
  Value select(const Value& condition, const Value& a, const Value& b);
  Value convert(const Value& x, IrType type);
  /// The dims of `x`, [rank] int64; those of a value are one.
  Value shape_of(const Value& x);
  /// The scalar at a place of [n] values; equal ones are one.
  Value element(const Value& x, std::int64_t place);
  /// What stands at `places` of the first dim.
  Value gather(const Value& x, const Value& places);
  /// A dim of `shape` may be -1, and one of 0 is empty.
  Value reshape(const Value& x, const Value& shape);
  Value reshape(const Value& x, const std::vector<std::int64_t>& shape);
  Value unsqueeze(const Value& x, const std::vector<std::int64_t>& axes);
  Value transpose(const Value& x, const std::vector<std::int64_t>& order);
  Value concat(const Inputs& parts, std::int64_t axis);

  /// Declares an input once; -1 is a dynamic dim.
  Value parameter(const std::string& name, IrType type, const std::vector<std::int64_t>& dims);
  void result(const std::string& name, const Value& x);

  /// A small constant; equal ones are one.
  Value ints(const std::vector<std::int64_t>& values);
  Value integer(std::int64_t value);
  Value floats(const std::vector<float>& values, const std::vector<std::int64_t>& dims);
  /// float32 that stands at `offset` of the weights' file.
  Value stored(const std::string& name, const std::vector<std::int64_t>& dims,
               std::uint64_t offset);

  /// The value under `key`, made by `make` when it is first asked for.
  template <class Make>
  Value once(const std::string& key, Make make) {
    if (const auto known = made_.find(key); known != made_.end()) return known->second;
    const Value value = make();
    made_.emplace(key, value);
    return value;
  }

  [[nodiscard]] std::span<const std::byte> constants() const { return pool_; }
  /// The XML text, when the small constants stand at `offset` of the weights' file.
  [[nodiscard]] std::string finish(std::uint64_t offset) const;

 private:
  enum class Place { kNone, kPool, kFile };
  struct Layer {
    std::string name, op, opset;
    Inputs inputs;
    Attributes attributes;
    std::vector<IrType> outputs;
    std::string tensor_name = {};  ///< of the first output; may be empty
    Place place = Place::kNone;    ///< of a constant's bytes
    std::uint64_t offset = 0;
  };
  [[nodiscard]] IrType type_of(const Value& x) const;
  Value constant(IrType type, const std::vector<std::int64_t>& dims,
                 std::span<const std::byte> bytes);
  std::vector<Value> add(Layer layer);
  static void append_layer(std::string& xml, std::size_t id, const Layer& layer,
                           std::uint64_t pool_offset);

  std::vector<Layer> layers_;
  std::vector<std::byte> pool_;
  std::map<std::string, Value> made_;
};

}  // namespace joulemark::checkpoint
