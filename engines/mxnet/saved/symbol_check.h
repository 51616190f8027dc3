// SPDX-License-Identifier: Apache-2.0
// What MXNet itself must say of a symbol's nodes before it is given the whole: it reads a result
// that a node does not have, or an input that is missing, without looking.
#pragma once

#include "mxnet/mx_api.h"
#include "mxnet/saved/symbol_file.h"

namespace joulemark::mx {

/// Throws plugin::Failure with the node and its operator in the message: JM_UNSUPPORTED for an
/// operator that MXNet lacks, JM_INVALID_MODEL for attributes, inputs or results that it has not.
void check_nodes(const Api& api, const SymbolFile& file);

/// What a variable is to the nodes that read it.
enum class Role {
  kInput,
  kParameter,  ///< weights, a bias, statistics
  kLabel,      ///< what training compares with; it has no part in the result
};
Role role_of(const SymbolFile& file, std::size_t variable);

/// The node that reads a variable as this. There is one where role_of says so.
const SavedNode& reader_of(const SymbolFile& file, std::size_t variable);

/// "node 'fc1' (FullyConnected)"
std::string label_of(const SavedNode& node);

}  // namespace joulemark::mx
