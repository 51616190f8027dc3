// SPDX-License-Identifier: Apache-2.0
// fork, exec, and JSON lines over a socketpair.
#include "overhead_worker.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/clock.h"

namespace joulemark::bench {
namespace {

using nlohmann::json;

/// A worker process and our end of its socket.
class Worker {
 public:
  explicit Worker(const std::filesystem::path& program) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) die("socketpair failed");
    const std::string number = std::to_string(ends[1]);
    pid_ = fork();
    if (pid_ == 0) {
      close(ends[0]);
      execl(program.c_str(), program.c_str(), "--protocol-fd", number.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    socket_ = fdopen(ends[0], "r+");
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() {
    std::fclose(socket_);
    waitpid(pid_, nullptr, 0);
  }
  json ask(const json& request) {
    const std::string line = request.dump() + "\n";
    if (write(fileno(socket_), line.data(), line.size()) < 0) die("the worker is gone");
    char* reply = nullptr;
    std::size_t capacity = 0;
    const ssize_t size = getline(&reply, &capacity, socket_);
    if (size <= 0) die("the worker has died");
    json object = json::parse(reply, reply + size);
    std::free(reply);
    if (object["type"] == "error") die(object["message"].get<std::string>());
    return object;
  }

 private:
  [[noreturn]] static void die(const std::string& why) {
    std::fprintf(stderr, "bench_parity: %s\n", why.c_str());
    std::exit(1);
  }
  pid_t pid_ = -1;
  std::FILE* socket_ = nullptr;
};

}  // namespace

double worker_p50_ns(const TrialRequest& request) {
  Worker worker(request.worker);
  worker.ask({{"type", "hello"}, {"protocol", 1}});
  worker.ask({{"type", "open"},
              {"plugin", request.install.plugin},
              {"library_dir", request.install.library_dir},
              {"threads", request.threads}});
  worker.ask({{"type", "load"}, {"model", request.model}, {"precision", "f32"}});
  worker.ask({{"type", "inputs"}, {"source", request.inputs.string()}, {"batch", 1}});
  worker.ask({{"type", "warmup"},
              {"min_ns", kNanosecondsPerSecond / 2},
              {"max_ns", kNanosecondsPerSecond / 2},
              {"min_iterations", 10}});
  worker.ask({{"type", "go"}, {"min_ns", to_nanoseconds(request.seconds)}, {"min_iterations", 10}});
  const json durations = worker.ask({{"type", "durations"}});
  worker.ask({{"type", "quit"}});
  auto records = durations["ns"].get<std::vector<double>>();
  const auto middle = records.begin() + static_cast<std::ptrdiff_t>(records.size() / 2);
  std::ranges::nth_element(records, middle);
  return *middle / durations["calls_per_record"].get<double>();
}

}  // namespace joulemark::bench
