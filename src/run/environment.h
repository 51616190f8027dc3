// SPDX-License-Identifier: Apache-2.0
// The environment that a worker is given.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace joulemark::run {

/// Ours, as "NAME=VALUE", with `additions` in it or in the place of what has their names.
std::vector<std::string> merged_environment(const std::map<std::string, std::string>& additions);

}  // namespace joulemark::run
