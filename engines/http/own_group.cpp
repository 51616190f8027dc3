// SPDX-License-Identifier: Apache-2.0
#include "own_group.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace joulemark::http_engine {
namespace {

/// Where the groups of version 2 are: a folder of its own where version 1 is in use as well.
std::string mount_point() {
  struct stat found {};
  for (const char* folder : {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"})
    if (::stat((std::string(folder) + "/cgroup.controllers").c_str(), &found) == 0) return folder;
  return "";
}

/// "/user.slice/…" of this process; "" where there is none, or where it lies outside of what this
/// namespace sees.
std::string own_path() {
  const auto text = read_file("/proc/self/cgroup");
  const auto begin = text ? ("\n" + *text).find("\n0::") : std::string::npos;
  if (begin == std::string::npos) return "";
  const std::string rest = text->substr(begin + 3);
  const std::string path = rest.substr(0, rest.find('\n'));
  return path.find("..") == std::string::npos ? path : "";
}

constexpr std::string_view kName = "joulemark-server-";

/// Groups of processes that were killed before they could remove them. One that is not empty stays
/// by itself.
void remove_abandoned(const std::filesystem::path& parent) {
  std::error_code error;
  std::vector<std::filesystem::path> abandoned;
  for (std::filesystem::directory_iterator it(parent, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(kName)) continue;
    pid_t owner = 0;
    std::from_chars(name.data() + kName.size(), name.data() + name.size(), owner);
    if (owner == ::getpid() || (owner > 0 && ::kill(owner, 0) != 0 && errno == ESRCH))
      abandoned.push_back(it->path());
  }
  for (const auto& folder : abandoned) ::rmdir(folder.c_str());
}

}  // namespace

OwnGroup::OwnGroup() {
  const std::string mount = mount_point();
  const std::string path = own_path();
  if (mount.empty() || path.empty()) return;
  const std::string parent = mount + (path == "/" ? "" : path);
  remove_abandoned(parent);
  const std::string folder = parent + "/" + std::string(kName) + std::to_string(::getpid());
  if (::mkdir(folder.c_str(), 0755) != 0) return;
  folder_ = folder;
  members_.reset(::open((folder + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
}

OwnGroup::~OwnGroup() {
  if (!folder_.empty()) ::rmdir(folder_.c_str());
}

void OwnGroup::join() const {
  [[maybe_unused]] const auto written = ::write(members_.get(), "0", 1);
}

}  // namespace joulemark::http_engine
