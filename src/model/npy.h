// SPDX-License-Identifier: Apache-2.0
// Tensors from numpy's files: one array in `.npy`, several by name in `.npz`.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/tensor.h"

namespace joulemark::model {

/// An `.npy` file of format 1.0 to 3.0: bool, integers, floats, complex, and byte or unicode
/// strings, in either byte order, C or Fortran order. Object arrays (pickles) are refused.
Result<HostTensor> read_npy(const std::filesystem::path& path);
Result<HostTensor> parse_npy(std::string_view bytes);

/// Every array of an `.npz`, in the archive's order, named without ".npy". Stored and deflated
/// members; a member larger than its directory entry says is an error.
Result<std::vector<HostTensor>> read_npz(const std::filesystem::path& path);
Result<std::vector<HostTensor>> parse_npz(std::string_view bytes);

}  // namespace joulemark::model
