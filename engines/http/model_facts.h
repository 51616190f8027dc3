// SPDX-License-Identifier: Apache-2.0
// What the experiment's own files say of the model that the server shall have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace joulemark::http_engine {

struct ModelFacts {
  std::string path;                         ///< as the experiment has it
  std::string name;                         ///< as servers are wont to call it: the file's stem
  std::optional<std::int32_t> vocabulary;   ///< of a language model
  std::optional<std::int32_t> end_of_text;  ///< the token that ends texts
};

/// Of a file, a checkpoint directory or "null:NAME".
ModelFacts read_model_facts(const std::string& path);

}  // namespace joulemark::http_engine
