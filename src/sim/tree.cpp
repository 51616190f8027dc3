// SPDX-License-Identifier: Apache-2.0
// One pwrite as long as the old text: a reader between write and truncation sees newlines at most.
#include "sim/tree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

namespace joulemark::sim {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> refuse(const std::string& path, int error) {
  return fail(ErrorKind::kFailed, fmt::format("cannot write '{}': {}", path, errno_text(error)));
}

/// "siblings" share a die, dies a socket.
std::vector<TreeFile> topology_files(const Processors& processors) {
  std::vector<TreeFile> files;
  const std::uint64_t per_socket =
      std::max<std::uint64_t>(1, processors.count / processors.sockets);
  const std::uint64_t per_die = std::max<std::uint64_t>(1, per_socket / processors.dies);
  if (processors.count > 0)
    files.push_back({"sys/devices/system/cpu/online", fmt::format("0-{}\n", processors.count - 1)});
  for (std::uint64_t cpu = 0; cpu < processors.count; ++cpu) {
    const std::string folder = fmt::format("sys/devices/system/cpu/cpu{}/topology/", cpu);
    const std::uint64_t in_socket = cpu % per_socket;
    files.push_back({folder + "physical_package_id", fmt::format("{}\n", cpu / per_socket)});
    files.push_back({folder + "die_id", fmt::format("{}\n", in_socket / per_die)});
    files.push_back({folder + "core_id", fmt::format("{}\n", in_socket)});
  }
  return files;
}

TreeFile cpuinfo_file(const Processors& processors) {
  std::string text;
  for (std::uint64_t cpu = 0; cpu < processors.count; ++cpu)
    text += fmt::format("processor\t: {}\nmodel name\t: {}\nflags\t\t: {}\n\n", cpu,
                        processors.model, processors.flags);
  return {"proc/cpuinfo", text};
}

/// What the parts of kind perf share.
std::vector<TreeFile> pmu_files(const Machine& machine) {
  std::set<int> cpus;
  for (const Part& part : machine.parts)
    if (part.kind == "perf") cpus.insert(perf_place(part.at).cpu);
  if (cpus.empty()) return {};
  const std::string folder = "sys/bus/event_source/devices/power/";
  return {{folder + "type", "11\n"},
          {folder + "cpumask", fmt::format("{}\n", fmt::join(cpus, ","))}};
}

Status link(const fs::path& root, const Part& part) {
  const fs::path from = fs::path(part.at).parent_path();
  const std::string inside = (from / part.text).lexically_normal().string();
  if (!is_inside(inside))
    return fail(ErrorKind::kUsage, fmt::format("the link '{}' leads out of the tree", part.at));
  std::error_code error;
  fs::create_directories(root / from, error);
  if (!error) fs::create_symlink(part.text, root / part.at, error);
  return error ? Status(refuse((root / part.at).string(), error.value())) : Status();
}

}  // namespace

Result<LiveFile> LiveFile::create(const fs::path& root, const TreeFile& file) {
  const fs::path path = root / file.path;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return refuse(path.string(), error.value());
  // Channels of one chip each bring its name along.
  fs::remove(path, error);
  Descriptor opened(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (opened.get() < 0) return refuse(path.string(), errno);
  LiveFile live(std::move(opened), path.string());
  if (auto written = live.write(file.text); !written) return fail(written.error());
  if (auto set = live.set_mode(file.mode); !set) return fail(set.error());
  return live;
}

Status LiveFile::write(std::string_view text) {
  std::string padded(text);
  padded.resize(std::max(size_, text.size()), '\n');
  if (pwrite(file_.get(), padded.data(), padded.size(), 0) != static_cast<ssize_t>(padded.size()))
    return refuse(path_, errno);
  if (size_ > text.size() && ftruncate(file_.get(), static_cast<off_t>(text.size())) != 0)
    return refuse(path_, errno);
  size_ = text.size();
  return {};
}

Status LiveFile::set_mode(std::uint64_t mode) {
  const std::uint64_t visible = geteuid() == 0 ? mode : (mode & 07) * 0111;
  if (fchmod(file_.get(), static_cast<mode_t>(visible)) != 0) return refuse(path_, errno);
  return {};
}

Status render_still(const fs::path& root, const Machine& machine) {
  std::error_code error;
  if (fs::exists(root, error) && !fs::is_empty(root, error))
    return fail(ErrorKind::kFailed,
                fmt::format("cannot render a machine in '{}': it is not empty", root.string()));
  std::vector<TreeFile> files = topology_files(machine.processors);
  files.push_back(cpuinfo_file(machine.processors));
  for (TreeFile& file : pmu_files(machine)) files.push_back(std::move(file));
  for (const Part& part : machine.parts)
    for (TreeFile& file : find_kind(part.kind)->still(part)) files.push_back(std::move(file));
  for (const TreeFile& file : files)
    if (auto made = LiveFile::create(root, file); !made) return fail(made.error());
  return {};
}

Status render_links(const fs::path& root, const Machine& machine) {
  std::vector<std::string> made;
  for (const Part& part : machine.parts) {
    if (part.kind != "link") continue;
    // Through another link the text would start from elsewhere than where it was checked.
    const bool below = std::any_of(made.begin(), made.end(), [&](const std::string& above) {
      return part.at.starts_with(above + "/");
    });
    if (below)
      return fail(ErrorKind::kUsage, fmt::format("the link '{}' stands below a link", part.at));
    if (auto linked = link(root, part); !linked) return linked;
    made.push_back(part.at);
  }
  return {};
}

}  // namespace joulemark::sim
