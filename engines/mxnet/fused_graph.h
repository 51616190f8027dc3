// SPDX-License-Identifier: Apache-2.0
// What MXNet's oneDNN backend made of a symbol: read from the symbol as JSON.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace joulemark::mx {

/// The nodes of a symbol. Both maps count.
struct FusedGraph {
  std::map<std::string, int> operators;  ///< by operator: "_sg_mkldnn_conv"
  std::map<std::string, int> fused;      ///< by what became one: "Convolution+BatchNorm+Activation"
  int nodes = 0;                         ///< without variables
};

/// `json`: as MXSymbolSaveToJSON writes it. Of broken text nothing is read.
FusedGraph read_fused_graph(std::string_view json);

}  // namespace joulemark::mx
