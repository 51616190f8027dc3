// SPDX-License-Identifier: Apache-2.0
// One session of a graph, and tensors that belong to us.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lowering/graph_writer.h"
#include "tf_api.h"
#include "tf_errors.h"

namespace joulemark::tf {

/// Calls the right TF_Delete… for a pointer of the library.
template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;
using OwnedTensor = Owned<Tensor>;

/// A tensor over memory that outlives it; copied only where it is not aligned as TensorFlow wants
/// it. Throws plugin::Failure.
OwnedTensor borrow(const Api& api, const Elements& elements);

/// What a run feeds and fetches.
struct Call {
  std::vector<Output> feeds;
  std::vector<Output> fetches;
  std::vector<Tensor*> inputs;   ///< borrowed
  std::vector<Tensor*> outputs;  ///< owned by who runs; null before a run
};

/// A model in a folder of its own.
struct SavedSession {
  std::string folder;
  Buffer& meta_graph;  ///< is filled with a MetaGraphDef
};

/// A session whose variables have their values. The graph outlives it.
class RunningSession {
 public:
  /// `config`: a ConfigProto.
  RunningSession(const Api& api, const GraphWriter& graph, const std::string& config);
  /// Of a SavedModel, which is read into the empty graph.
  RunningSession(const Api& api, const GraphWriter& graph, const std::string& config,
                 const SavedSession& saved);
  ~RunningSession();
  RunningSession(const RunningSession&) = delete;
  RunningSession& operator=(const RunningSession&) = delete;

  /// One TF_SessionRun; what it failed with stands in `status`. `call.outputs` must be null.
  void run(Call& call, Status* status) {
    api_.TF_SessionRun(session_, nullptr, call.feeds.data(), call.inputs.data(),
                       static_cast<int>(call.feeds.size()), call.fetches.data(),
                       call.outputs.data(), static_cast<int>(call.fetches.size()), nullptr, 0,
                       nullptr, status);
  }

  /// One more run, which tells what it ran: a serialised RunMetadata. Empty when it fails, as a
  /// graph with 2 GB of constants does.
  std::string metadata_of(const Call& call);

 private:
  void assign(const std::vector<Variable>& variables);

  const Api& api_;
  Session* session_ = nullptr;
};

/// A graph with a session of it, and what its runs feed and fetch.
struct Loaded {
  std::unique_ptr<GraphWriter> graph;
  Call call;
  std::unique_ptr<RunningSession> session;  ///< ends before the graph
};

/// Deletes what a run gave.
void drop_outputs(const Api& api, Call& call);

}  // namespace joulemark::tf
