// SPDX-License-Identifier: Apache-2.0
// The zip format after PKWARE's APPNOTE 6.3; every offset is checked against the bytes there are.
#include "model/zip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "model/dtype.h"

namespace joulemark::model {
namespace {

constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::uint32_t kDirectorySignature = 0x02014b50;
constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kLocator64Bytes = 20;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kDirectoryBytes = 46;
constexpr std::size_t kLocalBytes = 30;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
/// A deflate stream cannot expand further than this (zlib's technical notes: 1032 : 1).
constexpr std::uint64_t kMaxExpansion = 1032;

tl::unexpected<Error> broken(const std::string& why) {
  return fail(ErrorKind::kFailed, "not a valid zip archive: " + why);
}

/// A little-endian number at `offset`; the caller has checked that it is there.
template <class T>
T number(std::string_view bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::optional<std::string_view> slice(std::string_view bytes, std::uint64_t offset,
                                      std::uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset) return std::nullopt;
  return bytes.substr(offset, size);
}

std::optional<std::size_t> find_end(std::string_view archive) {
  constexpr std::size_t kMaxComment = 65535;
  if (archive.size() < kEndBytes) return std::nullopt;
  const std::size_t last = archive.size() - kEndBytes;
  const std::size_t first = last > kMaxComment ? last - kMaxComment : 0;
  for (std::size_t at = last + 1; at-- > first;) {
    if (number<std::uint32_t>(archive, at) == kEndSignature) return at;
  }
  return std::nullopt;
}

struct Directory {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t offset = 0;
};

Result<Directory> find_directory(std::string_view archive) {
  const auto end = find_end(archive);
  if (!end) return broken("it has no directory; it may be truncated");
  Directory directory{number<std::uint16_t>(archive, *end + 10),
                      number<std::uint32_t>(archive, *end + 12),
                      number<std::uint32_t>(archive, *end + 16)};
  if (*end < kLocator64Bytes ||
      number<std::uint32_t>(archive, *end - kLocator64Bytes) != kLocator64Signature) {
    return directory;
  }
  const auto end64 =
      slice(archive, number<std::uint64_t>(archive, *end - kLocator64Bytes + 8), kEnd64Bytes);
  if (!end64 || number<std::uint32_t>(*end64, 0) != kEnd64Signature) {
    return broken("its zip64 directory is not where it says");
  }
  return Directory{number<std::uint64_t>(*end64, 32), number<std::uint64_t>(*end64, 40),
                   number<std::uint64_t>(*end64, 48)};
}

/// The values that a zip64 extra field replaces, in its fixed order.
struct Extents {
  std::uint64_t size = 0;
  std::uint64_t compressed_size = 0;
  std::uint64_t local_offset = 0;
};

void apply_zip64(std::string_view extra, Extents& extents) {
  constexpr std::uint16_t kZip64Tag = 1;
  constexpr std::uint64_t kReplaced = 0xffffffff;
  while (extra.size() >= 4) {
    const auto tag = number<std::uint16_t>(extra, 0);
    const auto body = slice(extra, 4, number<std::uint16_t>(extra, 2));
    if (!body) return;
    if (tag == kZip64Tag) {
      std::string_view rest = *body;
      for (std::uint64_t* value :
           {&extents.size, &extents.compressed_size, &extents.local_offset}) {
        if (*value != kReplaced || rest.size() < 8) continue;
        *value = number<std::uint64_t>(rest, 0);
        rest.remove_prefix(8);
      }
      return;
    }
    extra.remove_prefix(4 + body->size());
  }
}

Result<std::string_view> find_data(std::string_view archive, const Extents& extents) {
  const auto local = slice(archive, extents.local_offset, kLocalBytes);
  if (!local || number<std::uint32_t>(*local, 0) != kLocalSignature) {
    return broken("a member is not where the directory says");
  }
  const std::uint64_t skip =
      kLocalBytes + number<std::uint16_t>(*local, 26) + number<std::uint16_t>(*local, 28);
  const auto data = slice(archive, extents.local_offset + skip, extents.compressed_size);
  if (!data) return broken("a member is truncated");
  return *data;
}

/// Reads the directory entry at the front of `rest` and removes it.
Result<ZipMember> read_entry(std::string_view archive, std::string_view& rest) {
  constexpr std::uint16_t kEncrypted = 1;
  if (rest.size() < kDirectoryBytes || number<std::uint32_t>(rest, 0) != kDirectorySignature) {
    return broken("its directory is damaged");
  }
  const auto name_bytes = number<std::uint16_t>(rest, 28);
  const auto extra_bytes = number<std::uint16_t>(rest, 30);
  const auto comment_bytes = number<std::uint16_t>(rest, 32);
  const std::size_t entry_bytes = kDirectoryBytes + name_bytes + extra_bytes + comment_bytes;
  if (rest.size() < entry_bytes) return broken("its directory is damaged");
  if ((number<std::uint16_t>(rest, 8) & kEncrypted) != 0) return broken("it is encrypted");
  Extents extents{number<std::uint32_t>(rest, 24), number<std::uint32_t>(rest, 20),
                  number<std::uint32_t>(rest, 42)};
  apply_zip64(rest.substr(kDirectoryBytes + name_bytes, extra_bytes), extents);
  const auto data = find_data(archive, extents);
  if (!data) return fail(data.error());
  ZipMember member{std::string(rest.substr(kDirectoryBytes, name_bytes)),
                   number<std::uint16_t>(rest, 10), number<std::uint32_t>(rest, 16), extents.size,
                   *data};
  rest.remove_prefix(entry_bytes);
  return member;
}

Result<std::string> inflate_exactly(const ZipMember& member) {
  std::string text(member.size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
    return fail(ErrorKind::kMachine, "cannot start zlib: out of memory");
  }
  // zlib counts in 32 bits, so input and output go through it in pieces.
  constexpr std::size_t kPiece = std::size_t{1} << 30;
  std::string_view in = member.compressed;
  std::size_t written = 0;
  int status = Z_OK;
  while (status == Z_OK) {
    const std::size_t in_piece = std::min(in.size(), kPiece);
    const std::size_t out_piece = std::min(text.size() - written, kPiece);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream.avail_in = static_cast<uInt>(in_piece);
    stream.next_out = reinterpret_cast<Bytef*>(text.data() + written);
    stream.avail_out = static_cast<uInt>(out_piece);
    status = inflate(&stream, Z_NO_FLUSH);
    in.remove_prefix(in_piece - stream.avail_in);
    written += out_piece - stream.avail_out;
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END || written != text.size()) {
    return broken(
        fmt::format("member '{}' does not unpack to its {} bytes", member.name, member.size));
  }
  return text;
}

}  // namespace

Result<std::vector<ZipMember>> list_zip(std::string_view archive) {
  const auto directory = find_directory(archive);
  if (!directory) return fail(directory.error());
  auto rest = slice(archive, directory->offset, directory->bytes);
  if (!rest) return broken("its directory is out of bounds");
  if (directory->entries > rest->size() / kDirectoryBytes)
    return broken("its directory is damaged");
  std::vector<ZipMember> members;
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < directory->entries; ++i) {
    auto member = read_entry(archive, *rest);
    if (!member) return fail(member.error());
    total += member->compressed.size();
    if (total > archive.size()) return broken("its members overlap");
    members.push_back(std::move(*member));
  }
  return members;
}

Result<std::string> unpack(const ZipMember& member) {
  const std::uint64_t packed = member.compressed.size();
  if (member.method != kStored && member.method != kDeflated) {
    return fail(ErrorKind::kUnsupported,
                fmt::format("member '{}' is compressed by method {}; only stored and deflated "
                            "members can be read",
                            member.name, member.method));
  }
  const std::uint64_t most = member.method == kStored ? packed : packed * kMaxExpansion;
  if (member.size > most || member.size > kMaxTensorBytes ||
      (member.method == kStored && member.size != packed)) {
    return broken(fmt::format("member '{}' cannot unpack to {} bytes", member.name, member.size));
  }
  auto text = member.method == kStored ? Result<std::string>(std::string(member.compressed))
                                       : inflate_exactly(member);
  if (!text) return text;
  const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(text->data()), text->size());
  if (crc != member.crc) {
    return broken(fmt::format("the checksum of member '{}' is wrong", member.name));
  }
  return text;
}

}  // namespace joulemark::model
