// SPDX-License-Identifier: Apache-2.0
// The entry point of one fuzz target, as libFuzzer calls it, and the seeds that the smoke test
// mutates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Hands arbitrary bytes to one reader. Returns 0; anything but returning is a defect.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Valid inputs, from which mutations start.
std::vector<std::string> fuzz_seeds();
