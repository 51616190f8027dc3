// SPDX-License-Identifier: Apache-2.0
// Jobs of a test, and what became of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "model/tensor.h"
#include "serve/engine/tensor_job.h"
#include "serve/engine/text_job.h"

namespace joulemark::testing {

/// Keeps what it is given. Read it behind wait().
class RecordedText final : public serve::TextSink {
 public:
  serve::Verdict take(const serve::NewToken& token) override {
    ids.push_back(token.id);
    if (on_token) on_token();
    return ids.size() >= enough ? serve::Verdict::kEnough : serve::Verdict::kGoOn;
  }
  [[nodiscard]] bool is_gone() const override { return gone; }
  void finish(const serve::Outcome& outcome) override { promise_.set_value(outcome); }
  serve::Outcome wait() { return promise_.get_future().get(); }

  std::vector<std::int32_t> ids;
  std::size_t enough = static_cast<std::size_t>(-1);
  std::atomic<bool> gone{false};
  std::function<void()> on_token;

 private:
  std::promise<serve::Outcome> promise_;
};

inline serve::TextJob text_job(const std::shared_ptr<RecordedText>& sink,
                               std::vector<std::int32_t> prompt, std::int32_t max_new_tokens) {
  return {.prompt = std::move(prompt), .max_new_tokens = max_new_tokens, .sink = sink};
}

/// What became of a job of tensors.
struct RecordedTensors {
  std::promise<serve::Outcome> outcome;
  std::vector<model::HostTensor> outputs;
  std::atomic<bool> gone{false};
  serve::Outcome wait() { return outcome.get_future().get(); }
};

/// float32 [rows, values / rows].
inline model::HostTensor float_tensor(std::int64_t rows, const std::vector<float>& values) {
  const auto columns = static_cast<std::int64_t>(values.size()) / rows;
  auto tensor = *model::make_tensor("x", JM_FLOAT32, {rows, columns});
  std::copy(values.begin(), values.end(), reinterpret_cast<float*>(tensor.data.data()));
  return tensor;
}

inline std::vector<float> floats_of(const model::HostTensor& tensor) {
  const auto* begin = reinterpret_cast<const float*>(tensor.data.data());
  return {begin, begin + tensor.data.size() / sizeof(float)};
}

inline serve::TensorJob tensor_job(const std::shared_ptr<RecordedTensors>& record,
                                   model::HostTensor input) {
  serve::TensorJob job;
  job.inputs.push_back(std::move(input));
  job.is_gone = [record] { return record->gone.load(); };
  job.finish = [record](const serve::Outcome& outcome, std::vector<model::HostTensor> outputs) {
    record->outputs = std::move(outputs);
    record->outcome.set_value(outcome);
  };
  return job;
}

}  // namespace joulemark::testing
