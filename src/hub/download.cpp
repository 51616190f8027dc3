// SPDX-License-Identifier: Apache-2.0
// The loop of requests for one file.
#include "hub/download.h"

#include <fmt/format.h>

#include <algorithm>

#include "hub/digest.h"
#include "hub/partial_file.h"
#include "net/headers.h"

namespace joulemark::hub {
namespace {

constexpr std::uint64_t kMaxUnknownBytes = std::uint64_t{256} << 20;
/// How often a server may answer with another range than it was asked for.
constexpr int kMaxRestarts = 3;

class Task {
 public:
  Task(const Download& file, const DownloadContext& context, PartialFile partial)
      : file_(file),
        context_(context),
        partial_(std::move(partial)),
        limit_(file.metadata.bytes.value_or(kMaxUnknownBytes)),
        kind_(digest_kind(file.metadata.etag)),
        backoff_(context.clock, context.options.interrupted) {}

  Status run() {
    // What cannot be checked in the end is not trusted either.
    if (partial_.bytes() > limit_ || kind_ == DigestKind::kNone || !file_.metadata.bytes)
      if (auto cleared = partial_.clear(); !cleared) return cleared;
    const bool was_begun = partial_.bytes() > 0;
    auto checked = receive_and_check();
    if (!checked) return fail(checked.error());
    if (!*checked && was_begun) {  // somebody else's beginning may have been damaged
      if (auto cleared = partial_.clear(); !cleared) return cleared;
      checked = receive_and_check();
      if (!checked) return fail(checked.error());
    }
    if (!*checked) return discard();
    return partial_.move_to(context_.cache.blob(file_.metadata.etag));
  }

 private:
  [[nodiscard]] bool is_complete() const {
    return file_.metadata.bytes && partial_.bytes() == *file_.metadata.bytes;
  }

  [[nodiscard]] const std::string& name() const { return file_.address.file; }
  [[nodiscard]] const std::string& repository() const {
    return file_.address.repository.repository;
  }

  void report() const {
    if (context_.options.callbacks.advanced)
      context_.options.callbacks.advanced(
          {.name = name(), .done = partial_.bytes(), .total = file_.metadata.bytes.value_or(0)});
  }

  /// Whether the content is what its ETag says.
  Result<bool> receive_and_check() {
    if (auto received = receive(); !received) return fail(received.error());
    if (kind_ == DigestKind::kNone) return true;
    const auto digest =
        digest_of(partial_.descriptor(), partial_.bytes(), kind_, context_.options.interrupted);
    if (!digest)
      return fail(digest.error().kind, fmt::format("cannot check '{}' of '{}': {}", name(),
                                                   repository(), digest.error().message));
    return *digest == file_.metadata.etag;
  }

  Status receive() {
    report();
    while (!is_complete()) {
      const auto ended = request();
      if (ended) return {};
      if (problem_) return fail(*problem_);
      if (!backoff_.wait_after(ended.error())) return fail(ended.error().error);
    }
    return {};
  }

  /// One request for what is missing; success when nothing is then.
  HubResult<void> request() {
    const std::uint64_t before = partial_.bytes();
    const net::BodySink sink{
        .begin = [this](const net::HttpResponse& answer) { return begin(answer); },
        .write = [this](std::string_view bytes) { return write(bytes); }};
    const auto answer = context_.hub.content(file_.address, before, sink);
    if (partial_.bytes() > before) backoff_.progressed();
    if (!answer) return tl::unexpected(answer.error());
    if (is_complete() || !file_.metadata.bytes) return {};
    return tl::unexpected(failure_of(
        net::Failure{
            .kind = net::Failure::Kind::kBroken,
            .message = fmt::format("{} of {} bytes came", partial_.bytes(), *file_.metadata.bytes)},
        file_.address, context_.hub.environment()));
  }

  bool begin(const net::HttpResponse& answer) {
    const bool continues =
        answer.status == 206 &&
        net::continues_at(header(answer, "content-range"), partial_.bytes(), file_.metadata.bytes);
    if (continues || (answer.status == 200 && partial_.bytes() == 0)) return true;
    if (++restarts_ > kMaxRestarts || answer.status == 206)
      return stop({.kind = ErrorKind::kFailed,
                   .message = fmt::format("cannot fetch '{}' of '{}': the server answers with "
                                          "another part of it than it was asked for; check "
                                          "HF_ENDPOINT and the proxy, if any is set",
                                          name(), repository())});
    // The server sends everything again.
    if (auto cleared = partial_.clear(); !cleared) return stop(cleared.error());
    return true;
  }

  bool write(std::string_view bytes) {
    if (bytes.size() > limit_ - partial_.bytes())
      return stop({.kind = ErrorKind::kFailed,
                   .message = fmt::format("cannot fetch '{}' of '{}': more than {} bytes come, {}",
                                          name(), repository(), limit_,
                                          file_.metadata.bytes ? "which is its size; try again"
                                                               : "and the server names no size")});
    if (auto written = partial_.append(bytes); !written) return stop(written.error());
    report();
    return true;
  }

  bool stop(Error error) {
    problem_ = std::move(error);
    return false;
  }

  Status discard() {
    partial_.remove();
    return fail(ErrorKind::kFailed,
                fmt::format("what came for '{}' of '{}' is not what '{}' announced (its {} "
                            "differs); it was removed: try again, and check the proxy or mirror "
                            "if it happens again",
                            name(), repository(), file_.metadata.etag,
                            kind_ == DigestKind::kSha256 ? "SHA-256" : "git blob id"));
  }

  const Download& file_;
  const DownloadContext& context_;
  PartialFile partial_;
  std::uint64_t limit_;
  DigestKind kind_;
  Backoff backoff_;
  std::optional<Error> problem_;  ///< why the sink refused
  int restarts_ = 0;
};

bool has_blob(const Download& file, const DownloadContext& context) {
  std::error_code none;
  return std::filesystem::is_regular_file(context.cache.blob(file.metadata.etag), none);
}

Status fill_blob(const Download& file, const DownloadContext& context) {
  const LockWait wait{
      .clock = context.clock, .interrupted = context.options.interrupted, .on_wait = [&] {
        if (context.options.callbacks.note)
          context.options.callbacks.note(
              fmt::format("another program is downloading '{}' of '{}'; waiting for it",
                          file.address.file, file.address.repository.repository));
      }};
  const auto lock = lock_file(context.cache.lock(file.metadata.etag), wait);
  if (!lock) return fail(lock.error());
  if (has_blob(file, context)) return {};
  auto partial = PartialFile::open(context.cache.incomplete(file.metadata.etag));
  if (!partial) return fail(partial.error());
  return Task(file, context, std::move(*partial)).run();
}

}  // namespace

Status download(const Download& file, const DownloadContext& context) {
  if (!has_blob(file, context))
    if (auto filled = fill_blob(file, context); !filled) return filled;
  return context.cache.link(file.metadata.commit, file.address.file, file.metadata.etag);
}

}  // namespace joulemark::hub
