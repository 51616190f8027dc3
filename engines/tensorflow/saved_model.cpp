// SPDX-License-Identifier: Apache-2.0
#include "saved_model.h"

#include <filesystem>
#include <system_error>

#include "dtypes.h"
#include "plugin_kit/status.h"
#include "signature.h"

namespace joulemark::tf {
namespace {

namespace fs = std::filesystem;

bool is_variable(const std::string& operation) {
  return operation == "VarHandleOp" || operation == "VariableV2" || operation == "Variable";
}

/// TensorFlow loads such a model, and only its runs fail.
void check_variables(const GraphWriter& graph, const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / "variables" / "variables.index", error)) return;
  for (const std::string& operation : graph.operations())
    if (is_variable(operation))
      plugin::fail(JM_INVALID_MODEL, "'" + folder.string() +
                                         "' has variables, but 'variables/variables.index' is "
                                         "missing; copy the whole folder");
}

plugin::Port port_of(const SignatureTensor& tensor) {
  plugin::Port port;
  port.name = tensor.key;
  port.dtype = dtype_of(tensor.type);
  if (port.dtype == JM_UNDEFINED)
    plugin::fail(JM_UNSUPPORTED,
                 "'" + tensor.key + "' of its signature has the element type " +
                     (tensor.type == kString ? "string" : std::to_string(tensor.type)) +
                     " of TensorFlow, which this engine passes no tensors of; name another "
                     "signature with the option 'signature', or export one that takes numbers");
  port.rank_known = tensor.dims.has_value();
  port.dims = tensor.dims.value_or(Ints{});
  return port;
}

Output find_tensor(const GraphWriter& graph, const SignatureTensor& tensor) {
  const Output found{graph.operation(tensor.operation), tensor.index};
  if (found.op == nullptr || tensor.index >= graph.result_count(found.op))
    plugin::fail(JM_INVALID_MODEL, "'" + tensor.key + "' of its signature is '" + tensor.operation +
                                       ":" + std::to_string(tensor.index) +
                                       "', which its graph does not have");
  return found;
}

void add_ports(const GraphWriter& graph, const std::vector<SignatureTensor>& tensors,
               std::vector<plugin::Port>& ports, std::vector<Output>& places) {
  for (const SignatureTensor& tensor : tensors) {
    ports.push_back(port_of(tensor));
    places.push_back(find_tensor(graph, tensor));
  }
}

/// TensorFlow says what it stumbled over, and neither where nor what may be done.
[[noreturn]] void fail_unread(const fs::path& folder, const plugin::Failure& failure) {
  if (failure.status != JM_INVALID_MODEL) throw failure;
  const bool no_graph = failure.message.find("matching supplied tags") != std::string::npos;
  plugin::fail(JM_INVALID_MODEL,
               no_graph ? "'" + folder.string() +
                              "' holds no graph for serving (tag 'serve'); export the model with "
                              "that tag, and copy 'saved_model.pb' whole"
                        : "'" + folder.string() + "' cannot be read: " + failure.message +
                              "; a file of it is cut off or damaged: copy the whole folder again");
}

void open_session(const Api& api, Loaded& loaded, const std::string& config,
                  const SavedSession& saved) {
  try {
    loaded.session = std::make_unique<RunningSession>(api, *loaded.graph, config, saved);
  } catch (const plugin::Failure& failure) {
    fail_unread(saved.folder, failure);
  }
}

}  // namespace

bool is_saved_model(const std::string& path) {
  return fs::path(path).filename() == "saved_model.pb";
}

SavedModel load_saved_model(const Api& api, const std::string& path, const Settings& settings) {
  const Layout layout = settings.layout.value_or(Layout::kChannelsFirst);
  const fs::path folder = fs::absolute(path).parent_path();
  SavedModel model;
  Loaded& loaded = model.loaded;
  loaded.graph = std::make_unique<GraphWriter>(api, layout);
  const Owned<Buffer> meta_graph{api.TF_NewBuffer(), api.TF_DeleteBuffer};
  open_session(api, loaded, session_config(settings.threads, layout, settings.optimizer),
               {folder.string(), *meta_graph});
  loaded.graph->note_types();
  check_variables(*loaded.graph, folder);
  const Signature signature = read_signature(
      {static_cast<const char*>(meta_graph->data), meta_graph->length}, settings.signature);
  add_ports(*loaded.graph, signature.inputs, model.inputs, loaded.call.feeds);
  add_ports(*loaded.graph, signature.outputs, model.outputs, loaded.call.fetches);
  loaded.call.outputs.assign(loaded.call.fetches.size(), nullptr);
  return model;
}

}  // namespace joulemark::tf
