// SPDX-License-Identifier: Apache-2.0
// Every way a case can end is a CheckResult; nothing here is an error of the conversation.
#include "worker/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "model/compare.h"
#include "model/inputs.h"
#include "model/onnx_summary.h"
#include "worker/ports.h"

namespace joulemark::worker {
namespace {

using model::HostTensor;
using model::OnnxSummary;
using model::Port;

CheckResult case_failed(std::string reason) {
  return {.status = CheckStatus::kFail, .reason = std::move(reason)};
}

CheckResult ended(const Failure& failure) {
  const bool unsupported = failure.status == JM_UNSUPPORTED;
  return {.status = unsupported ? CheckStatus::kUnsupported : CheckStatus::kFail,
          .reason = failure.message};
}

/// The number behind "test_data_set_"; -1 for other names.
int data_set_number(const std::filesystem::path& path) {
  constexpr std::string_view kPrefix = "test_data_set_";
  const std::string name = path.filename().string();
  int number = -1;
  if (!name.starts_with(kPrefix)) return -1;
  std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), number);
  return number;
}

std::vector<std::filesystem::path> data_sets(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> sets;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    if (data_set_number(entry->path()) >= 0) sets.push_back(entry->path());
  }
  std::ranges::sort(sets, {}, data_set_number);
  return sets;
}

/// An input or output that no tensor file can stand for.
const Port* not_a_tensor(const OnnxSummary& summary) {
  for (const auto* ports : {&summary.inputs, &summary.outputs}) {
    const auto found = std::ranges::find_if(
        *ports, [](const Port& port) { return port.kind != model::ValueKind::kTensor; });
    if (found != ports->end()) return &*found;
  }
  return nullptr;
}

/// Names the test inputs after the graph's inputs, in their order. More files than inputs without
/// initializers means that the initializers that are inputs are given too.
void name_by_position(std::vector<HostTensor>& tensors, const OnnxSummary& summary) {
  const auto& ports = tensors.size() > summary.inputs.size() ? summary.all_inputs : summary.inputs;
  for (std::size_t k = 0; k < std::min(tensors.size(), ports.size()); ++k) {
    tensors[k].name = ports[k].name;
  }
}

/// A model under check and what its outputs were compared with so far.
class Case {
 public:
  Case(EngineModel& model, const OnnxSummary& summary, const CheckRequest& request)
      : model_(model), summary_(summary), request_(request) {}

  Outcome<model::Difference> run(const std::filesystem::path& data_set) {
    auto tensors = model::read_test_tensors(data_set, "input");
    if (!tensors) return failed(tensors.error());
    if (tensors->size() > summary_.all_inputs.size()) {
      return fail(JM_FAILED, fmt::format("'{}' has {} inputs, the model {}", data_set.string(),
                                         tensors->size(), summary_.all_inputs.size()));
    }
    name_by_position(*tensors, summary_);
    const auto ports = model_.inputs();
    if (!ports) return fail(ports.error());
    auto arranged = model::arrange(std::move(*tensors), merge_ports(*ports, summary_));
    if (!arranged) return failed(arranged.error());
    if (auto bound = model_.bind(std::move(*arranged)); !bound) return fail(bound.error());
    if (auto ran = model_.run(); !ran) return fail(ran.error());
    return compare(data_set);
  }

 private:
  Outcome<model::Difference> compare(const std::filesystem::path& data_set) {
    const auto got = model_.results();
    if (!got) return fail(got.error());
    auto want = model::read_test_tensors(data_set, "output");
    if (!want) return failed(want.error());
    if (want->empty() || want->size() > got->size()) {
      return fail(JM_FAILED, fmt::format("'{}' has {} outputs, the model {}", data_set.string(),
                                         want->size(), got->size()));
    }
    model::Difference difference;
    for (std::size_t k = 0; k < want->size(); ++k) {
      (*want)[k].name = (*got)[k].name;
      model::Tolerance tolerance = model::conformance_tolerance((*want)[k].dtype);
      tolerance.rtol = request_.rtol.value_or(tolerance.rtol);
      tolerance.atol = request_.atol.value_or(tolerance.atol);
      difference = model::worse(difference, model::compare((*got)[k], (*want)[k], tolerance));
    }
    return difference;
  }

  EngineModel& model_;
  const OnnxSummary& summary_;
  const CheckRequest& request_;
};

CheckResult run_all(EngineModel& model, const OnnxSummary& summary, const CheckRequest& request) {
  const auto sets = data_sets(request.directory);
  if (sets.empty()) {
    return case_failed(fmt::format("'{}' has no test_data_set_*", request.directory.string()));
  }
  Case test(model, summary, request);
  model::Difference difference;
  for (const auto& data_set : sets) {
    const auto outcome = test.run(data_set);
    if (!outcome) return ended(outcome.error());
    difference = model::worse(difference, *outcome);
  }
  return {.status = difference.agrees ? CheckStatus::kPass : CheckStatus::kFail,
          .max_abs = difference.max_abs,
          .max_rel = difference.max_rel,
          .reason = difference.agrees ? "" : difference.detail,
          .max_abs_reason = difference.max_abs_reason,
          .max_rel_reason = difference.max_rel_reason};
}

}  // namespace

const char* to_string(CheckStatus status) {
  switch (status) {
    case CheckStatus::kPass:
      return "pass";
    case CheckStatus::kFail:
      return "fail";
    case CheckStatus::kUnsupported:
      break;
  }
  return "unsupported";
}

CheckResult check_case(Engine& engine, const CheckRequest& request) {
  const auto path = request.directory / "model.onnx";
  const auto summary = model::read_onnx_summary(path);
  if (!summary) return case_failed(summary.error().message);
  if (const Port* port = not_a_tensor(*summary)) {
    return {.status = CheckStatus::kUnsupported,
            .reason = fmt::format("'{}' is of type {}; only tensors are supported", port->name,
                                  model::to_string(port->kind))};
  }
  auto model = engine.load({.model = path.string(), .precision = "f32", .options = {}});
  if (!model) return ended(model.error());
  return run_all(*model, *summary, request);
}

}  // namespace joulemark::worker
