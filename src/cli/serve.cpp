// SPDX-License-Identifier: Apache-2.0
// `joulemark serve`: a model behind HTTP, in a process that holds the engine.
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>

#include "base/descriptor.h"
#include "cli/calibration_flag.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/machine_root.h"
#include "cli/meter_flag.h"
#include "cli/serve_config.h"
#include "run/held_process.h"
#include "run/process_worker.h"
#include "run/worker_runner.h"

namespace joulemark::cli {
namespace {

/// A signal that comes just before the wait is noticed after this long.
constexpr double kLongestWaitS = 0.5;

/// A file of this process and its children alone that holds the text: a token is in it.
Result<Descriptor> file_with(const std::string& text) {
  // Inherited: without MFD_CLOEXEC.
  Descriptor file(::memfd_create("joulemark-server", 0));
  const auto size = static_cast<ssize_t>(text.size());
  if (file.get() < 0 || ::write(file.get(), text.data(), text.size()) != size ||
      ::lseek(file.get(), 0, SEEK_SET) != 0)
    return fail(ErrorKind::kMachine,
                fmt::format("cannot hand the configuration over: {}", errno_text(errno)));
  return file;
}

/// The status with which the server ended.
Result<int> status_of(const run::ProcessEnd& end, bool stopped) {
  if (WIFEXITED(end.status)) return WEXITSTATUS(end.status);
  if (stopped) return kExitInterrupted;
  return fail(ErrorKind::kFailed,
              fmt::format("the server was {}", describe(run::Signalled{WTERMSIG(end.status)})));
}

Result<int> serve(const ServeFlags& flags) {
  const auto& stop = interrupt_flag();
  const auto config = server_config(flags);
  if (!config) return fail(config.error());
  const auto file = file_with(serve::to_json(*config));
  if (!file) return fail(file.error());
  auto process = run::HeldProcess::create({run::program_beside("joulemark-server").string(),
                                           "--config-fd", std::to_string(file->get())},
                                          STDOUT_FILENO);
  if (!process) return fail(process.error());
  if (auto released = process->release(); !released)
    return fail(ErrorKind::kMachine, released.error().message + "; reinstall joulemark");
  bool told = false;
  while (!process->has_ended_within(kLongestWaitS)) {
    if (!stop || told) continue;
    process->terminate();
    told = true;
  }
  const auto end = process->wait();
  if (!end) return fail(end.error());
  return status_of(*end, told);
}

void declare_model(Arguments& arguments, ServeFlags& flags) {
  arguments.positional("MODEL", flags.model,
                       "ONNX file, checkpoint directory, hub:OWNER/NAME, synthetic:NAME, or what "
                       "else the engine loads",
                       Arguments::Need::kRequired);
  declare_engine_name(arguments, flags.engine);
  arguments.option("--name NAME", flags.name, "What clients call the model (default: its file's)");
  declare_engine(arguments, flags.engine);
  arguments.option("--affinity CPUS", flags.affinity, "CPUs that the engine may run on");
  arguments.repeated("--shape NAME=DIMS", flags.shapes,
                     "Sizes of an input in the first call, which is made before clients can ask");
  arguments.option("--chat-template FILE", flags.chat_template,
                   "Template of chats, instead of the checkpoint's own");
}

void declare_requests(Arguments& arguments, ServeFlags& flags) {
  arguments.group("Requests");
  arguments.option("--api LIST", flags.api, "APIs to answer (default openai,kserve)");
  arguments.option("--max-batch N", flags.max_batch,
                   "Rows of tensors, or texts, that the engine gets at once (default 1)");
  arguments.option("--max-queue N", flags.max_queue,
                   "Requests that may wait; more get status 429 (default 128)");
  arguments.option("--max-queue-delay-ms MS", flags.max_queue_delay_ms,
                   "Longest wait for others to fill a batch (default 0)");
  arguments.option("--time-limit SECONDS", flags.time_limit_s,
                   "Longest time of a request, its wait included; 0: none (default 600)");
  arguments.option("--body-limit MIB", flags.body_mib, "Largest body of a request (default 64)");
  arguments.option("--bodies-limit MIB", flags.held_mib,
                   "Bodies of all requests together; more get status 503 (default 256, or four of "
                   "the largest)");
  arguments.option("--max-connections N", flags.connections,
                   "Connections at once; more get status 503 (default 10000)");
  arguments.option("--drain-seconds SECONDS", flags.drain_s,
                   "Time for running requests when the server is told to end (default 30)");
}

void declare_access(Arguments& arguments, ServeFlags& flags) {
  arguments.group("Address");
  arguments.option("--host ADDRESS", flags.host, "Address to listen on (default 127.0.0.1)");
  arguments.option("--port N", flags.port, "Port; 0: one that is free (default 8000)");
  arguments.option("--token-file FILE", flags.token_file,
                   "Token that clients have to send; else that of JOULEMARK_SERVE_TOKEN");
  arguments.option("--tls-certificate FILE", flags.certificate, "Certificate in PEM, for HTTPS");
  arguments.option("--tls-key FILE", flags.key, "Its key");
  arguments.flag("--json", flags.as_json, "Say as JSON where the server listens");
}

}  // namespace

Action declare_serve(Arguments& arguments) {
  const auto flags = std::make_shared<ServeFlags>();
  declare_model(arguments, *flags);
  declare_requests(arguments, *flags);
  declare_access(arguments, *flags);
  arguments.group("Energy");
  declare_meters(arguments, flags->meters);
  declare_calibrations(arguments, flags->calibration);
  declare_root(arguments, flags->root);
  return [flags] { return serve(*flags); };
}

}  // namespace joulemark::cli
