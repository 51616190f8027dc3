// SPDX-License-Identifier: Apache-2.0
// Scaled dot-product attention, as all attention operators share it.
#pragma once

#include <optional>

#include "torch_kit/lowering/op_call.h"

namespace joulemark::torch_kit::ops {

/// Which keys a query may look at by their positions alone.
struct Visible {
  static constexpr std::int64_t kAll = -1;
  std::int64_t left = kAll;     ///< at most so many keys before its own
  std::int64_t right = kAll;    ///< at most so many keys behind its own; 0: causal
  JitValue* offset = nullptr;   ///< int: keys before that of the first query; null: none
  JitValue* offsets = nullptr;  ///< instead of it, a tensor with one for each of the batch
  JitValue* lengths = nullptr;  ///< a tensor: keys that count, for each of the batch; null: all
};

/// A stage of the computation that an operator may give out.
enum class Scores { kNone, kRaw, kCapped, kMasked, kWeights };

/// Queries, keys and values are (batch, heads, length, size); keys and values may have fewer heads.
struct Attention {
  JitValue* query;
  JitValue* key;
  JitValue* value;
  std::optional<double> scale = std::nullopt;  ///< nothing: 1 / √size
  JitValue* mask = nullptr;  ///< bool (true: may look) or added to the scores; null: none
  Visible visible = {};
  double softcap = 0;  ///< 0: none
  Scores scores = Scores::kNone;
  at::ScalarType precision = at::ScalarType::Undefined;  ///< of the softmax
  std::int64_t sharing = 0;  ///< heads of queries to one of keys; 0: only a run tells
};

struct Attended {
  JitValue* value;             ///< (batch, heads, length, size of a value)
  JitValue* scores = nullptr;  ///< the stage asked for
};

/// A query that may look at no key gives 0. PyTorch's fused attention where its definition allows.
Attended attend(OpCall& call, const Attention& attention);

/// (batch, length, heads · size) → (batch, heads, length, size), and back.
JitValue* split_heads(OpCall& call, JitValue* value, std::int64_t heads);
JitValue* join_heads(OpCall& call, JitValue* value);

/// Cosines and sines for a rotary embedding.
struct Rotation {
  JitValue* cosines;  ///< (batch or 1, length, half of the rotated size)
  JitValue* sines;
  bool interleaved = false;  ///< pairs are neighbours, else halves apart
  bool partial = false;      ///< what lies behind the rotated part of each head stays
  std::int64_t heads_axis = 1;
};

/// `x`, of rank 4 with its size last, rotated.
JitValue* rotate(OpCall& call, JitValue* x, const Rotation& rotation);

}  // namespace joulemark::torch_kit::ops
