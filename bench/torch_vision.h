// SPDX-License-Identifier: Apache-2.0
// The two networks for images.
#pragma once

#include "torch_networks.h"

namespace joulemark::bench {

std::unique_ptr<Network> make_resnet(const Weights& weights);
std::unique_ptr<Network> make_mobilenet_v2(const Weights& weights);

}  // namespace joulemark::bench
