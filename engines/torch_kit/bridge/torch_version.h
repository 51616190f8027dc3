// SPDX-License-Identifier: Apache-2.0
// Which version of PyTorch a folder holds.
#pragma once

#include <filesystem>
#include <string>

namespace joulemark::torch_bridge {

/// "2.13.0" of "… '2.13.0+cu130'": the first dotted version of three numbers in `text`, with what
/// belongs to it ("2.9.0a0") and without what stands behind a '+'; "" when there is none.
std::string find_version(const std::string& text);

/// The version of the PyTorch whose libraries stand in `library_dir`: as pip (version.py), the
/// libtorch archives (build-version) and the headers (version.h) beside that folder have it, the
/// first that exists. "" when nothing tells it.
std::string torch_version(const std::filesystem::path& library_dir);

}  // namespace joulemark::torch_bridge
