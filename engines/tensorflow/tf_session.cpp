// SPDX-License-Identifier: Apache-2.0
#include "tf_session.h"

#include "config.h"
#include "plugin_kit/ports.h"
#include "plugin_kit/status.h"

namespace joulemark::tf {
namespace {

using OwnedOptions = Owned<SessionOptions>;

OwnedOptions options_of(const Api& api, const std::string& config) {
  OwnedOptions options{api.TF_NewSessionOptions(), api.TF_DeleteSessionOptions};
  const Outcome outcome(api);
  api.TF_SetConfig(options.get(), config.data(), config.size(), outcome);
  outcome.check(Stage::kLoad);
  return options;
}

void leave(void* /*data*/, std::size_t /*length*/, void* /*argument*/) {}

}  // namespace

OwnedTensor borrow(const Api& api, const Elements& elements) {
  // TensorFlow reads only: what is fed is held by two and never written over.
  void* data = plugin::not_null(const_cast<void*>(elements.data));
  OwnedTensor tensor{
      api.TF_NewTensor(elements.type, elements.dims.data(), static_cast<int>(elements.dims.size()),
                       data, elements.bytes, leave, nullptr),
      api.TF_DeleteTensor};
  if (tensor == nullptr)
    plugin::fail(JM_INVALID_ARGUMENT,
                 "TensorFlow makes no tensor of shape " +
                     plugin::dims_text(elements.dims.data(), elements.dims.size()));
  return tensor;
}

void drop_outputs(const Api& api, Call& call) {
  for (Tensor*& output : call.outputs) {
    if (output != nullptr) api.TF_DeleteTensor(output);
    output = nullptr;
  }
}

RunningSession::RunningSession(const Api& api, const GraphWriter& graph, const std::string& config)
    : api_(api) {
  const OwnedOptions options = options_of(api, config);
  const Outcome outcome(api);
  session_ = api.TF_NewSession(graph.graph(), options.get(), outcome);
  outcome.check(Stage::kLoad);
  assign(graph.variables());
}

RunningSession::RunningSession(const Api& api, const GraphWriter& graph, const std::string& config,
                               const SavedSession& saved)
    : api_(api) {
  const OwnedOptions options = options_of(api, config);
  const Outcome outcome(api);
  const char* const tag = "serve";
  session_ = api.TF_LoadSessionFromSavedModel(options.get(), nullptr, saved.folder.c_str(), &tag, 1,
                                              graph.graph(), &saved.meta_graph, outcome);
  outcome.check(Stage::kLoad);
}

RunningSession::~RunningSession() {
  const Outcome outcome(api_);
  api_.TF_CloseSession(session_, outcome);
  api_.TF_DeleteSession(session_, outcome);
}

/// All in one run; the variables keep the buffers that are fed.
void RunningSession::assign(const std::vector<Variable>& variables) {
  if (variables.empty()) return;
  std::vector<OwnedTensor> owned;
  std::vector<Output> feeds;
  std::vector<Tensor*> values;
  std::vector<const Operation*> targets;
  for (const Variable& variable : variables) {
    owned.push_back(borrow(api_, variable.elements));
    feeds.push_back(variable.placeholder);
    values.push_back(owned.back().get());
    targets.push_back(variable.assign);
  }
  const Outcome outcome(api_);
  api_.TF_SessionRun(session_, nullptr, feeds.data(), values.data(), static_cast<int>(feeds.size()),
                     nullptr, nullptr, 0, targets.data(), static_cast<int>(targets.size()), nullptr,
                     outcome);
  outcome.check(Stage::kLoad);
}

std::string RunningSession::metadata_of(const Call& call) {
  const std::string wish = options_that_tell_graphs();
  const Owned<Buffer> options{api_.TF_NewBufferFromString(wish.data(), wish.size()),
                              api_.TF_DeleteBuffer};
  const Owned<Buffer> metadata{api_.TF_NewBuffer(), api_.TF_DeleteBuffer};
  Call own = call;
  own.outputs.assign(own.fetches.size(), nullptr);
  const Outcome outcome(api_);
  api_.TF_SessionRun(session_, options.get(), own.feeds.data(), own.inputs.data(),
                     static_cast<int>(own.feeds.size()), own.fetches.data(), own.outputs.data(),
                     static_cast<int>(own.fetches.size()), nullptr, 0, metadata.get(), outcome);
  drop_outputs(api_, own);
  if (!outcome.ok()) return "";
  return {static_cast<const char*>(metadata->data), metadata->length};
}

}  // namespace joulemark::tf
