// SPDX-License-Identifier: Apache-2.0
// The models whose shapes are known here, so that they can run with made-up weights.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace joulemark::checkpoint {

struct KnownModel {
  const char* repository;  ///< "microsoft/phi-2"
  const char* short_name;  ///< a name besides the repository's own; "" where there is none
  const char* config;      ///< config.json, what differs from the defaults of its model_type
  const char* source;      ///< where the numbers come from
};

std::span<const KnownModel> known_models();

/// The name in lower case without its owner: "phi-2".
std::string name_of(const KnownModel& model);

/// Null when there is none. Upper and lower case are the same, an owner may stand before.
const KnownModel* find_known_model(std::string_view name);

/// Names of all, in the order of the table.
std::vector<std::string> known_model_names();

}  // namespace joulemark::checkpoint
