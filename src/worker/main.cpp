// SPDX-License-Identifier: Apache-2.0
// joulemark-worker: the measured process. Started by joulemark with one end of a socketpair.
#include <charconv>
#include <cstdio>
#include <memory>
#include <string_view>

#include "base/error.h"
#include "engine/plugin.h"
#include "worker/server.h"
#include "worker/session.h"

namespace {

using joulemark::ErrorKind;
using joulemark::Result;

/// N of `--protocol-fd N`.
Result<int> protocol_fd(int argc, char** argv) {
  int fd = -1;
  if (argc == 3 && std::string_view(argv[1]) == "--protocol-fd") {
    const std::string_view text(argv[2]);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fd);
    if (error == std::errc() && end == text.data() + text.size() && fd >= 0) return fd;
  }
  return joulemark::fail(ErrorKind::kUsage,
                         "joulemark-worker is started by 'joulemark', as 'joulemark-worker "
                         "--protocol-fd N' with N a socket that speaks the worker protocol");
}

joulemark::Status run(int argc, char** argv) {
  const auto fd = protocol_fd(argc, argv);
  if (!fd) return joulemark::fail(fd.error());
  if (auto tied = joulemark::worker::die_with_parent(); !tied) return tied;
  std::unique_ptr<joulemark::engine::Plugin> plugin;
  joulemark::worker::Session session([&](const std::string& path) -> Result<const jm_engine_api*> {
    auto loaded = joulemark::engine::Plugin::load(path);
    if (!loaded) return joulemark::fail(loaded.error());
    plugin = std::make_unique<joulemark::engine::Plugin>(*std::move(loaded));
    return &plugin->api();
  });
  return joulemark::worker::serve(*fd, session);
}

}  // namespace

int main(int argc, char** argv) {
  const auto status = run(argc, argv);
  if (status) return joulemark::kExitOk;
  std::fprintf(stderr, "joulemark-worker: %s\n", status.error().message.c_str());
  return joulemark::exit_code(status.error().kind);
}
