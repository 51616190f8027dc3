// SPDX-License-Identifier: Apache-2.0
// numpy files as bytes, also such as no honest program writes.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace joulemark::testing {

inline std::string npy_bytes(const std::string& descr, const std::string& shape,
                             const std::string& elements, const std::string& fortran = "False") {
  std::string header =
      "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
  const auto size = static_cast<std::uint16_t>(header.size());
  std::string bytes("\x93NUMPY\1\0", 8);
  bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
  return bytes + header + elements;
}

/// A member of a zip archive, and lies about it.
struct ZipEntry {
  static constexpr std::uint16_t kStored = 0;
  static constexpr std::uint16_t kDeflated = 8;
  std::string name;
  std::string content;
  std::uint16_t method = kStored;
  std::optional<std::uint32_t> claimed_size = {};
  std::optional<std::uint16_t> claimed_method = {};
  std::uint32_t crc_flip = 0;
  bool same_data_as_first = false;
};

inline std::string deflated(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// Little-endian numbers one after the other.
class ZipWriter {
 public:
  ZipWriter& u16(std::uint16_t value) { return raw(&value, sizeof value); }
  ZipWriter& u32(std::uint32_t value) { return raw(&value, sizeof value); }
  ZipWriter& text(const std::string& value) { return raw(value.data(), value.size()); }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  ZipWriter& raw(const void* data, std::size_t size) {
    bytes_.append(static_cast<const char*>(data), size);
    return *this;
  }
  std::string bytes_;
};

inline std::string zip_bytes(const std::vector<ZipEntry>& entries) {
  ZipWriter archive;
  ZipWriter directory;
  for (const ZipEntry& entry : entries) {
    const bool packed = entry.method == ZipEntry::kDeflated;
    const std::string data = packed ? deflated(entry.content) : entry.content;
    const auto size = entry.claimed_size.value_or(static_cast<std::uint32_t>(entry.content.size()));
    const auto crc =
        static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(entry.content.data()),
                                         static_cast<uInt>(entry.content.size()))) ^
        entry.crc_flip;
    const auto name_size = static_cast<std::uint16_t>(entry.name.size());
    const auto data_size = static_cast<std::uint32_t>(data.size());
    const std::uint16_t method = entry.claimed_method.value_or(entry.method);
    const auto offset =
        entry.same_data_as_first ? 0u : static_cast<std::uint32_t>(archive.bytes().size());
    directory.u32(0x02014b50).u16(20).u16(20).u16(0).u16(method).u32(0).u32(crc).u32(data_size);
    directory.u32(size).u16(name_size).u16(0).u16(0).u16(0).u16(0).u32(0).u32(offset);
    directory.text(entry.name);
    if (entry.same_data_as_first) continue;
    archive.u32(0x04034b50).u16(20).u16(0).u16(method).u32(0).u32(crc).u32(data_size).u32(size);
    archive.u16(name_size).u16(0).text(entry.name).text(data);
  }
  const auto offset = static_cast<std::uint32_t>(archive.bytes().size());
  const auto count = static_cast<std::uint16_t>(entries.size());
  archive.text(directory.bytes());
  archive.u32(0x06054b50).u16(0).u16(0).u16(count).u16(count);
  archive.u32(static_cast<std::uint32_t>(directory.bytes().size())).u32(offset).u16(0);
  return archive.bytes();
}

}  // namespace joulemark::testing
