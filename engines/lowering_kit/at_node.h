// SPDX-License-Identifier: Apache-2.0
// Names of nodes, and failures that name the node they happened at.
#pragma once

#include <exception>
#include <new>
#include <string>

#include "model/onnx_graph.h"
#include "plugin_kit/status.h"

namespace joulemark::lowering {

/// A failure that already names its node.
struct NodeFailure : plugin::Failure {};

/// The node's name, else its first output.
std::string name_of(const model::OnnxNode& node);

/// "Conv", "com.microsoft.FusedConv".
std::string operator_of(const model::OnnxNode& node);

/// Throws NodeFailure: "node 'conv1' (Conv, opset 17): " and why.
[[noreturn]] void fail_at(const model::OnnxNode& node, jm_status status, const std::string& why);

/// Does `lower`; what fails in it without a node gets this one. `brief` makes one line of an
/// exception of the library.
template <class Lower, class Brief>
void at_node(const model::OnnxNode& node, Lower&& lower, Brief&& brief) {
  try {
    lower();
  } catch (const NodeFailure&) {
    throw;
  } catch (const plugin::Failure& failure) {
    fail_at(node, failure.status, failure.message);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    fail_at(node, JM_UNSUPPORTED, brief(error));
  }
}

}  // namespace joulemark::lowering
