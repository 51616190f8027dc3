// SPDX-License-Identifier: Apache-2.0
// Which models a server of texts says that it has.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "server_talk.h"

namespace joulemark::http_engine {

/// The list of GET /v1/models; empty where the server has none. Throws ConnectionLost.
nlohmann::json listed_models(const Peer& peer);

/// The entry of the model that is meant: the named one, the only one, or the experiment's. Throws
/// plugin::Failure where there is none.
nlohmann::json entry_of(const nlohmann::json& models, const std::string& named,
                        const std::string& expected);

/// What TGI's GET /info says; empty where the server is another. Throws ConnectionLost.
nlohmann::json tgi_info(const Peer& peer);

}  // namespace joulemark::http_engine
