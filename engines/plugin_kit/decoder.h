// SPDX-License-Identifier: Apache-2.0
// What plugins share that run a decoder by its graph: which port is what, and what goes in next.
//
// Names are those of Optimum's exports: `input_ids`, `attention_mask`, `position_ids`,
// `past_key_values.N.key`, `present.N.key`, `logits`. A graph with one buffer for past and present
// takes `seqlens_k` and `total_sequence_length` instead of a mask; a stateful one has `beam_idx`
// and no cache among its ports. `logits_rows`, where there is one, chooses the rows of the
// flattened batch × length whose logits are computed.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugin_kit/ports.h"

namespace joulemark::plugin {

/// Ports by their place in the lists of a model.
struct DecoderPorts {
  enum Input : std::size_t {
    kIds,
    kMask,
    kPositions,
    kLengths,
    kTotal,
    kBeams,
    kRows,
    kUsesCache,
    kInputCount
  };
  /// Keys or values of one layer: [batch, heads, tokens, size].
  struct Cache {
    std::size_t past;     ///< of the inputs
    std::size_t present;  ///< of the outputs
    std::int64_t heads;
    std::int64_t size;
  };
  std::array<std::optional<std::size_t>, kInputCount> inputs;
  std::vector<Cache> caches;  ///< none where the cache is the model's state
  std::size_t logits = 0;
  std::int64_t vocabulary = 0;

  /// One buffer for past and present.
  [[nodiscard]] bool shares_cache() const { return inputs[kLengths].has_value(); }
  [[nodiscard]] bool is_stateful() const { return inputs[kBeams].has_value(); }

  /// Empty when the model is no decoder, or one whose cache or logits are not float32 of known
  /// sizes.
  static std::optional<DecoderPorts> find(const PortList& inputs, const PortList& outputs);
};

namespace decoder_detail {

inline constexpr std::array<const char*, DecoderPorts::kInputCount> kInputNames = {
    "input_ids", "attention_mask", "position_ids",    "seqlens_k", "total_sequence_length",
    "beam_idx",  "logits_rows",    "use_cache_branch"};

inline std::optional<std::size_t> place_of(const PortList& list, const std::string& name) {
  for (std::size_t i = 0; i < list.size(); ++i)
    if (list.ports()[i].name == name) return i;
  return std::nullopt;
}

inline bool is_cache(const Port& port) {
  return port.dtype == JM_FLOAT32 && port.dims.size() == 4 && port.dims[1] > 0 && port.dims[3] > 0;
}

/// "past_key_values.3.key" → "present.3.key".
inline std::optional<std::string> present_of(const std::string& past) {
  constexpr std::string_view kPast = "past_key_values.";
  if (past.rfind(kPast, 0) != 0) return std::nullopt;
  return "present." + past.substr(kPast.size());
}

}  // namespace decoder_detail

inline std::optional<DecoderPorts> DecoderPorts::find(const PortList& inputs,
                                                      const PortList& outputs) {
  DecoderPorts found;
  std::size_t known = 0;
  for (std::size_t i = 0; i < kInputCount; ++i) {
    found.inputs[i] = decoder_detail::place_of(inputs, decoder_detail::kInputNames[i]);
    known += found.inputs[i] ? 1 : 0;
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Port& port = inputs.ports()[i];
    const auto name = decoder_detail::present_of(port.name);
    const auto present = name ? decoder_detail::place_of(outputs, *name) : std::nullopt;
    if (present && decoder_detail::is_cache(port))
      found.caches.push_back({i, *present, port.dims[1], port.dims[3]});
  }
  const auto logits = decoder_detail::place_of(outputs, "logits");
  const bool has_cache = !found.caches.empty() || found.is_stateful();
  if (!found.inputs[kIds] || !logits || !has_cache) return std::nullopt;
  // Nothing may be left that no token tells, and nothing that nobody reads.
  if (known + found.caches.size() != inputs.size()) return std::nullopt;
  if (outputs.size() != 1 + found.caches.size()) return std::nullopt;
  const Port& port = outputs.ports()[*logits];
  if (port.dtype != JM_FLOAT32 || port.dims.empty() || port.dims.back() < 1) return std::nullopt;
  found.logits = *logits;
  found.vocabulary = port.dims.back();
  return found;
}

/// Whole numbers in the type that a port takes.
class Integers {
 public:
  void resize(jm_dtype dtype, std::size_t count) {
    dtype_ = dtype == JM_INT32 || dtype == JM_BOOL ? dtype : JM_INT64;
    bytes_.resize(count * width());
  }
  void set(std::size_t i, std::int64_t value) {
    if (dtype_ == JM_INT64)
      reinterpret_cast<std::int64_t*>(bytes_.data())[i] = value;
    else if (dtype_ == JM_INT32)
      reinterpret_cast<std::int32_t*>(bytes_.data())[i] = static_cast<std::int32_t>(value);
    else
      bytes_[i] = static_cast<char>(value != 0);
  }
  [[nodiscard]] jm_dtype dtype() const { return dtype_; }
  [[nodiscard]] void* data() { return bytes_.data(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }
  void reserve(std::size_t count) { bytes_.reserve(count * sizeof(std::int64_t)); }

 private:
  [[nodiscard]] std::size_t width() const {
    return dtype_ == JM_INT64   ? sizeof(std::int64_t)
           : dtype_ == JM_INT32 ? sizeof(std::int32_t)
                                : 1;
  }
  jm_dtype dtype_ = JM_INT64;
  std::vector<char> bytes_;
};

/// The inputs of the next call of a decoder, but its cache. Rows of a batch are padded on the left
/// for graphs with a mask, and on the right for those with lengths.
class DecoderFeed {
 public:
  /// Which positions' logits are wanted.
  enum class Wanted { kLast, kAll };

  DecoderFeed(DecoderPorts ports, const PortList& inputs) : ports_(std::move(ports)) {
    for (std::size_t i = 0; i < DecoderPorts::kInputCount; ++i)
      if (ports_.inputs[i]) types_[i] = inputs.ports()[*ports_.inputs[i]].dtype;
  }

  /// Forgets everything. `max_tokens` per row, padding included.
  void reset(std::int32_t batch, std::int32_t max_tokens) {
    if (batch < 1 || max_tokens < 1) fail(JM_INVALID_ARGUMENT, "batch and tokens start at 1");
    batch_ = batch;
    max_tokens_ = max_tokens;
    columns_ = 0;
    bound_columns_ = 0;
    past_.assign(static_cast<std::size_t>(batch), 0);
    pads_.assign(static_cast<std::size_t>(batch), 0);
    const auto most = static_cast<std::size_t>(batch) * static_cast<std::size_t>(max_tokens);
    for (Integers& values : values_) values.reserve(most);
  }

  /// Takes the tokens of a call, [batch × n]. Nothing changes when it fails.
  void take(const std::int32_t* tokens, std::int32_t batch, std::int32_t n, Wanted wanted) {
    check(tokens, batch, n);
    n_ = n;
    wanted_ = wanted;
    for (std::int32_t row = 0; row < batch_ && columns_ == 0; ++row) {
      const std::int32_t* begin = tokens + std::ptrdiff_t{row} * n;
      pads_[static_cast<std::size_t>(row)] = static_cast<std::int32_t>(
          std::find_if(begin, begin + n, [](std::int32_t id) { return id != JM_NO_TOKEN; }) -
          begin);
    }
    fill(tokens);
  }

  /// After the call has run: the tokens are part of the past.
  void advance() {
    for (std::size_t row = 0; row < past_.size(); ++row)
      past_[row] += n_ - (columns_ == 0 ? pads_[row] : 0);
    columns_ += n_;
  }

  /// After `take`: bind(place, Integers& values, dims) for every input whose dims may have changed
  /// since it was bound, after a reset for all. The numbers of the others change where they are.
  template <class Bind>
  void bind_changed(Bind bind) {
    // In a step after a step only the mask grows.
    const bool same = n_ == std::exchange(bound_columns_, 0) && wanted_ == bound_wanted_;
    for (std::size_t i = 0; i < DecoderPorts::kInputCount; ++i) {
      const auto input = static_cast<DecoderPorts::Input>(i);
      const auto place = ports_.inputs[i];
      if (place && (!same || input == DecoderPorts::kMask)) bind(*place, values_[i], dims(input));
    }
    bound_columns_ = n_;
    bound_wanted_ = wanted_;
  }

  /// Of an input that the graph has; valid until the next call.
  [[nodiscard]] Integers& values(DecoderPorts::Input input) { return values_[input]; }
  [[nodiscard]] std::vector<std::int64_t> dims(DecoderPorts::Input input) const {
    switch (input) {
      case DecoderPorts::kIds:
      case DecoderPorts::kPositions:
        return {batch_, n_};
      case DecoderPorts::kMask:
        return {batch_, columns_ + n_};
      case DecoderPorts::kLengths:
      case DecoderPorts::kBeams:
        return {batch_};
      case DecoderPorts::kRows:
        return {rows()};
      case DecoderPorts::kUsesCache:
        return {1};
      default:
        return {};
    }
  }
  [[nodiscard]] const DecoderPorts& ports() const { return ports_; }
  [[nodiscard]] std::int32_t batch() const { return batch_; }
  [[nodiscard]] std::int32_t max_tokens() const { return max_tokens_; }
  /// Columns of past calls, padding included.
  [[nodiscard]] std::int32_t columns() const { return columns_; }
  /// Columns of this call.
  [[nodiscard]] std::int32_t fresh_columns() const { return n_; }
  [[nodiscard]] std::int32_t rows() const { return wanted_ == Wanted::kAll ? batch_ * n_ : batch_; }
  /// The row of the graph's logits that belongs to wanted row `i`: graphs without `logits_rows`
  /// give those of all positions.
  [[nodiscard]] std::int64_t logits_row(std::int32_t i) const {
    if (ports_.inputs[DecoderPorts::kRows]) return i;
    return wanted_ == Wanted::kAll ? i : std::int64_t{i} * n_ + n_ - 1;
  }

 private:
  void check(const std::int32_t* tokens, std::int32_t batch, std::int32_t n) const {
    if (batch_ == 0) fail(JM_INVALID_ARGUMENT, "lm_reset must come before tokens");
    if (batch != batch_ || n < 1 || tokens == nullptr)
      fail(JM_INVALID_ARGUMENT, "the tokens do not fit the batch of lm_reset");
    if (n > max_tokens_ - columns_)
      fail(JM_INVALID_ARGUMENT,
           "more tokens than the " + std::to_string(max_tokens_) + " that lm_reset was told of");
    for (std::int32_t row = 0; row < batch; ++row) {
      bool begun = columns_ > 0;
      for (std::int32_t i = 0; i < n; ++i) {
        const std::int32_t id = tokens[std::ptrdiff_t{row} * n + i];
        if (id == JM_NO_TOKEN && !begun) continue;
        begun = true;
        if (id < 0 || id >= ports_.vocabulary)
          fail(JM_INVALID_ARGUMENT, "token id " + std::to_string(id) +
                                        " is not in the vocabulary of " +
                                        std::to_string(ports_.vocabulary));
      }
      if (!begun) fail(JM_INVALID_ARGUMENT, "a row of the batch has no token");
    }
  }

  [[nodiscard]] bool pads_right() const { return ports_.shares_cache(); }

  void set(DecoderPorts::Input input, std::size_t i, std::int64_t value) {
    if (ports_.inputs[input]) values_[input].set(i, value);
  }

  void fill(const std::int32_t* tokens) {
    for (std::size_t i = 0; i < DecoderPorts::kInputCount; ++i) {
      if (!ports_.inputs[i]) continue;
      std::size_t count = 1;
      for (const std::int64_t dim : dims(static_cast<DecoderPorts::Input>(i)))
        count *= static_cast<std::size_t>(dim);
      values_[i].resize(types_[i], count);
    }
    std::int32_t longest = 0;
    for (std::int32_t row = 0; row < batch_; ++row) {
      fill_row(row, tokens + std::ptrdiff_t{row} * n_);
      longest = std::max(longest, past_[static_cast<std::size_t>(row)] + fresh(row));
    }
    // The kernels know a first call by a total that is its length.
    set(DecoderPorts::kTotal, 0, columns_ == 0 ? n_ : longest);
    set(DecoderPorts::kUsesCache, 0, columns_ > 0 ? 1 : 0);
  }

  /// Padding of this call's row.
  [[nodiscard]] std::int32_t padding(std::int32_t row) const {
    return columns_ == 0 ? pads_[static_cast<std::size_t>(row)] : 0;
  }
  /// Tokens of this call's row.
  [[nodiscard]] std::int32_t fresh(std::int32_t row) const { return n_ - padding(row); }

  void fill_row(std::int32_t row, const std::int32_t* tokens) {
    const auto r = static_cast<std::size_t>(row);
    const std::size_t begin = r * static_cast<std::size_t>(n_);
    const std::int32_t pads = padding(row);
    const std::int32_t shift = pads_right() ? pads : 0;
    for (std::int32_t i = 0; i < n_; ++i) {
      const std::int32_t from = i + shift;
      const bool real = from >= pads && from < n_;
      set(DecoderPorts::kIds, begin + static_cast<std::size_t>(i), real ? tokens[from] : 0);
      set(DecoderPorts::kPositions, begin + static_cast<std::size_t>(i),
          real ? past_[r] + from - pads : 0);
    }
    set(DecoderPorts::kLengths, r, past_[r] + fresh(row) - 1);
    set(DecoderPorts::kBeams, r, row);
    fill_mask(r);
    fill_rows(row, shift);
  }

  void fill_mask(std::size_t row) {
    const std::int32_t total = columns_ + n_;
    const std::size_t begin = row * static_cast<std::size_t>(total);
    for (std::int32_t i = 0; i < total; ++i)
      set(DecoderPorts::kMask, begin + static_cast<std::size_t>(i), i >= pads_[row] ? 1 : 0);
  }

  void fill_rows(std::int32_t row, std::int32_t shift) {
    const std::int64_t begin = std::int64_t{row} * n_;
    if (wanted_ == Wanted::kLast) {
      set(DecoderPorts::kRows, static_cast<std::size_t>(row), begin + n_ - 1 - shift);
      return;
    }
    for (std::int32_t i = 0; i < n_; ++i)
      set(DecoderPorts::kRows, static_cast<std::size_t>(begin + i), begin + std::max(0, i - shift));
  }

  DecoderPorts ports_;
  std::array<jm_dtype, DecoderPorts::kInputCount> types_{};
  std::array<Integers, DecoderPorts::kInputCount> values_;
  std::int32_t batch_ = 0, max_tokens_ = 0, columns_ = 0, n_ = 0;
  std::int32_t bound_columns_ = 0;  ///< of the call whose inputs are bound; 0: none are
  Wanted wanted_ = Wanted::kLast, bound_wanted_ = Wanted::kLast;
  std::vector<std::int32_t> past_;  ///< real tokens of each row so far
  std::vector<std::int32_t> pads_;  ///< in front of each row
};

/// The most probable token of one row of logits; the first of equals.
inline std::int32_t most_probable(const float* logits, std::int64_t vocabulary) {
  float best = logits[0];
  for (std::int64_t i = 1; i < vocabulary; ++i) best = std::max(best, logits[i]);
  const float* found = std::find(logits, logits + vocabulary, best);
  // Comparisons with NaN are false: it may hide behind any maximum.
  if (found == logits + vocabulary || std::isnan(best))
    fail(JM_FAILED, "the logits are not numbers");
  return static_cast<std::int32_t>(found - logits);
}

/// One call after the graph has run: the greedy token of each row, and copies where they are asked
/// for. `table` is what the graph gave, [rows, vocabulary].
inline void read_logits(const DecoderFeed& feed, const float* table, std::int32_t* next,
                        float* logits) {
  const std::int64_t vocabulary = feed.ports().vocabulary;
  for (std::int32_t i = 0; i < feed.rows(); ++i) {
    const float* row = table + feed.logits_row(i) * vocabulary;
    if (next != nullptr) next[i] = most_probable(row, vocabulary);
    if (logits != nullptr) std::copy_n(row, vocabulary, logits + std::int64_t{i} * vocabulary);
  }
}

}  // namespace joulemark::plugin
