// SPDX-License-Identifier: Apache-2.0
// The order of questions: which commit, which files, how large, then their contents.
#include "hub/fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <system_error>

#include "hub/checkpoint.h"
#include "hub/download.h"
#include "hub/local_snapshot.h"
#include "net/curl_client.h"

namespace joulemark::hub {
namespace {

using Reason = HubFailure::Reason;

enum class Presence { kThere, kAbsent };

class Fetch {
 public:
  Fetch(const FetchSeams& seams, const HubRequest& request, const HubEnvironment& environment,
        const FetchOptions& options)
      : request_(request),
        environment_(environment),
        options_(options),
        cache_(std::filesystem::absolute(environment.cache), request),
        hub_(seams.http, environment_),
        clock_(seams.clock),
        context_{.hub = hub_, .cache = cache_, .clock = clock_, .options = options_} {}

  Result<HubSnapshot> run() {
    if (environment_.offline) return offline();
    if (is_commit(request_.revision) && is_settled(request_.revision))
      if (auto snapshot = complete_snapshot(cache_, request_.revision)) return *snapshot;
    const auto config = resolve();
    if (!config) return fall_back(config.error());
    commit_ = config->commit;
    add(kConfigFile, *config);
    if (auto planned = plan(); !planned) return fail(planned.error());
    if (auto got = download_all(); !got) return fail(got.error());
    auto snapshot = complete_snapshot(cache_, commit_);
    if (!snapshot)
      return fail(ErrorKind::kFailed,
                  fmt::format("the files of '{}' left the cache '{}' while they were fetched; try "
                              "again when no other program cleans it",
                              request_.repository, environment_.cache.string()));
    cache_.note_commit(request_.revision, commit_);
    return *snapshot;
  }

 private:
  [[nodiscard]] FileAddress address(const std::string& file, const std::string& revision) const {
    return {.repository = {.repository = request_.repository, .revision = revision}, .file = file};
  }

  void note(const std::string& text) const {
    if (options_.callbacks.note) options_.callbacks.note(text);
  }

  /// Whether each optional file is there or known not to exist; another tool may have fetched some.
  [[nodiscard]] bool is_settled(const std::string& commit) const {
    const auto files = optional_files();
    return std::all_of(files.begin(), files.end(), [&](const char* file) {
      return cache_.bytes_of(commit, file) || cache_.is_known_absent(commit, file);
    });
  }

  Result<HubSnapshot> offline() const {
    if (auto snapshot = last_snapshot(cache_, request_.revision)) {
      note(fmt::format("HF_HUB_OFFLINE is set: '{}' is taken from the cache, at commit {}",
                       request_.repository, snapshot->commit));
      return *snapshot;
    }
    return fail(ErrorKind::kMachine,
                fmt::format("cannot fetch '{}': HF_HUB_OFFLINE is set and '{}' holds no complete "
                            "snapshot of '{}'; unset it, or set HF_HOME to where one is",
                            request_.repository, environment_.cache.string(), request_.revision));
  }

  /// What the revision stands for, with config.json's metadata. One question is enough where the
  /// cache can serve instead.
  HubResult<FileMetadata> resolve() {
    const FileAddress config = address(kConfigFile, request_.revision);
    if (last_snapshot(cache_, request_.revision)) return hub_.metadata(config);
    return hub_.metadata(config, Backoff(clock_, options_.interrupted));
  }

  Result<HubSnapshot> fall_back(const HubFailure& failure) const {
    const Reason reason = failure.reason;
    if (reason == Reason::kNoFile && !failure.commit.empty())
      cache_.note_absent(failure.commit, kConfigFile);
    if (reason == Reason::kNoFile)
      return fail(ErrorKind::kFailed,
                  failure.error.message + ", so it is no checkpoint of a model; check the name");
    const bool may = reason == Reason::kNetwork || reason == Reason::kNoAccess;
    auto snapshot = may ? last_snapshot(cache_, request_.revision) : std::nullopt;
    if (!snapshot) return fail(failure.error);
    note(fmt::format("'{}' is taken from the cache, at commit {}: {}", request_.repository,
                     snapshot->commit, failure.error.message));
    return *snapshot;
  }

  void add(const std::string& file, const FileMetadata& metadata) {
    FileMetadata at_commit = metadata;
    at_commit.commit = commit_;
    downloads_.push_back({.address = address(file, commit_), .metadata = std::move(at_commit)});
  }

  /// Notes the file for downloading, unless the snapshot has it or the commit does not.
  Result<Presence> look_for(const std::string& file) {
    if (cache_.bytes_of(commit_, file)) return Presence::kThere;
    if (cache_.is_known_absent(commit_, file)) return Presence::kAbsent;
    const auto metadata =
        hub_.metadata(address(file, commit_), Backoff(clock_, options_.interrupted));
    if (!metadata && metadata.error().reason == Reason::kNoFile) {
      cache_.note_absent(commit_, file);
      return Presence::kAbsent;
    }
    if (!metadata) return fail(metadata.error().error);
    add(file, *metadata);
    return Presence::kThere;
  }

  Status plan() {
    if (auto weights = plan_weights(); !weights) return weights;
    for (const char* file : optional_files())
      if (auto found = look_for(file); !found) return fail(found.error());
    std::erase_if(downloads_, [&](const Download& each) {
      return cache_.bytes_of(commit_, each.address.file).has_value();
    });
    return announce();
  }

  Status plan_weights() {
    const auto single = look_for(kWeightsFile);
    if (!single) return fail(single.error());
    if (*single == Presence::kThere) return {};
    const auto index = look_for(kIndexFile);
    if (!index) return fail(index.error());
    if (*index == Presence::kAbsent) return no_weights();
    if (!cache_.bytes_of(commit_, kIndexFile))
      if (auto got = download_index(); !got) return got;
    const auto shards = shards_of(cache_, commit_);
    if (!shards) return fail(shards.error());
    for (const auto& file : *shards)
      if (auto found = look_for_shard(file); !found) return found;
    return {};
  }

  Status look_for_shard(const std::string& file) {
    const auto found = look_for(file);
    if (!found) return fail(found.error());
    if (*found == Presence::kThere) return {};
    return fail(ErrorKind::kFailed,
                fmt::format("'{}' is incomplete on the hub: '{}' names '{}', which is not there; "
                            "tell its authors, or take another revision",
                            request_.repository, kIndexFile, file));
  }

  Status download_index() {
    const Download index = downloads_.back();
    downloads_.pop_back();
    if (index.metadata.bytes.value_or(0) > kMaxIndexBytes)
      return fail(ErrorKind::kFailed, fmt::format("cannot use '{}' of '{}': larger than {} bytes",
                                                  kIndexFile, request_.repository, kMaxIndexBytes));
    return download(index, context_);
  }

  Status no_weights() {
    std::vector<std::string> others;
    for (const char* file : other_weights())
      if (const auto found = hub_.metadata(address(file, commit_))) others.emplace_back(file);
    const std::string there =
        others.empty() ? "no weights that are known" : fmt::format("{}", fmt::join(others, ", "));
    return fail(ErrorKind::kFailed,
                fmt::format("'{}' has no {} and no {}, but {}; take a revision or repository with "
                            "safetensors, or convert it with save_pretrained of transformers",
                            request_.repository, kWeightsFile, kIndexFile, there));
  }

  /// Says what will be downloaded, and that there is room for it.
  Status announce() const {
    FetchPlan plan;
    std::uint64_t needed = 0;
    for (const auto& each : downloads_) {
      std::error_code none;
      const auto& etag = each.metadata.etag;
      if (std::filesystem::exists(cache_.blob(etag), none)) continue;
      const std::uint64_t bytes = each.metadata.bytes.value_or(0);
      plan.missing.push_back({.name = each.address.file, .bytes = bytes});
      plan.bytes += bytes;
      const std::uintmax_t begun = std::filesystem::file_size(cache_.incomplete(etag), none);
      needed += bytes - (none ? 0 : std::min<std::uint64_t>(bytes, begun));
    }
    if (!plan.missing.empty() && options_.callbacks.planned) options_.callbacks.planned(plan);
    return check_space(needed);
  }

  [[nodiscard]] Status check_space(std::uint64_t needed) const {
    std::error_code error;
    auto folder = std::filesystem::absolute(environment_.cache);
    while (!std::filesystem::exists(folder, error) && folder.has_relative_path())
      folder = folder.parent_path();
    const auto space = std::filesystem::space(folder, error);
    if (error || space.available >= needed) return {};
    return fail(
        ErrorKind::kMachine,
        fmt::format("cannot fetch '{}': {} bytes are missing and '{}' has room for {}; make "
                    "room, or set HF_HOME to a folder elsewhere",
                    request_.repository, needed, environment_.cache.string(), space.available));
  }

  Status download_all() {
    for (const auto& file : downloads_)
      if (auto got = download(file, context_); !got) return got;
    return {};
  }

  const HubRequest& request_;
  const HubEnvironment& environment_;
  const FetchOptions& options_;
  RepositoryCache cache_;
  HubClient hub_;
  Clock& clock_;
  DownloadContext context_;
  std::string commit_;
  std::vector<Download> downloads_;
};

}  // namespace

Result<HubSnapshot> fetch_through(const FetchSeams& seams, const HubRequest& request,
                                  const HubEnvironment& environment, const FetchOptions& options) {
  auto snapshot = Fetch(seams, request, environment, options).run();
  if (snapshot || options.interrupted == nullptr || !options.interrupted->load()) return snapshot;
  return fail(
      ErrorKind::kInterrupted,
      fmt::format("fetching '{}' was interrupted; the same command goes on where it stopped",
                  request.repository));
}

Result<HubSnapshot> fetch(const HubRequest& request, const HubEnvironment& environment,
                          const FetchOptions& options) {
  const auto http = net::make_curl_client({.answer_timeout_s = environment.metadata_timeout_s,
                                           .stall_timeout_s = environment.stall_timeout_s,
                                           .ca_file = environment.ca_file,
                                           .interrupted = options.interrupted});
  SystemClock clock;
  return fetch_through({.http = *http, .clock = clock}, request, environment, options);
}

}  // namespace joulemark::hub
