// SPDX-License-Identifier: Apache-2.0
// Where tensors live and are computed on.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace joulemark::torch_kit {

/// The device of an execution provider: "cpu", or "cuda" for the first GPU. Throws plugin::Failure
/// with JM_UNSUPPORTED and the reason where there is none.
c10::Device open_device(const std::string& provider);

/// The providers that work here.
std::vector<std::string> providers();

/// Waits until the device has done all that was asked of it; on the CPU there is nothing to wait
/// for.
void synchronise(c10::Device device);

/// Largest amount of device memory held at once so far, bytes; nothing on the CPU, and where this
/// PyTorch does not tell.
std::optional<std::int64_t> peak_memory(c10::Device device);

}  // namespace joulemark::torch_kit
