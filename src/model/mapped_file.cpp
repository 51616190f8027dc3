// SPDX-License-Identifier: Apache-2.0
// open, fstat, mmap.
#include "model/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/descriptor.h"

namespace joulemark::model {
namespace {

tl::unexpected<Error> read_error(const std::filesystem::path& path, const std::string& why) {
  return fail(ErrorKind::kFailed, fmt::format("cannot read '{}': {}", path.string(), why));
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a FIFO that nobody writes to must not hang.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return read_error(path, errno_text(errno));
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return read_error(path, errno_text(errno));
  if (S_ISDIR(status.st_mode)) return read_error(path, errno_text(EISDIR));
  if (!S_ISREG(status.st_mode)) return read_error(path, "it is not a regular file");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return MappedFile(nullptr, 0);
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) return read_error(path, errno_text(errno));
  return MappedFile(data, size);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(data_, size_);
}

}  // namespace joulemark::model
