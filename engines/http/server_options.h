// SPDX-License-Identifier: Apache-2.0
// What the user says of a server.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugin_kit/options.h"

namespace joulemark::http_engine {

struct ServerOptions {
  std::string command;  ///< "": the server runs already
  std::string url;
  std::string ready;  ///< "": the usual paths
  std::int64_t ready_timeout_s = 120;
  std::int64_t stop_timeout_s = 10;
  std::string api = "auto";
  std::string model;                     ///< "": found out
  std::string signature;                 ///< of TensorFlow Serving; "": the usual one
  std::vector<std::string> environment;  ///< "NAME=VALUE"
  std::string tensors = "auto";
  bool ignores_eos = true;
  std::string bearer;   ///< "": none
  std::string ca_file;  ///< "": the system's certificates
};

/// `address` is what `--engine http:URL` names, else "". Throws plugin::Failure for options that do
/// not fit each other.
ServerOptions read_server_options(plugin::Options options, const std::string& address);

/// What stands for the words in braces.
struct Places {
  int port = 0;
  std::int32_t threads = 1;
  std::string model;
  std::string precision;
  std::string name = {};  ///< of the model on the server
};

/// The options with {port}, {threads}, {model} and {precision} filled in, `url` and `ready` made
/// whole. In the command they are quoted for the shell.
ServerOptions filled_in(ServerOptions options, const Places& places);

}  // namespace joulemark::http_engine
