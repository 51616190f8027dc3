// SPDX-License-Identifier: Apache-2.0
// The server that is measured: found where it runs, or started and awaited.
#pragma once

#include <memory>
#include <string>

#include "child_server.h"
#include "plugin_kit/status.h"
#include "server_options.h"
#include "server_talk.h"

namespace joulemark::http_engine {

/// What a server says of itself; "" where it does not.
struct ServerFacts {
  std::string name;           ///< of the program
  std::string version;        ///< of the program
  bool has_kserve = false;    ///< it knows /v2
  bool takes_binary = false;  ///< KServe's tensors in binary
};

class RunningServer {
 public:
  /// Starts `command` where there is one; waits until the server is ready. Throws plugin::Failure.
  RunningServer(const ServerOptions& options, const Places& places,
                const std::vector<std::int32_t>& cpus);

  [[nodiscard]] const Peer& peer() const { return peer_; }
  [[nodiscard]] const ServerFacts& facts() const { return facts_; }
  [[nodiscard]] bool is_ours() const { return child_ != nullptr; }
  /// What became of a server that was started, behind "; ": how it ended and its last lines. "" of
  /// one that runs still, or was not started here.
  [[nodiscard]] std::string epitaph() const;

 private:
  void start(const ServerOptions& options, const std::vector<std::int32_t>& cpus);
  void await(const ServerOptions& options, const std::string& model);
  [[nodiscard]] std::vector<http::Url> where_ready(const std::string& url,
                                                   const std::string& model) const;
  /// Why it is not ready; "" when it is.
  [[nodiscard]] std::string unready(const std::vector<http::Url>& urls) const;
  void ask_facts();

  std::unique_ptr<ChildServer> child_;
  Peer peer_;
  ServerFacts facts_;
};

/// For the addresses in these options; none's where all are http. Throws plugin::Failure for what
/// is no address, and for a 'ca_file' that cannot be used.
Trust trust_for(const ServerOptions& options);

/// A port of the loopback that was free a moment ago.
int free_port();

/// Runs `body` and gives a lost connection the words that go with this server.
template <class Body>
auto with_server(const RunningServer& server, Body&& body) {
  try {
    return body();
  } catch (const ConnectionLost& lost) {
    plugin::fail(JM_FAILED, lost.message + server.epitaph());
  }
}

}  // namespace joulemark::http_engine
