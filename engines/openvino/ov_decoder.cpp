// SPDX-License-Identifier: Apache-2.0
// The C interface cannot empty a request's state: a new request has an empty one.
#include "ov_decoder.h"

#include "ov_errors.h"
#include "ov_pages.h"
#include "plugin_kit/affinity.h"

namespace joulemark::openvino {

using plugin::DecoderPorts;

Decoder::Decoder(jm_engine& engine, const CompiledModel* model, plugin::DecoderFeed feed,
                 std::string weights)
    : engine_(engine),
      api_(engine.library.api),
      model_(model),
      feed_(std::move(feed)),
      weights_(std::move(weights)) {
  std::size_t count = 0;
  for (const auto& place : feed_.ports().inputs)
    if (place) count = std::max(count, *place + 1);
  for (const DecoderPorts::Cache& cache : feed_.ports().caches)
    count = std::max(count, cache.past + 1);
  inputs_.assign(count, nullptr);
}

Decoder::~Decoder() {
  for (Tensor* tensor : inputs_)
    if (tensor != nullptr) api_.ov_tensor_free(tensor);
  if (logits_ != nullptr) api_.ov_tensor_free(logits_);
}

void Decoder::reset(std::int32_t batch, std::int32_t max_tokens) {
  feed_.reset(batch, max_tokens);
  if (request_ != nullptr && !feed_.ports().is_stateful()) return;
  Request* request = nullptr;
  check(api_, Stage::kRun, api_.ov_compiled_model_create_infer_request(model_, &request));
  request_ = {request, api_.ov_infer_request_free};
}

Tensor* Decoder::make(jm_dtype dtype, std::vector<std::int64_t> dims, void* data) const {
  Tensor* tensor = nullptr;
  check(api_, Stage::kRun,
        api_.ov_tensor_create_from_host_ptr(engine_.types.to_library(dtype),
                                            {static_cast<std::int64_t>(dims.size()), dims.data()},
                                            plugin::not_null(data), &tensor));
  return tensor;
}

void Decoder::set_input(std::size_t place, Tensor* tensor) {
  if (inputs_[place] != nullptr) api_.ov_tensor_free(inputs_[place]);
  inputs_[place] = tensor;
  check(api_, Stage::kRun,
        api_.ov_infer_request_set_input_tensor_by_index(request_.get(), place, tensor));
}

void Decoder::bind_caches() {
  for (const DecoderPorts::Cache& cache : feed_.ports().caches) {
    if (feed_.columns() == 0) {
      set_input(cache.past, make(JM_FLOAT32, {feed_.batch(), cache.heads, 0, cache.size}, nullptr));
      continue;
    }
    Tensor* present = nullptr;
    check(
        api_, Stage::kRun,
        api_.ov_infer_request_get_output_tensor_by_index(request_.get(), cache.present, &present));
    set_input(cache.past, present);
  }
}

void Decoder::infer(std::int32_t rows) {
  if (!known_rows_.insert(rows).second)
    return check(api_, Stage::kRun, api_.ov_infer_request_infer(request_.get()));
  // Threads are started by the first run; they inherit the CPUs of this one. Weights are packed
  // when the first tokens show how many rows a product has, some anew for another number of rows.
  const plugin::WideAffinity wide(engine_.settings.affinity);
  const PageReturner pages(weights_);
  check(api_, Stage::kRun, api_.ov_infer_request_infer(request_.get()));
}

const float* Decoder::forward(const std::int32_t* tokens, std::int32_t batch, std::int32_t n,
                              plugin::DecoderFeed::Wanted wanted) {
  feed_.take(tokens, batch, n, wanted);
  feed_.bind_changed([&](std::size_t place, plugin::Integers& values, auto dims) {
    set_input(place, make(values.dtype(), std::move(dims), values.data()));
  });
  bind_caches();
  infer(batch * n);
  if (logits_ != nullptr) api_.ov_tensor_free(logits_);
  logits_ = nullptr;
  check(api_, Stage::kRun,
        api_.ov_infer_request_get_output_tensor_by_index(request_.get(), feed_.ports().logits,
                                                         &logits_));
  void* data = nullptr;
  check(api_, Stage::kRun, api_.ov_tensor_data(logits_, &data));
  feed_.advance();
  return static_cast<const float*>(data);
}

}  // namespace joulemark::openvino
