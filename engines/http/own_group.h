// SPDX-License-Identifier: Apache-2.0
// A control group of its own for a server, so that the kernel adds up what all its processes use.
#pragma once

#include <string>

#include "base/descriptor.h"

namespace joulemark::http_engine {

/// A group below that of this process, in the hierarchy of version 2. Where none can be made (no
/// such hierarchy, no right to) there is none, and the processes are added up one by one.
class OwnGroup {
 public:
  OwnGroup();
  /// Removes it; the processes in it have to be over.
  ~OwnGroup();
  OwnGroup(const OwnGroup&) = delete;
  OwnGroup& operator=(const OwnGroup&) = delete;

  /// Puts the calling process into it; for a child between fork and exec.
  void join() const;

 private:
  std::string folder_;  ///< "": there is none
  Descriptor members_;  ///< cgroup.procs
};

}  // namespace joulemark::http_engine
