// SPDX-License-Identifier: Apache-2.0
// Opens TensorFlow's two libraries and finds their functions.
#include "tf_api.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "plugin_kit/library.h"

namespace joulemark::tf {
namespace {

using plugin::fail;

/// While it lives, what is written to stderr is lost: TensorFlow says a few lines when it is
/// opened, whatever it is told.
class Silence {
 public:
  Silence() {
    std::fflush(stderr);
    kept_ = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (kept_ >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
    if (nowhere >= 0) close(nowhere);
  }
  ~Silence() {
    std::fflush(stderr);
    if (kept_ < 0) return;
    dup2(kept_, STDERR_FILENO);
    close(kept_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  int kept_ = -1;
};

/// What the libraries read when they are opened. A user's own setting stays.
void set_environment() {
  constexpr int kKeep = 0;
  // oneDNN's kernels, also on processors where TensorFlow would leave them off.
  setenv("TF_ENABLE_ONEDNN_OPTS", "1", kKeep);
  setenv("TF_CPP_MIN_LOG_LEVEL", "3", kKeep);
}

Api find_functions(void* handle, const std::string& path) {
  Api api;
#define JM_TF_FIND(result, name, parameters)                               \
  api.name = reinterpret_cast<result(*) parameters>(dlsym(handle, #name)); \
  if (api.name == nullptr)                                                 \
    fail(JM_LIBRARY_UNUSABLE, "'" + path + "' lacks the function '" #name "'");
  JM_TF_FUNCTIONS(JM_TF_FIND)
#undef JM_TF_FIND
  return api;
}

}  // namespace

Library open_library(const std::string& folder) {
  set_environment();
  const Silence silence;
  const auto [path, handle] = plugin::open_library(folder, "libtensorflow_cc.so.2");
  Library library{find_functions(handle, path), path, ""};
  library.version = library.api.TF_Version();
  return library;
}

}  // namespace joulemark::tf
