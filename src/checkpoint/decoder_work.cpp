// SPDX-License-Identifier: Apache-2.0
// A graph that nobody writes down: only its products are counted.
#include "checkpoint/decoder_work.h"

#include "checkpoint/decoder_graph.h"

namespace joulemark::checkpoint {
namespace {

class ProductCounter : public DecoderSink {
 public:
  explicit ProductCounter(const WeightFiles& files) : files_(files) {}

  [[nodiscard]] const model::LeastWork& work() const { return work_; }

  Value linear(const Value&, const Linear& linear) override {
    const auto weight = files_.tensors.find(linear.weight.name);
    if (weight == files_.tensors.end()) return {};  // the table remembers that it is missing
    double elements = 1;
    for (const std::int64_t dim : linear.weight.dims) elements *= static_cast<double>(dim);
    work_.last_flops = 2 * elements;
    work_.flops += work_.last_flops;
    work_.weights += elements;
    work_.weight_bytes += static_cast<double>(weight->second.stored.bytes);
    return {};
  }

  Value embed(const WeightRef&) override { return {}; }
  Value embed_positions(const WeightRef&) override { return {}; }
  Value scaled(const Value&, double) override { return {}; }
  Value add(const Value&, const Value&) override { return {}; }
  Value multiply(const Value&, const Value&) override { return {}; }
  Value activate(const Value&, Activation) override { return {}; }
  Value norm(const Value&, const Norm&) override { return {}; }
  Value head_norm(const Value&, const HeadNorms&) override { return {}; }
  std::array<Value, 3> split(const Value&) override { return {}; }
  Value attend(const Attention&) override { return {}; }
  Value wanted_rows(const Value&) override { return {}; }
  void logits(const Value&) override {}

 private:
  const WeightFiles& files_;
  model::LeastWork work_;
};

}  // namespace

Result<model::LeastWork> least_work(const Decoder& decoder) {
  ProductCounter counter(decoder.weights);
  WeightTable table(decoder.weights, decoder.spec.names.prefixes);
  if (auto built = build_decoder(decoder.spec, table, counter); !built) return fail(built.error());
  return counter.work();
}

}  // namespace joulemark::checkpoint
