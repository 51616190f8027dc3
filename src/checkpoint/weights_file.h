// SPDX-License-Identifier: Apache-2.0
// The one file with all weights of a model as float32, linked where the checkpoint has it already.
#pragma once

#include <filesystem>
#include <span>

#include "base/error.h"
#include "checkpoint/weight_files.h"
#include "checkpoint/weight_places.h"

namespace joulemark::checkpoint {

/// Whether the checkpoint is one file whose floating numbers are all float32, so that engines can
/// map it as it is.
bool is_mappable(const WeightFiles& files);

/// Makes the mappable file of a checkpoint appear in `folder` by a hard link, and where that cannot
/// be (another file system, another owner) by a copy.
Result<WeightPlaces> link_weights(const WeightFiles& files, const std::filesystem::path& folder);

/// Writes all floating tensors into `folder`, widened to float32 and aligned to 64 bytes, unless a
/// complete file is there from before. Fails with kMachine when the disk lacks the space.
Result<WeightPlaces> write_weights(const WeightFiles& files, const std::filesystem::path& folder);

/// Links the weights where engines can map them as they are, writes them elsewhere.
Result<WeightPlaces> place_weights(const WeightFiles& files, const std::filesystem::path& folder);

/// Puts bytes behind what write_weights wrote and gives their offset, a multiple of 64. Whoever has
/// mapped the file is not disturbed.
Result<std::uint64_t> append_to_weights(const std::filesystem::path& file,
                                        std::span<const std::byte> bytes);

}  // namespace joulemark::checkpoint
