// SPDX-License-Identifier: Apache-2.0
#include "serve/engine/joining.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/dtype.h"

namespace joulemark::serve {
namespace {

constexpr std::int64_t kDynamic = -1;

std::string obstacle_in(const std::vector<worker::EnginePort>& ports, const char* kind) {
  for (const worker::EnginePort& port : ports) {
    // What the engine does not know shows itself when the outputs come.
    if (!port.has_dims) continue;
    if (port.dims.empty()) return fmt::format("{} '{}' is a scalar", kind, port.name);
    if (port.dims.front() != kDynamic)
      return fmt::format("the first dimension of {} '{}' is fixed to {}", kind, port.name,
                         port.dims.front());
  }
  return {};
}

bool has_same_rows(const model::HostTensor& a, const model::HostTensor& b) {
  return a.dtype == b.dtype && a.dims.size() == b.dims.size() &&
         std::equal(a.dims.begin() + 1, a.dims.end(), b.dims.begin() + 1);
}

/// Elements that share a byte cannot be put behind each other.
bool has_whole_bytes(const model::HostTensor& tensor) {
  const int bits = model::dtype_info(tensor.dtype).bits;
  return tensor.dtype == JM_STRING || (bits > 0 && bits % 8 == 0);
}

}  // namespace

const Timing& timing_of(const Job& job) {
  return std::visit([](const auto& typed) -> const Timing& { return typed.timing; }, job);
}

bool is_gone(const Job& job) {
  if (const auto* text = std::get_if<TextJob>(&job)) return text->sink->is_gone();
  return std::get<TensorJob>(job).is_gone();
}

void refuse(const Job& job, const Outcome& outcome) {
  if (const auto* text = std::get_if<TextJob>(&job)) return text->sink->finish(outcome);
  std::get<TensorJob>(job).finish(outcome, {});
}

Joining::Joining(const ServedModel& model)
    : obstacle_(obstacle_in(model.inputs, "input")), max_tokens_(model.max_tokens) {
  if (obstacle_.empty()) obstacle_ = obstacle_in(model.outputs, "output");
  if (model.inputs.empty()) obstacle_ = "the model has no inputs";
}

std::int64_t rows_of(const TensorJob& job) {
  if (job.inputs.empty()) return 0;
  const auto& dims = job.inputs.front().dims;
  const std::int64_t rows = dims.empty() ? 0 : dims.front();
  const bool shared = std::ranges::all_of(job.inputs, [&](const model::HostTensor& tensor) {
    return !tensor.dims.empty() && tensor.dims.front() == rows && has_whole_bytes(tensor);
  });
  return shared ? rows : 0;
}

bool Company::take(const Job& job) {
  const auto fits_in = [&](const auto& typed) { return fits(typed); };
  if (first_ != nullptr && (first_->index() != job.index() || !std::visit(fits_in, job)))
    return false;
  if (first_ == nullptr) first_ = &job;
  std::visit([&](const auto& typed) { add(typed); }, job);
  return true;
}

bool Company::is_full() const {
  if (first_ == nullptr) return false;
  const auto* tensors = std::get_if<TensorJob>(first_);
  const bool alone = tensors != nullptr && (!joining_.obstacle().empty() || rows_of(*tensors) == 0);
  return alone || rows_ >= most_;
}

bool Company::fits(const TextJob& job) const {
  if (rows_ >= most_) return false;
  const auto prompt = static_cast<std::int64_t>(std::max(prompt_, job.prompt.size()));
  const std::int64_t room = prompt + std::max<std::int64_t>(new_tokens_, job.max_new_tokens);
  return joining_.max_tokens() == 0 || room <= joining_.max_tokens();
}

bool Company::fits(const TensorJob& job) const {
  const std::int64_t rows = rows_of(job);
  if (is_full() || rows == 0 || rows_ + rows > most_) return false;
  const auto& first = std::get<TensorJob>(*first_);
  return std::equal(job.inputs.begin(), job.inputs.end(), first.inputs.begin(), first.inputs.end(),
                    has_same_rows);
}

void Company::add(const TextJob& job) {
  ++rows_;
  prompt_ = std::max(prompt_, job.prompt.size());
  new_tokens_ = std::max<std::int64_t>(new_tokens_, job.max_new_tokens);
}

void Company::add(const TensorJob& job) {
  rows_ += rows_of(job);
}

}  // namespace joulemark::serve
