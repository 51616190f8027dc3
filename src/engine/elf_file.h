// SPDX-License-Identifier: Apache-2.0
// Whether a shared object is for this machine, from the first bytes of the file.
#pragma once

#include <filesystem>

#include "base/error.h"

namespace joulemark::engine {

/// Fails with a sentence about `library` when it is no ELF file, is for another architecture or
/// word size than this program, or is shorter than what loading it would map. Loads nothing.
Status check_elf(const std::filesystem::path& library);

}  // namespace joulemark::engine
