// SPDX-License-Identifier: Apache-2.0
// Networks of published papers at full size, built here rather than read from a file.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/made_up_weights.h"
#include "checkpoint/networks/network_writer.h"

namespace joulemark::checkpoint {

struct KnownNetwork {
  const char* name;    ///< "resnet50"
  const char* source;  ///< the paper
  void (*build)(NetworkWriter&);
  const char* config = "{}";  ///< config.json, what is said of such a network
};

std::span<const KnownNetwork> known_networks();

/// Null when there is none. Case, '-' and '_' do not matter.
const KnownNetwork* find_known_network(std::string_view name);

/// In the order in which they are used; each once.
std::vector<MadeUpWeight> list_weights(const KnownNetwork& network);

/// The bytes of an ONNX file of opset 17 whose weights lie in `weights_file` beside it, as
/// write_made_up_weights puts them there. `metadata` goes into the file.
std::string build_onnx_network(const KnownNetwork& network, const std::string& weights_file,
                               const std::map<std::string, std::string>& metadata);

}  // namespace joulemark::checkpoint
