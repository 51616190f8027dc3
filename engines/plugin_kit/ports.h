// SPDX-License-Identifier: Apache-2.0
// A model's inputs or outputs as the C interface hands them out, and the check of what is bound.
#pragma once

#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"
#include "plugin_kit/status.h"

namespace joulemark::plugin {

/// One input or output. `rank_known` false: any shape. A dimension of -1 is dynamic.
struct Port {
  std::string name;
  jm_dtype dtype = JM_UNDEFINED;
  bool rank_known = true;
  std::vector<std::int64_t> dims;
};

/// Ports, and the C view of them; the view stays valid as long as the list.
class PortList {
 public:
  PortList() = default;
  explicit PortList(std::vector<Port> ports) : ports_(std::move(ports)) {
    for (const Port& port : ports_)
      view_.push_back({port.name.c_str(), port.dtype,
                       port.rank_known ? static_cast<std::int32_t>(port.dims.size()) : -1,
                       port.dims.data()});
  }
  PortList(const PortList&) = delete;
  PortList& operator=(const PortList&) = delete;
  PortList(PortList&&) = default;  // moving a vector keeps its elements where they are
  PortList& operator=(PortList&&) = default;

  [[nodiscard]] const std::vector<Port>& ports() const { return ports_; }
  [[nodiscard]] const jm_port* data() const { return view_.data(); }
  [[nodiscard]] std::size_t size() const { return view_.size(); }

 private:
  std::vector<Port> ports_;
  std::vector<jm_port> view_;
};

/// An element type's name, and the bits of one element.
struct ElementType {
  const char* name;
  std::uint64_t bits;
};

/// By jm_dtype. A string's bits are those of a jm_string.
inline constexpr ElementType kElementTypes[] = {
    {"undefined", 0},      {"float32", 32},   {"uint8", 8},
    {"int8", 8},           {"uint16", 16},    {"int16", 16},
    {"int32", 32},         {"int64", 64},     {"string", 8 * sizeof(jm_string)},
    {"bool", 8},           {"float16", 16},   {"float64", 64},
    {"uint32", 32},        {"uint64", 64},    {"complex64", 64},
    {"complex128", 128},   {"bfloat16", 16},  {"float8e4m3fn", 8},
    {"float8e4m3fnuz", 8}, {"float8e5m2", 8}, {"float8e5m2fnuz", 8},
    {"uint4", 4},          {"int4", 4},       {"float4e2m1", 4},
    {"float8e8m0", 8},     {"uint2", 2},      {"int2", 2}};
static_assert(std::size(kElementTypes) == JM_INT2 + 1);

/// 0 for a type that is none.
inline std::uint64_t element_bits(jm_dtype dtype) {
  const auto index = static_cast<std::size_t>(dtype);
  return index < std::size(kElementTypes) ? kElementTypes[index].bits : 0;
}

/// "float32"; the type's number where it has no name.
inline std::string dtype_name(jm_dtype dtype) {
  const auto index = static_cast<std::size_t>(dtype);
  return index < std::size(kElementTypes) ? kElementTypes[index].name : std::to_string(index);
}

inline std::string dims_text(const std::int64_t* dims, std::size_t rank) {
  std::string text = "[";
  for (std::size_t i = 0; i < rank; ++i)
    text += (i == 0 ? "" : ",") + (dims[i] < 0 ? std::string("?") : std::to_string(dims[i]));
  return text + "]";
}

/// Number of elements; fails for a negative dimension or a product beyond 2^48.
inline std::uint64_t element_count(const std::int64_t* dims, std::size_t rank) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 48;
  std::uint64_t count = 1;
  bool empty = false;
  for (std::size_t i = 0; i < rank; ++i) {
    if (dims[i] < 0) fail(JM_INVALID_ARGUMENT, "a bound shape has a negative dimension");
    if (dims[i] == 0) {
      empty = true;
      continue;
    }
    if (static_cast<std::uint64_t>(dims[i]) > kMost / count)
      fail(JM_INVALID_ARGUMENT, "shape " + dims_text(dims, rank) + " is too large");
    count *= static_cast<std::uint64_t>(dims[i]);
  }
  return empty ? 0 : count;
}

/// Bytes that a tensor of this type and shape has; sub-byte elements are packed.
inline std::uint64_t byte_count(jm_dtype dtype, const std::int64_t* dims, std::size_t rank) {
  return (element_count(dims, rank) * element_bits(dtype) + 7) / 8;
}

/// An empty tensor may have no data, and libraries refuse a null pointer: one to a byte then.
inline void* not_null(void* data) {
  static constexpr char kNothing = 0;
  return data != nullptr ? data : const_cast<char*>(&kNothing);
}

/// Fails with JM_INVALID_ARGUMENT unless `tensor` fits `port` and is complete.
inline void check_input(const Port& port, const jm_tensor& tensor) {
  const std::string what = "input '" + port.name + "' ";
  if (tensor.rank < 0 || (tensor.rank > 0 && tensor.dims == nullptr))
    fail(JM_INVALID_ARGUMENT, what + "has no shape");
  const auto rank = static_cast<std::size_t>(tensor.rank);
  if (tensor.memory != JM_MEMORY_HOST)
    fail(JM_INVALID_ARGUMENT, what + "is not in host memory; this provider reads no other");
  if (element_bits(tensor.dtype) == 0) fail(JM_INVALID_ARGUMENT, what + "has no element type");
  if (port.dtype != JM_UNDEFINED && tensor.dtype != port.dtype)
    fail(JM_INVALID_ARGUMENT, what + "has element type " + dtype_name(tensor.dtype) +
                                  ", the model takes " + dtype_name(port.dtype));
  if (port.rank_known) {
    bool fits = rank == port.dims.size();
    for (std::size_t i = 0; fits && i < rank; ++i)
      fits = port.dims[i] < 0 || port.dims[i] == tensor.dims[i];
    if (!fits)
      fail(JM_INVALID_ARGUMENT, what + "has shape " + dims_text(tensor.dims, rank) +
                                    ", the model takes " +
                                    dims_text(port.dims.data(), port.dims.size()));
  }
  const std::uint64_t bytes = byte_count(tensor.dtype, tensor.dims, rank);
  if (tensor.bytes != bytes || (bytes > 0 && tensor.data == nullptr))
    fail(JM_INVALID_ARGUMENT, what + "has " + std::to_string(tensor.bytes) + " bytes, shape " +
                                  dims_text(tensor.dims, rank) + " needs " + std::to_string(bytes));
}

/// Fails with JM_INVALID_ARGUMENT unless there is one fitting tensor per input.
inline void check_inputs(const PortList& ports, const jm_tensor* tensors, std::size_t count) {
  if (count != ports.size() || (count > 0 && tensors == nullptr))
    fail(JM_INVALID_ARGUMENT, "got " + std::to_string(count) + " inputs, the model takes " +
                                  std::to_string(ports.size()));
  for (std::size_t i = 0; i < count; ++i) check_input(ports.ports()[i], tensors[i]);
}

}  // namespace joulemark::plugin
