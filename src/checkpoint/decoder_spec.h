// SPDX-License-Identifier: Apache-2.0
// What tells one decoder architecture from another, as values: the graph is built from them alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace joulemark::checkpoint {

/// Normalisation over the last axis: with mean and bias, or by the root mean square alone.
enum class NormKind { kLayer, kRootMeanSquare };

/// Element-wise functions of the MLP, by their formulas.
enum class Activation {
  kGelu,       ///< x Φ(x)
  kGeluTanh,   ///< ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))
  kGeluQuick,  ///< x σ(1.702 x)
  kSilu,       ///< x σ(x)
  kRelu,
  kReluSquared,
  kTanh,
  kSigmoid,
  kIdentity,
};

/// How a layer learns where a token stands.
enum class PositionScheme {
  kLearned,  ///< a table whose rows are added to the embeddings
  kRotary,   ///< queries and keys are rotated (Su et al. 2021), half split
  kAlibi,    ///< scores are biased by head and position (Press et al. 2021)
};

/// Where queries, keys and values come from.
enum class QkvLayout {
  kApart,    ///< three products
  kJoined,   ///< one product: all queries, all keys, all values
  kPerHead,  ///< one product: query, key and value of the first head, of the second, …
};

/// What is added to what.
enum class Residual {
  kSequential,       ///< x += attention(norm1 x); x += mlp(norm2 x)
  kParallel,         ///< x += attention(norm1 x) + mlp(norm2 x)
  kParallelOneNorm,  ///< x += attention(norm1 x) + mlp(norm1 x)
  kFromNorm,         ///< as sequential, but what is added to is the norm's output
};

/// Normalisation of each head's queries and keys before they are rotated.
enum class HeadNorm {
  kNone,
  kShared,   ///< one weight for all heads
  kPerHead,  ///< a weight for each
};

/// Layout of the matrices in the file.
enum class MatrixLayout { kOutIn, kInOut };

/// How a rotary frequency depends on the number of tokens so far.
struct RotaryScaling {
  enum class Kind {
    kFixed,
    kDynamic,  ///< the base grows behind `trained` tokens ("dynamic" NTK)
    kSwitched  ///< other frequencies behind `trained` tokens ("longrope")
  };
  Kind kind = Kind::kFixed;
  double factor = 1;
  std::int64_t trained = 0;             ///< tokens
  std::vector<float> long_frequencies;  ///< of kSwitched, behind `trained` tokens
};

/// Rotary position embedding of the first 2 × frequencies.size() numbers of a head.
struct Rotary {
  std::vector<float> frequencies;  ///< radians per token, before any scaling that depends on length
  double amplitude = 1;            ///< cosines and sines are multiplied by it
  RotaryScaling scaling;
  [[nodiscard]] std::int64_t dims() const {
    return 2 * static_cast<std::int64_t>(frequencies.size());
  }
};

/// Names in the checkpoint; "{}" stands for the layer. "" where the architecture has no such part.
struct DecoderNames {
  std::vector<std::string> prefixes = {};  ///< that may stand before a name
  std::string embedding = {}, positions = {}, embedding_norm = {};
  std::string norm1 = {}, norm2 = {}, final_norm = {};
  std::string qkv = {}, query = {}, key = {}, value = {}, attention_output = {};
  std::string query_norm = {}, key_norm = {};  ///< of kPerHead with a second "{}" for the head
  std::string gate = {}, up = {}, down = {};   ///< up and down alone where the MLP has no gate
  std::vector<std::string> head = {};          ///< in the order in which they are looked for
};

/// A decoder-only transformer.
struct DecoderSpec {
  std::string model_type;
  std::int64_t vocabulary = 0, hidden = 0, layers = 0, heads = 0, kv_heads = 0, head_size = 0;
  std::int64_t intermediate = 0;
  std::int64_t max_positions = 0;      ///< what the model was made for
  bool positions_are_bounded = false;  ///< more cannot be computed: a table of positions ends

  NormKind norm = NormKind::kLayer;
  double norm_epsilon = 1e-5;
  bool norm_adds_one = false;  ///< the stored weight is the true one less 1
  bool embedding_norm = false;
  double embedding_scale = 1;

  PositionScheme position = PositionScheme::kLearned;
  Rotary rotary;
  double score_scale = 1;
  bool score_scale_by_layer = false;  ///< scores of layer i are divided by i + 1
  std::vector<std::int64_t>
      windows;  ///< of each layer: keys that are seen, itself included; 0: all

  QkvLayout qkv = QkvLayout::kApart;
  MatrixLayout matrices = MatrixLayout::kOutIn;
  bool qkv_bias = false, attention_output_bias = false;
  HeadNorm head_norm = HeadNorm::kNone;
  bool head_norm_bias = false;

  Residual residual = Residual::kSequential;
  bool gated = false;  ///< down(activation(gate x) · up x) instead of down(activation(up x))
  bool mlp_bias = false;
  Activation activation = Activation::kGelu;

  bool tied = false;  ///< the head is the embedding's table, unless the file has another
  bool head_bias = false;
  DecoderNames names;

  [[nodiscard]] double scale_of(std::int64_t layer) const {
    return score_scale_by_layer ? score_scale / static_cast<double>(layer + 1) : score_scale;
  }
};

}  // namespace joulemark::checkpoint
