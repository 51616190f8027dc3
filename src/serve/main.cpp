// SPDX-License-Identifier: Apache-2.0
// joulemark-server: one model behind HTTP. Started by `joulemark serve` with its configuration.
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/error.h"
#include "engine/plugin.h"
#include "serve/server_process.h"
#include "worker/server.h"

namespace {

using namespace joulemark;

constexpr std::size_t kMostConfigBytes = std::size_t{16} << 20;

/// N of `--config-fd N`.
Result<int> config_fd(int argc, char** argv) {
  int fd = -1;
  if (argc == 3 && std::string_view(argv[1]) == "--config-fd") {
    const std::string_view text(argv[2]);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fd);
    if (error == std::errc() && end == text.data() + text.size() && fd >= 0) return fd;
  }
  return fail(ErrorKind::kUsage,
              "joulemark-server is started by 'joulemark serve', as 'joulemark-server --config-fd "
              "N' with N an open file that holds its configuration");
}

Result<std::string> read_all(Descriptor from) {
  std::string text;
  char part[4096];
  for (;;) {
    const ssize_t count = ::read(from.get(), part, sizeof part);
    if (count == 0) return text;
    if (count < 0 || text.size() > kMostConfigBytes)
      return fail(ErrorKind::kUsage, "joulemark-server cannot read its configuration");
    text.append(part, static_cast<std::size_t>(count));
  }
}

/// Standard output for the line that says that the server is ready, and nothing else: what engines
/// print goes to standard error.
Descriptor take_standard_output() {
  Descriptor output(::dup(STDOUT_FILENO));
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  return output;
}

Status run(int argc, char** argv) {
  const auto fd = config_fd(argc, argv);
  if (!fd) return fail(fd.error());
  if (auto tied = worker::die_with_parent(); !tied) return tied;
  // Ctrl-C is for 'joulemark serve', which passes it on once.
  ::setpgid(0, 0);
  const Descriptor output = take_standard_output();
  const auto text = read_all(Descriptor(*fd));
  if (!text) return fail(text.error());
  const auto config = serve::parse_server_config(*text);
  if (!config) return fail(config.error());
  std::unique_ptr<engine::Plugin> plugin;
  return serve::serve(
      *config,
      [&](const std::string& path) -> Result<const jm_engine_api*> {
        auto loaded = engine::Plugin::load(path);
        if (!loaded) return fail(loaded.error());
        plugin = std::make_unique<engine::Plugin>(*std::move(loaded));
        return &plugin->api();
      },
      output.get());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto status = run(argc, argv);
    if (status) return kExitOk;
    std::fprintf(stderr, "joulemark: %s\n", status.error().message.c_str());
    return exit_code(status.error().kind);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "joulemark: the server cannot go on: %s\n", error.what());
    return kExitFailed;
  }
}
