// SPDX-License-Identifier: Apache-2.0
// Which version of PyTorch a folder holds.
#pragma once

#include <filesystem>
#include <string>

namespace joulemark::torch_bridge {

/// The version of the PyTorch whose libraries stand in `library_dir`: as pip (version.py), the
/// libtorch archives (build-version) and the headers (version.h) beside that folder have it, the
/// first that tells one. "" when nothing does.
std::string torch_version(const std::filesystem::path& library_dir);

}  // namespace joulemark::torch_bridge
