// SPDX-License-Identifier: Apache-2.0
// One file into the cache: locked, resumed, checked, and named only when it is complete.
#pragma once

#include "hub/cache.h"
#include "hub/fetch.h"
#include "hub/file_lock.h"
#include "hub/hub_client.h"

namespace joulemark::hub {

struct Download {
  FileAddress address;  ///< at a commit
  FileMetadata metadata;
};

/// What all downloads of a fetch share.
struct DownloadContext {
  HubClient& hub;
  const RepositoryCache& cache;
  Clock& clock;
  const FetchOptions& options;
};

/// Fetches the content, unless the cache has it, and links it into the snapshot. While the network
/// fails it asks again for what is missing. What arrived stays as ETAG.incomplete, and the next
/// call goes on from there; a content that differs from its digest is removed. Of a file whose size
/// the server does not say, at most 256 MiB are taken.
Status download(const Download& file, const DownloadContext& context);

}  // namespace joulemark::hub
