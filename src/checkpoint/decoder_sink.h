// SPDX-License-Identifier: Apache-2.0
// What a decoder is made of, to be written in the form that an engine runs fastest.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/decoder_spec.h"

namespace joulemark::checkpoint {

/// A value of the graph, by a name of the sink's own. Unless said otherwise float32 of the shape
/// [tokens, width], where tokens are those of one call, row by row of the batch.
struct Value {
  std::string name;
};

/// A tensor of the checkpoint, by its own name there.
struct WeightRef {
  std::string name;
  std::vector<std::int64_t> dims;
};

/// x · Wᵀ + b, or x · W + b where the matrix is stored the other way round.
struct Linear {
  WeightRef weight;
  std::optional<WeightRef> bias;
  MatrixLayout layout = MatrixLayout::kOutIn;
  std::int64_t out = 0;
};

struct Norm {
  WeightRef weight;
  std::optional<WeightRef> bias;
};

/// Normalisation of each head: one weight of [head_size] for all, or one for each.
struct HeadNorms {
  std::int64_t heads = 0;
  std::vector<WeightRef> weights;
  std::optional<WeightRef> bias;
};

struct Attention {
  std::int64_t layer = 0;
  Value query;  ///< [tokens, heads × head_size]
  Value key;    ///< [tokens, kv_heads × head_size]
  Value value;
};

/// A graph under construction. The kind of norm, its epsilon, rotation, cache and mask follow from
/// the description that a sink is made with.
class DecoderSink {
 public:
  DecoderSink() = default;
  virtual ~DecoderSink() = default;
  DecoderSink(const DecoderSink&) = delete;
  DecoderSink& operator=(const DecoderSink&) = delete;

  /// Rows of the table at the tokens' ids, and at their positions.
  virtual Value embed(const WeightRef& table) = 0;
  virtual Value embed_positions(const WeightRef& table) = 0;
  virtual Value scaled(const Value& x, double factor) = 0;
  virtual Value add(const Value& a, const Value& b) = 0;
  virtual Value multiply(const Value& a, const Value& b) = 0;
  virtual Value activate(const Value& x, Activation activation) = 0;
  virtual Value linear(const Value& x, const Linear& linear) = 0;
  virtual Value norm(const Value& x, const Norm& norm) = 0;
  virtual Value head_norm(const Value& x, const HeadNorms& norms) = 0;
  /// Queries, keys and values out of one product.
  virtual std::array<Value, 3> split(const Value& joined) = 0;
  /// Causal attention over the cache and the new tokens, which it appends to the cache.
  virtual Value attend(const Attention& attention) = 0;
  /// The rows whose logits the caller wants.
  virtual Value wanted_rows(const Value& x) = 0;
  /// [wanted rows, vocabulary]; nothing follows.
  virtual void logits(const Value& x) = 0;
};

}  // namespace joulemark::checkpoint
