// SPDX-License-Identifier: Apache-2.0
// From "hub:owner/name" to a folder with the checkpoint's files, through the cache that other tools
// use too.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "hub/environment.h"
#include "hub/request.h"
#include "net/http.h"

namespace joulemark::hub {

struct SnapshotFile {
  std::string name;  ///< relative to the snapshot's folder, with '/'
  std::uint64_t bytes = 0;
};

struct HubSnapshot {
  std::filesystem::path directory;  ///< absolute; its files are links into the cache: do not write
  std::string commit;
  std::vector<SnapshotFile> files;  ///< those of the checkpoint, sorted by name
};

/// What will be downloaded, before it is.
struct FetchPlan {
  std::vector<SnapshotFile> missing;  ///< 0 bytes where the server does not say
  std::uint64_t bytes = 0;            ///< of all of them
};

struct FileProgress {
  std::string name;
  std::uint64_t done = 0;   ///< bytes on the disk, those of an earlier attempt too
  std::uint64_t total = 0;  ///< 0 where the server does not say
};

/// Each may be empty. They are called by the thread that fetches.
struct FetchCallbacks {
  std::function<void(const FetchPlan&)> planned;      ///< once, unless nothing is missing
  std::function<void(const FileProgress&)> advanced;  ///< often, from 0 or what was there to total
  std::function<void(const std::string& text)> note;  ///< what the user should know
};

struct FetchOptions {
  FetchCallbacks callbacks;
  const std::atomic<bool>* interrupted = nullptr;  ///< ends the fetch; must outlive it
};

/// Fetches config.json, the tokenizer's files and the weights (safetensors) of `request`, or those
/// of them that the cache lacks. Blocks. When the hub cannot be reached, or may not be asked, a
/// complete snapshot of the revision in the cache serves, with a note. Sizes and digests are
/// checked; a download that ended early goes on where it stopped.
///
/// kUsage: no such repository or revision. kMachine: no network, access not granted, a full disk, a
/// cache that cannot be written. kInterrupted. kFailed: all else.
Result<HubSnapshot> fetch(const HubRequest& request, const HubEnvironment& environment,
                          const FetchOptions& options);

/// What `fetch` stands on, for tests.
struct FetchSeams {
  net::HttpClient& http;
  Clock& clock;
};

Result<HubSnapshot> fetch_through(const FetchSeams& seams, const HubRequest& request,
                                  const HubEnvironment& environment, const FetchOptions& options);

}  // namespace joulemark::hub
