// SPDX-License-Identifier: Apache-2.0
// A graph is built twice: without places it tells its weights, and these have their places.
#include "checkpoint/networks/networks.h"

#include <algorithm>
#include <cctype>

#include "checkpoint/networks/architectures.h"

namespace joulemark::checkpoint {
namespace {

constexpr KnownNetwork kNetworks[] = {
    {"resnet50", "He et al. 2015, arXiv 1512.03385, as v1.5", build_resnet50},
    {"mobilenet_v2", "Sandler et al. 2018, arXiv 1801.04381", build_mobilenet_v2},
    {"bert-base", "Devlin et al. 2018, arXiv 1810.04805", build_bert_base,
     R"({"model_type": "bert", "max_position_embeddings": 512})"},
};

/// "MobileNet-V2" → "mobilenetv2".
std::string plain(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (c != '-' && c != '_') out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

std::span<const KnownNetwork> known_networks() {
  return kNetworks;
}

const KnownNetwork* find_known_network(std::string_view name) {
  const auto* found = std::find_if(
      std::begin(kNetworks), std::end(kNetworks),
      [wanted = plain(name)](const KnownNetwork& each) { return plain(each.name) == wanted; });
  return found == std::end(kNetworks) ? nullptr : found;
}

std::vector<MadeUpWeight> list_weights(const KnownNetwork& network) {
  const WeightPlaces nowhere;
  NetworkWriter writer(network.name, nowhere);
  network.build(writer);
  return writer.weights();
}

std::string build_onnx_network(const KnownNetwork& network, const std::string& weights_file,
                               const std::map<std::string, std::string>& metadata) {
  const WeightPlaces places{weights_file, made_up_offsets(list_weights(network))};
  NetworkWriter writer(network.name, places);
  network.build(writer);
  writer.onnx().metadata() = metadata;
  return writer.onnx().finish();
}

}  // namespace joulemark::checkpoint
