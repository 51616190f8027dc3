// SPDX-License-Identifier: Apache-2.0
// Graphs with one buffer for past and present get the same tensor as input and output; the others
// get two sets of buffers, which take turns.
#include "ort_decoder.h"

#include <cstdlib>

#include "ort_errors.h"

namespace joulemark::ort {

using plugin::DecoderPorts;

Decoder::Decoder(DecoderSession session, plugin::DecoderFeed feed)
    : session_(session), feed_(std::move(feed)) {
  inputs_.assign(session.input_names.size(), nullptr);
  outputs_.assign(session.output_names.size(), nullptr);
}

Decoder::~Decoder() {
  for (Value*& value : inputs_) replace(value, nullptr);
  for (Value*& value : outputs_) replace(value, nullptr);
}

void Decoder::replace(Value*& slot, Value* value) {
  if (slot != nullptr) session_.api.ReleaseValue(slot);
  slot = value;
}

Value* Decoder::make(jm_dtype dtype, const std::vector<std::int64_t>& dims, void* data,
                     std::size_t bytes) {
  Value* value = nullptr;
  check(session_.api, Stage::kRun,
        session_.api.CreateTensorWithDataAsOrtValue(session_.memory, plugin::not_null(data), bytes,
                                                    dims.data(), dims.size(), dtype, &value));
  return value;
}

void Decoder::reset(std::int32_t batch, std::int32_t max_tokens) {
  const bool same = batch == feed_.batch() && max_tokens == feed_.max_tokens();
  feed_.reset(batch, max_tokens);
  if (same) return;
  past_.clear();
  present_.clear();
  for (Value*& value : inputs_) replace(value, nullptr);
  for (Value*& value : outputs_) replace(value, nullptr);
  for (const DecoderPorts::Cache& cache : feed_.ports().caches) {
    const auto count = static_cast<std::size_t>(batch) * static_cast<std::size_t>(max_tokens) *
                       static_cast<std::size_t>(cache.heads * cache.size);
    for (std::vector<Buffer>* set : {&past_, &present_}) {
      if (set == &present_ && feed_.ports().shares_cache()) continue;
      set->emplace_back(std::calloc(count, sizeof(float)));
      if (set->back() == nullptr) throw std::bad_alloc();
    }
  }
}

void Decoder::bind_caches() {
  const bool shared = feed_.ports().shares_cache();
  const std::int64_t past = shared ? feed_.max_tokens() : feed_.columns();
  const std::int64_t present = shared ? past : past + feed_.fresh_columns();
  for (std::size_t i = 0; i < past_.size(); ++i) {
    const DecoderPorts::Cache& cache = feed_.ports().caches[i];
    if (shared && inputs_[cache.past] != nullptr) continue;
    const auto bound = [&](void* data, std::int64_t tokens) {
      const std::vector<std::int64_t> dims{feed_.batch(), cache.heads, tokens, cache.size};
      const auto count = static_cast<std::size_t>(dims[0] * dims[1] * dims[2] * dims[3]);
      return make(JM_FLOAT32, dims, data, count * sizeof(float));
    };
    replace(inputs_[cache.past], bound(past_[i].get(), past));
    void* out = shared ? past_[i].get() : present_[i].get();
    replace(outputs_[cache.present], bound(out, present));
  }
}

void Decoder::bind_logits() {
  const DecoderPorts& ports = feed_.ports();
  const bool chosen = ports.inputs[DecoderPorts::kRows].has_value();
  const std::int64_t rows =
      chosen ? feed_.rows() : std::int64_t{feed_.batch()} * feed_.fresh_columns();
  const auto count = static_cast<std::size_t>(rows * ports.vocabulary);
  if (logits_.size() < count) logits_.resize(count);
  std::vector<std::int64_t> dims{rows, ports.vocabulary};
  if (!chosen) dims = {feed_.batch(), feed_.fresh_columns(), ports.vocabulary};
  replace(outputs_[ports.logits], make(JM_FLOAT32, dims, logits_.data(), count * sizeof(float)));
}

const float* Decoder::forward(const std::int32_t* tokens, std::int32_t batch, std::int32_t n,
                              plugin::DecoderFeed::Wanted wanted) {
  feed_.take(tokens, batch, n, wanted);
  feed_.bind_changed([&](std::size_t place, plugin::Integers& values, const auto& dims) {
    replace(inputs_[place], make(values.dtype(), dims, values.data(), values.bytes()));
  });
  bind_caches();
  bind_logits();
  check(session_.api, Stage::kRun,
        session_.api.Run(session_.session, nullptr, session_.input_names.data(), inputs_.data(),
                         inputs_.size(), session_.output_names.data(), session_.output_names.size(),
                         outputs_.data()));
  feed_.advance();
  if (!feed_.ports().shares_cache()) std::swap(past_, present_);
  return logits_.data();
}

}  // namespace joulemark::ort
