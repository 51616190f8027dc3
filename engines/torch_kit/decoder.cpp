// SPDX-License-Identifier: Apache-2.0
#include "torch_kit/decoder.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include "torch_kit/dtypes.h"

namespace joulemark::torch_kit {

using plugin::DecoderPorts;

namespace {

std::size_t input_count(const DecoderPorts& ports) {
  std::size_t count = ports.caches.size();
  for (const auto& place : ports.inputs) count += place ? 1 : 0;
  return count;
}

}  // namespace

Decoder::Decoder(Executor& executor, c10::Device device, plugin::DecoderFeed feed)
    : executor_(executor), device_(device), feed_(std::move(feed)) {
  inputs_.resize(input_count(feed_.ports()));
}

void Decoder::reset(std::int32_t batch, std::int32_t max_tokens) {
  const c10::InferenceMode inference;
  const bool same = batch == feed_.batch() && max_tokens == feed_.max_tokens();
  feed_.reset(batch, max_tokens);
  if (!feed_.ports().shares_cache() || !same) return make_caches();
  // Behind the end of a row that is shorter than others stands what another text left there.
  if (!feed_.ports().shares_cache() || batch == 1) return;
  for (const DecoderPorts::Cache& cache : feed_.ports().caches)
    inputs_[cache.past].toTensor().zero_();
}

void Decoder::make_caches() {
  const at::TensorOptions options = at::TensorOptions(at::kFloat).device(device_);
  const std::int64_t tokens = feed_.ports().shares_cache() ? feed_.max_tokens() : 0;
  // Attention that is written as calls looks at the whole buffer, and a weight of 0 makes no number
  // of what nobody wrote. The old ones go first.
  for (const DecoderPorts::Cache& cache : feed_.ports().caches) inputs_[cache.past] = c10::IValue();
  for (const DecoderPorts::Cache& cache : feed_.ports().caches)
    inputs_[cache.past] = at::zeros({feed_.batch(), cache.heads, tokens, cache.size}, options);
}

void Decoder::place_tokens() {
  for (std::size_t i = 0; i < DecoderPorts::kInputCount; ++i) {
    const auto input = static_cast<DecoderPorts::Input>(i);
    const auto place = feed_.ports().inputs[i];
    if (!place) continue;
    plugin::Integers& values = feed_.values(input);
    const at::ScalarType type = storage_of(values.dtype())->type;
    const at::Tensor tensor = at::from_blob(values.data(), feed_.dims(input), type);
    // Numbers that say how far the caches are filled are read by the host.
    const bool host = input == DecoderPorts::kLengths || input == DecoderPorts::kTotal;
    inputs_[*place] = host || device_.is_cpu() ? tensor : tensor.to(device_);
  }
}

void Decoder::keep(std::vector<c10::IValue>& outputs) {
  for (const DecoderPorts::Cache& cache : feed_.ports().caches)
    inputs_[cache.past] = std::move(outputs[cache.present]);
}

const float* Decoder::forward(const std::int32_t* tokens, std::int32_t batch, std::int32_t n,
                              plugin::DecoderFeed::Wanted wanted) {
  const c10::InferenceMode inference;
  feed_.take(tokens, batch, n, wanted);
  place_tokens();
  std::vector<c10::IValue> outputs = executor_.run(inputs_);
  logits_ = outputs[feed_.ports().logits].toTensor().to(at::kCPU, at::kFloat).contiguous();
  const std::int64_t rows = feed_.logits_row(feed_.rows() - 1) + 1;
  if (logits_.numel() < rows * feed_.ports().vocabulary)
    plugin::fail(JM_FAILED, "the logits are fewer than the tokens");
  keep(outputs);
  feed_.advance();
  return logits_.const_data_ptr<float>();
}

}  // namespace joulemark::torch_kit
