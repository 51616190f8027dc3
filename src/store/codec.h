// SPDX-License-Identifier: Apache-2.0
// The blobs of a trial: compact on disk, and read back without trust.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "joulemark/sensor.h"

namespace joulemark::store {

/// The error is a phrase: what is wrong with the blob or the value.
template <class T>
using Decoded = tl::expected<T, std::string>;

/// No blob may unpack to more: some twenty million durations.
inline constexpr std::size_t kMaxUnpackedBytes = std::size_t{64} << 20;

/// The encoders fail on what would unpack to more than kMaxUnpackedBytes.
///
/// Every blob is one zstd frame. Inside, unsigned numbers are LEB128; signed ones are zigzag first.
///
/// durations: count, then the difference of each to the one before (signed), the first to 0.
Decoded<std::string> encode_durations(const std::vector<std::int64_t>& durations_ns);
Decoded<std::vector<std::int64_t>> decode_durations(std::string_view blob);

/// series: count, then of each: name and unit (length, bytes), samples, their times as differences
/// (signed), their values as IEEE doubles, little endian.
Decoded<std::string> encode_series(const std::vector<Series>& series);
Decoded<std::vector<Series>> decode_series(std::string_view blob);

/// text: its bytes.
Decoded<std::string> encode_text(std::string_view text);
Decoded<std::string> decode_text(std::string_view blob);

}  // namespace joulemark::store
