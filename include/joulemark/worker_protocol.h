// SPDX-License-Identifier: Apache-2.0
// The conversation between the orchestrator and a worker: JSON objects, one per line, over one
// stream socket.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// A worker is any program that is started as `PROGRAM --protocol-fd N` with one end of a
/// socketpair as file descriptor N, and answers each request line with exactly one reply line. Its
/// stdout and stderr are captured, not parsed. It exits with status 0 when the socket closes. Text
/// is UTF-8; times are CLOCK_MONOTONIC nanoseconds; unknown keys are ignored.
///
/// request                                       reply
/// {"type":"hello","protocol":1}
/// {"type":"hello","protocol":1,"worker":"joulemark-worker","version":"0.1.0"}
/// {"type":"open","plugin":PATH,"library_dir":PATH,"provider":"cpu","threads":2,"affinity":[0,1],"options":{…}}
///                                               {"type":"opened","describe":{…}}
/// {"type":"operators"}
/// {"type":"operators","operators":[{"domain":"","name":"Relu","since":6,"until":22}…]}
///                                               those that the engine computes; "until" may be
///                                               absent; "unsupported" from an engine without such
///                                               a list
/// {"type":"export","model":PATH,"format":"torchscript","path":PATH}
///                                               {"type":"exported"}   the model file is written in
///                                               a format of the engine's own
/// {"type":"load","model":PATH,"precision":"f32","options":{}}
///                                               {"type":"loaded","t0_ns":…,"t1_ns":…,"inputs":[PORT…],"outputs":[PORT…]}
///                                               PORT = {"name","dtype","dims"}; dims null when
///                                               unknown, -1 where dynamic. With "builds":true the
///                                               worker takes `build`, and is sent it once
/// {"type":"build"}
///     makes a program of what was loaded; comes behind `inputs`, which tell the shapes, or in
///     front of `prompts`
///                                               {"type":"built","t0_ns":…,"t1_ns":…}   without
///                                               times where there was nothing to build
/// {"type":"inputs","source":"generated"|PATH,"seed":1,"batch":8,"shapes":{"input_ids":[8,128]}}
///                                               {"type":"inputs_ready","tensors":[PORT…]}
/// {"type":"answer","directory":PATH|null,"reference":PATH|null}
///     runs once; writes outputs to directory/output_k.pb (TensorProto) and compares them with
///     reference/output_k.pb
///                                               {"type":"answered","effective":{…},"compared":true,"agrees":true,"max_abs":…,"max_rel":…,"detail":"…"}
///                                               a max_* that no number tells is null, with a word
///                                               in max_abs_reason or max_rel_reason
/// {"type":"prompts","requests":[[[5,9,…]…]…],"new_tokens":64,"stop_ids":[0]}
///     instead of `inputs`, for a language model: batches of prompts, one after another. From here
///     on a call of the model is a request: the prompts of a batch are fed, shorter ones padded in
///     front, and `new_tokens` are chosen greedily for each, or up to its first stop id
///                                               {"type":"prompts_ready","requests":2}
/// {"type":"answer","directory":PATH|null,"reference":PATH|null,"requests":4}
///     runs each of the first requests once (0 or absent: all); writes
///     {"requests":[[[new ids]…]…]} to directory/tokens.json and compares with
///     reference/tokens.json, token for token
///                                               "answered" as above. A row that leaves the
///                                               reference where the worker's own logits of both
///                                               tokens lie within tolerance agrees; max_abs is the
///                                               largest such margin, "detail" says where
/// {"type":"warmup","min_ns":…,"max_ns":…,"min_iterations":…}
///                                               {"type":"warmed","t0_ns":…,"t1_ns":…,"iterations":…,"steady":true,"iteration_ns":median}
///                                               may say "cov" and "trend" of its last records:
///                                               coefficient of variation, and growth from first to
///                                               last as a part of their median. Further requests
///                                               may follow, each a warm-up of its own
/// {"type":"go","min_ns":…,"min_iterations":…}   {"type":"done","t0_ns":…,"t1_ns":…,"iterations":…}
/// {"type":"durations"}                          {"type":"durations","calls_per_record":1,"ns":[…]}
///     with "rate":5.0,"arrivals":"poisson"|"uniform","seed":1 requests come by a schedule, whether
///     or not the one before is answered (base/arrivals.h makes it), and are served one after
///     another. A request is a call of the model, or one of a language model's. There are as many
///     as base/arrivals.h counts, and the window ends when the schedule is over and the last is
///     answered. A worker that cannot do this answers "unsupported"
///                                               "done" says it back, "rate", "arrivals" and
///                                               "seed", with "busy_ns":… in calls of the model,
///                                               "queue_max":… the most that waited at once, and
///                                               "wake_late_ns":… mean from the arrival of a
///                                               request that found the model free to its begin
///                                               "durations": of each request, from its arrival;
///                                               "first_token_ns" too
///     of a language model a window is whole passes over its requests; `go` may hold
///     "new_tokens":1 to end each request there, and both replies say more
///                                               "done": "prompt_tokens":…,"new_tokens":… of the
///                                               window without padding, "tokens":"digest" of the
///                                               ids of a pass
///                                               "durations": "first_token_ns":[…] one a request,
///                                               "inter_token_ns":[…] one a step after the first
/// {"type":"check","case":DIRECTORY,"rtol":…,"atol":…}
///     loads DIRECTORY/model.onnx, runs every test_data_set_*, compares, releases the model
///                                               {"type":"checked","status":"pass|fail|unsupported","max_abs":…,"max_rel":…,"reason":"…"}
/// {"type":"generate","prompts":[[5,9,…]…],"max_new_tokens":8,"stop_ids":[0],"logits":"none|last|all"}
///     a batch of prompts through a language model, greedily; shorter ones are padded
///                                               {"type":"generated","t0_ns":…,"token_at_ns":[…],
///                                                "rows":[{"new_ids":[…],"prefill_logits":[[…]…],
///                                                "step_logits":[[…]…]}…]}
///                                               token_at_ns: when the tokens of each step were
///                                               there; prefill_logits of the prompt's last or all
///                                               positions, step_logits after each new id was fed
/// {"type":"ceilings","buffer_bytes":…} {"type":"ceilings","flops_per_s":…,"bytes_per_s":…}
///     what the machine can do at the most, on all CPUs that the worker may use; joulemark-worker
///     alone answers it
/// {"type":"quit"}                               {"type":"bye"}
/// anything that fails                           {"type":"error","status":STATUS,"message":"…"}
///
/// STATUS is one of the names below. After an error of `open`, `load` or `build` the worker can
/// only quit. Between `go` and `done` the worker does nothing but call the model: the sensors'
/// counters are read by the other side before `go` and after `done`. `load.t0_ns` is taken before
/// `open` had loaded anything.

namespace joulemark::protocol {

inline constexpr int kVersion = 1;

/// Names of jm_status on the wire, in its order.
inline constexpr const char* kStatusNames[] = {"ok",
                                               "failed",
                                               "invalid_argument",
                                               "unsupported",
                                               "library_missing",
                                               "library_unusable",
                                               "invalid_model",
                                               "out_of_memory"};

/// A line longer than this ends the conversation as nonsense.
inline constexpr long long kMaxLineBytes = 256LL << 20;

/// When requests come that do not wait for each other.
enum class ArrivalKind {
  kPoisson,  ///< independent of each other
  kUniform,  ///< one like the other
};
/// By the order of ArrivalKind; as `protocol.arrivals` has them too.
inline constexpr const char* kArrivalNames[] = {"poisson", "uniform"};
/// Two equal ones make the same schedule.
struct Arrivals {
  double rate = 0;  ///< requests per second; 0: the next one when the last one is answered
  ArrivalKind kind = ArrivalKind::kPoisson;
  std::uint64_t seed = 1;
  bool operator==(const Arrivals&) const = default;
};

/// The requests that both sides hold in the same form.
struct WarmupRequest {
  std::int64_t min_ns = 0;
  std::int64_t max_ns = 0;
  std::int64_t min_iterations = 1;
};
struct GoRequest {
  std::int64_t min_ns = 0;
  std::int64_t min_iterations = 1;
  std::int32_t new_tokens = 0;  ///< of a language model's requests; 0: as `prompts` said
  Arrivals arrivals = {};
};
/// Batches of prompts for a language model.
struct PromptsRequest {
  std::vector<std::vector<std::vector<std::int32_t>>> requests;  ///< no batch or prompt is empty
  std::int32_t new_tokens = 1;
  std::vector<std::int32_t> stop_ids = {};
};
struct ExportRequest {
  std::string model;   ///< the file that is read
  std::string format;  ///< of the engine's own: "torchscript"
  std::string path;    ///< the file that is written
};
struct CheckRequest {
  std::filesystem::path directory;  ///< "case" on the wire
  std::optional<double> rtol = {};  ///< empty: the worker's tolerance for the dtype
  std::optional<double> atol = {};
};

/// Which logits a `generate` gives.
enum class Logits { kNone, kLast, kAll };
struct GenerateRequest {
  std::vector<std::vector<std::int32_t>> prompts;  ///< none is empty
  std::int32_t max_new_tokens = 1;
  std::vector<std::int32_t> stop_ids = {};
  Logits logits = Logits::kNone;
};
/// What a prompt gave.
struct GeneratedRow {
  std::vector<std::int32_t> new_ids;
  /// Of the prompt's last position, or of all; empty when none were asked for.
  std::vector<std::vector<float>> prefill_logits;
  std::vector<std::vector<float>> step_logits;  ///< after each new id was fed
};
struct Generated {
  std::int64_t t0_ns = 0;                 ///< before the prompt was fed
  std::vector<std::int64_t> token_at_ns;  ///< when the tokens of each step were there
  std::vector<GeneratedRow> rows;         ///< of each prompt
};
/// By the order of Logits.
inline constexpr const char* kLogitsNames[] = {"none", "last", "all"};

}  // namespace joulemark::protocol
