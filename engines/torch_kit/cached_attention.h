// SPDX-License-Identifier: Apache-2.0
// Attention over a buffer of keys and values that it writes the new ones into.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace joulemark::torch_kit {

/// What one call takes. `b` rows of a batch, `n` new tokens each, heads of `size` numbers.
struct CachedAttention {
  at::Tensor
      query;  ///< [b, n, heads · size]; with keys and values behind it where these are left out
  std::optional<at::Tensor> key;    ///< [b, n, kv_heads · size]
  std::optional<at::Tensor> value;  ///< the same
  at::Tensor keys;    ///< [b, kv_heads, capacity, size]: written at the places of the new tokens
  at::Tensor values;  ///< the same
  at::Tensor last;    ///< [b], integers: the place of the last new token of each row
  std::int64_t total =
      0;  ///< tokens of the longest row, the new ones included; `n` for a first call
  std::optional<at::Tensor> cosines;    ///< [places, half of what is rotated]; none: no rotation
  std::optional<at::Tensor> sines;      ///< the same
  std::optional<at::Tensor> positions;  ///< [b, n]: other rows of these tables than the places
  std::optional<at::Tensor> bias;       ///< [b or 1, heads or 1, n, total], added to the scores
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::optional<double> scale;  ///< nothing: 1 / √size
  std::int64_t window = 0;      ///< tokens that a token sees, itself included; 0: all before it
  bool interleaved = false;     ///< pairs that are rotated are neighbours, else halves apart
};

/// Causal attention, [b, n, heads · size]. Buffers that are too short are replaced by longer ones.
/// Nothing else of the size of a buffer is copied. Throws c10::Error.
at::Tensor attend(CachedAttention& call);

/// The same as an operator for graphs, `joulemark::cached_attention`, whose results are the
/// attention and the two buffers.
inline constexpr const char* kCachedAttention = "joulemark::cached_attention";
void register_cached_attention();

}  // namespace joulemark::torch_kit
