// SPDX-License-Identifier: Apache-2.0
#include "server_options.h"

#include <cstdlib>
#include <sstream>

namespace joulemark::http_engine {
namespace {

using plugin::fail;

constexpr const char* kPort = "{port}";
/// The orchestrator waits for not much longer.
constexpr std::int64_t kLongestStop = 60;

bool has_port(const std::string& text) {
  return text.find(kPort) != std::string::npos;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string bearer_of(const std::string& variable) {
  if (variable.empty()) return "";
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets variables here
  const char* token = std::getenv(variable.c_str());
  if (token == nullptr || *token == '\0')
    fail(JM_INVALID_ARGUMENT, "the variable '" + variable +
                                  "' that 'token_variable' names is not set; export the server's "
                                  "token in it");
  return token;
}

std::string replaced(std::string text, const std::string& word, const std::string& by) {
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size()))
    text.replace(at, word.size(), by);
  return text;
}

/// One word for /bin/sh, whatever is in it.
std::string quoted(const std::string& text) {
  return "'" + replaced(text, "'", "'\\''") + "'";
}

/// Scheme, host and port of a URL.
std::string origin_of(const std::string& url) {
  const auto host = url.find("://");
  return url.substr(0, url.find('/', host == std::string::npos ? 0 : host + 3));
}

/// Without an address there is nobody to ask, and a port that is not told to the server is not its
/// own.
void check_address(const ServerOptions& options) {
  if (options.command.empty()) {
    if (options.url.empty())
      fail(JM_INVALID_ARGUMENT,
           "a server needs 'url', where it answers, or 'command', which starts it");
    if (!options.environment.empty())
      fail(JM_INVALID_ARGUMENT, "'env' is for a server that 'command' starts");
    if (has_port(options.url) || has_port(options.ready))
      fail(JM_INVALID_ARGUMENT, "{port} is for a server that 'command' starts; write its port");
    return;
  }
  bool tells = has_port(options.command);
  for (const std::string& variable : options.environment) tells = tells || has_port(variable);
  const bool needs = options.url.empty() && (options.ready.empty() || has_port(options.ready));
  if (!tells && (needs || has_port(options.url)))
    fail(JM_INVALID_ARGUMENT,
         "nothing tells the server its port: write {port} into 'command' or 'env', or the server's "
         "own port into 'url'");
}

}  // namespace

ServerOptions read_server_options(plugin::Options options, const std::string& address) {
  ServerOptions read;
  read.command = options.text("command", "");
  read.url = options.text("url", address);
  read.ready = options.text("ready", "");
  read.ready_timeout_s = options.integer("ready_timeout_s", read.ready_timeout_s, 1);
  read.stop_timeout_s = options.integer("stop_timeout_s", read.stop_timeout_s, 1);
  if (read.stop_timeout_s > kLongestStop)
    fail(JM_INVALID_ARGUMENT, "option 'stop_timeout_s' can be 60 at the most");
  read.api =
      options.choice("api", {"auto", "kserve", "tensorflow", "openai", "llama.cpp", "tgi"}, "auto");
  read.model = options.text("model", "");
  read.signature = options.text("signature", "");
  read.environment = words_of(options.text("env", ""));
  read.tensors = options.choice("tensors", {"auto", "binary", "json"}, "auto");
  read.ignores_eos = options.choice("ignore_eos", {"0", "1"}, "1") == "1";
  read.ca_file = options.text("ca_file", "");
  read.bearer = bearer_of(options.text("token_variable", ""));
  options.finish("http");
  if (!address.empty() && !read.command.empty())
    fail(JM_INVALID_ARGUMENT,
         "'" + address +
             "' is a server that runs: it cannot have a 'command'; give the one that "
             "is started a name of its own, as [engine.NAME]");
  check_address(read);
  return read;
}

ServerOptions filled_in(ServerOptions options, const Places& places) {
  const std::string port = std::to_string(places.port);
  if (options.url.empty())
    options.url = options.ready.empty() ? "http://127.0.0.1:{port}" : origin_of(options.ready);
  for (std::string* text : {&options.url, &options.ready, &options.command})
    *text = replaced(*text, kPort, port);
  for (std::string& variable : options.environment) variable = replaced(variable, kPort, port);
  options.command = replaced(options.command, "{threads}", std::to_string(places.threads));
  options.command = replaced(options.command, "{model}", quoted(places.model));
  options.command = replaced(options.command, "{precision}", quoted(places.precision));
  return options;
}

}  // namespace joulemark::http_engine
