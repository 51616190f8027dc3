// SPDX-License-Identifier: Apache-2.0
// Builds the one decoder into a sink that keeps its weights and nothing else, so that the list
// cannot differ from what the graph asks for.
#include "checkpoint/weight_list.h"

#include <algorithm>
#include <set>

#include "checkpoint/decoder_graph.h"

namespace joulemark::checkpoint {
namespace {

const WeightFiles kNoFiles;

/// Has whatever is asked for.
class AnyWeight : public WeightTable {
 public:
  explicit AnyWeight(const DecoderNames& names) : WeightTable(kNoFiles, {}), names_(names) {}

  std::string take(const std::string& name, const std::vector<std::int64_t>&) override {
    const bool of_head = std::any_of(names_.head.begin(), names_.head.end(), [&](const auto& head) {
      return name.starts_with(head + ".");
    });
    return of_head || names_.prefixes.empty() ? name : names_.prefixes.front() + name;
  }

 private:
  const DecoderNames& names_;
};

class ListingSink : public DecoderSink {
 public:
  explicit ListingSink(const DecoderNames& names) : names_(names) {}

  Value embed(const WeightRef& table) override { return keep(table, WeightRole::kMatrix); }
  Value embed_positions(const WeightRef& table) override { return embed(table); }
  Value scaled(const Value&, double) override { return {}; }
  Value add(const Value&, const Value&) override { return {}; }
  Value multiply(const Value&, const Value&) override { return {}; }
  Value activate(const Value&, Activation) override { return {}; }
  Value linear(const Value&, const Linear& linear) override {
    const std::string& name = linear.weight.name;
    const bool residual = fits(name, names_.attention_output) || fits(name, names_.down);
    keep_bias(linear.bias);
    return keep(linear.weight, residual ? WeightRole::kResidual : WeightRole::kMatrix);
  }
  Value norm(const Value&, const Norm& norm) override {
    keep_bias(norm.bias);
    return keep(norm.weight, WeightRole::kNorm);
  }
  Value head_norm(const Value&, const HeadNorms& norms) override {
    for (const WeightRef& weight : norms.weights) keep(weight, WeightRole::kNorm);
    keep_bias(norms.bias);
    return {};
  }
  std::array<Value, 3> split(const Value&) override { return {}; }
  Value attend(const Attention&) override { return {}; }
  Value wanted_rows(const Value&) override { return {}; }
  void logits(const Value&) override {}

  std::vector<ListedWeight> take() { return std::move(list_); }

 private:
  Value keep(const WeightRef& weight, WeightRole role) {
    if (known_.insert(weight.name).second) list_.push_back({weight.name, weight.dims, role});
    return {};
  }
  void keep_bias(const std::optional<WeightRef>& bias) {
    if (bias) keep(*bias, WeightRole::kBias);
  }
  /// Whether a name is one that the pattern, "h.{}.attn.c_proj", makes.
  static bool fits(const std::string& name, const std::string& pattern) {
    return name.ends_with(pattern.substr(pattern.find('}') + 1) + ".weight");
  }

  const DecoderNames& names_;
  std::vector<ListedWeight> list_;
  std::set<std::string> known_;
};

}  // namespace

std::vector<ListedWeight> list_weights(const DecoderSpec& spec) {
  AnyWeight weights(spec.names);
  ListingSink sink(spec.names);
  // Only a weight that is missing fails, and none is.
  (void)build_decoder(spec, weights, sink);
  return sink.take();
}

}  // namespace joulemark::checkpoint
