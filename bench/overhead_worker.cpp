// SPDX-License-Identifier: Apache-2.0
// fork, exec, and JSON lines over a socketpair.
#include "overhead_worker.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
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
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) std::abort();
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

  /// Nothing but the failure once a request has failed.
  json ask(const json& request) {
    if (!failure_.empty()) return {};
    const std::string line = request.dump() + "\n";
    char* reply = nullptr;
    std::size_t capacity = 0;
    ssize_t size = -1;
    if (write(fileno(socket_), line.data(), line.size()) >= 0)
      size = getline(&reply, &capacity, socket_);
    json object;
    if (size > 0)
      object = json::parse(reply, reply + size);
    else
      failure_ = "the worker has died";
    std::free(reply);
    if (size > 0 && object["type"] == "error") failure_ = object["message"].get<std::string>();
    return object;
  }
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] std::int64_t peak_bytes() const {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(status, line);)
      if (line.rfind("VmHWM:", 0) == 0) return std::atoll(line.c_str() + 6) * 1024;
    return 0;
  }
  /// CPU time of all threads so far, from the scheduler's nanoseconds.
  [[nodiscard]] double cpu_ns() const {
    double sum = 0;
    std::error_code gone;
    for (const auto& task :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task", gone)) {
      double spent = 0;
      std::ifstream(task.path() / "schedstat") >> spent;
      sum += spent;
    }
    return sum;
  }

 private:
  pid_t pid_ = -1;
  std::FILE* socket_ = nullptr;
  std::string failure_;
};

double p50(const json& durations) {
  auto records = durations["ns"].get<std::vector<double>>();
  const auto middle = records.begin() + static_cast<std::ptrdiff_t>(records.size() / 2);
  std::ranges::nth_element(records, middle);
  return *middle / durations["calls_per_record"].get<double>();
}

void prepare(Worker& worker, const TrialRequest& request) {
  worker.ask({{"type", "hello"}, {"protocol", 1}});
  worker.ask({{"type", "open"},
              {"plugin", request.install.plugin},
              {"library_dir", request.install.library_dir},
              {"threads", request.threads},
              {"options", request.options}});
  const json loaded =
      worker.ask({{"type", "load"}, {"model", request.model}, {"precision", "f32"}});
  worker.ask({{"type", "inputs"}, {"source", request.inputs.string()}, {"batch", request.batch}});
  if (loaded.is_object() && loaded.value("builds", false)) worker.ask({{"type", "build"}});
}

/// How the answer differs from the reference, where there is one; "" when it agrees.
std::string unlike_reference(Worker& worker, const TrialRequest& request) {
  if (request.reference.empty()) return {};
  const json answer = worker.ask({{"type", "answer"}, {"reference", request.reference.string()}});
  if (!worker.failure().empty()) return {};
  return answer.value("agrees", true) ? "" : answer.value("detail", "its answer differs");
}

}  // namespace

Result<Trial> run_trial(const TrialRequest& request) {
  Worker worker(request.worker);
  Trial trial;
  prepare(worker, request);
  trial.unlike = unlike_reference(worker, request);
  worker.ask({{"type", "warmup"},
              {"min_ns", kNanosecondsPerSecond / 2},
              {"max_ns", kNanosecondsPerSecond / 2},
              {"min_iterations", request.min_iterations}});
  const double cpu_before = worker.cpu_ns();
  const json done = worker.ask({{"type", "go"},
                                {"min_ns", to_nanoseconds(request.seconds)},
                                {"min_iterations", request.min_iterations}});
  trial.cpu_ns = worker.cpu_ns() - cpu_before;
  const json durations = worker.ask({{"type", "durations"}});
  trial.peak_bytes = worker.peak_bytes();
  worker.ask({{"type", "quit"}});
  if (!worker.failure().empty()) return fail(ErrorKind::kFailed, worker.failure());
  trial.p50_ns = p50(durations);
  trial.cpu_ns /= done["iterations"].get<double>();
  return trial;
}

Status write_answer(const TrialRequest& request, const std::filesystem::path& folder) {
  Worker worker(request.worker);
  prepare(worker, request);
  worker.ask({{"type", "answer"}, {"directory", folder.string()}});
  worker.ask({{"type", "quit"}});
  if (!worker.failure().empty()) return fail(ErrorKind::kFailed, worker.failure());
  return {};
}

double worker_p50_ns(const TrialRequest& request) {
  const auto trial = run_trial(request);
  if (trial) return trial->p50_ns;
  std::fprintf(stderr, "bench_parity: %s\n", trial.error().message.c_str());
  std::exit(1);
}

}  // namespace joulemark::bench
