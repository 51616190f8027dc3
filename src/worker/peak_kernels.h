// SPDX-License-Identifier: Apache-2.0
// Loops that keep the arithmetic units, or the memory, as busy as they can be.
#pragma once

#include <cstddef>
#include <cstdint>

namespace joulemark::worker {

/// A loop of multiplications and additions; gives how many it did, and writes a value that depends
/// on all of them to `sink`.
using ArithmeticKernel = double (*)(std::int64_t rounds, float* sink);

/// The one with the widest vectors that this processor has.
ArithmeticKernel widest_arithmetic();

/// Reads all of [data, data + words); the sum keeps a compiler from leaving a read out.
std::uint64_t read_through(const std::uint64_t* data, std::size_t words);

}  // namespace joulemark::worker
