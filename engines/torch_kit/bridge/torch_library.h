// SPDX-License-Identifier: Apache-2.0
// Opens PyTorch's own libraries, so that an implementation that needs them gets exactly these.
#pragma once

#include <filesystem>
#include <string>

namespace joulemark::torch_bridge {

/// The library that makes a folder one of PyTorch. Throws plugin::Failure with JM_LIBRARY_MISSING
/// where it is not there.
std::filesystem::path torch_library(const std::string& library_dir);

/// Opens libc10.so and libtorch_cpu.so of `library_dir` and what they need, and for the provider
/// "cuda" the libraries of CUDA too; they stay open until the process ends. Throws plugin::Failure:
/// JM_LIBRARY_MISSING where a library is not there, JM_LIBRARY_UNUSABLE where it does not open or
/// "cuda" is not to be had on this machine, with the reason, and JM_UNSUPPORTED for any other
/// provider than these.
void open_torch(const std::string& library_dir, const std::string& provider);

}  // namespace joulemark::torch_bridge
