// SPDX-License-Identifier: Apache-2.0
// Tensors of MXNet that belong to us.
#pragma once

#include <memory>

#include "lowering_kit/node_call.h"
#include "mx_api.h"

namespace joulemark::mx {

using lowering::Ints;

/// Elements in memory, one behind the other.
struct Elements {
  Type type = kNoType;
  Ints dims;
  const void* data = nullptr;
  std::size_t bytes = 0;
};

/// Frees a tensor or symbol with the library's own function, or whatever else it has one for.
template <class T>
using Owned = std::unique_ptr<T, int (*)(T*)>;
using OwnedArray = Owned<NdArray>;

/// A tensor over memory that outlives it and everything computed from it. Copied where MXNet takes
/// no such memory: truth values, and what is not aligned for vectors. Throws plugin::Failure.
OwnedArray borrow(const Api& api, const Elements& elements);

/// A tensor with a copy of the elements.
OwnedArray copied(const Api& api, const Elements& elements);

/// The elements, once they are computed. They live as long as the array.
Elements elements_of(const Api& api, NdArray* array);

}  // namespace joulemark::mx
