// SPDX-License-Identifier: Apache-2.0
// Reads the ELF header (System V gABI, chapter 4) of a library before anything maps it.
#include "engine/elf_file.h"

#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <system_error>

namespace joulemark::engine {
namespace {

struct Machine {
  std::uint16_t number;
  const char* name;
};
constexpr std::array<Machine, 7> kMachines = {{{EM_X86_64, "x86-64"},
                                               {EM_AARCH64, "aarch64"},
                                               {EM_386, "x86 (32 bit)"},
                                               {EM_ARM, "arm (32 bit)"},
                                               {EM_PPC64, "ppc64"},
                                               {EM_S390, "s390x"},
                                               {EM_RISCV, "riscv"}}};

std::string machine_name(std::uint16_t number) {
  for (const Machine& machine : kMachines)
    if (machine.number == number) return machine.name;
  return fmt::format("machine type {}", number);
}

constexpr std::uint16_t own_machine() {
#if defined(__x86_64__)
  return EM_X86_64;
#elif defined(__aarch64__)
  return EM_AARCH64;
#elif defined(__riscv)
  return EM_RISCV;
#elif defined(__powerpc64__)
  return EM_PPC64;
#elif defined(__s390x__)
  return EM_S390;
#else
  return EM_NONE;
#endif
}

/// The bytes of the file that would be mapped; 0 when it does not say.
std::uint64_t mapped_bytes(std::ifstream& file) {
  ElfW(Ehdr) header{};
  file.seekg(0).read(reinterpret_cast<char*>(&header), sizeof header);
  if (!file || header.e_phentsize != sizeof(ElfW(Phdr))) return 0;
  file.seekg(static_cast<std::streamoff>(header.e_phoff));
  std::uint64_t end = header.e_phoff + std::uint64_t{header.e_phnum} * header.e_phentsize;
  for (int i = 0; i < header.e_phnum; ++i) {
    ElfW(Phdr) segment{};
    if (!file.read(reinterpret_cast<char*>(&segment), sizeof segment)) break;
    if (segment.p_type == PT_LOAD)
      end = std::max<std::uint64_t>(end, segment.p_offset + segment.p_filesz);
  }
  return end;
}

/// A part that is mapped and not there would end the process that touches it.
Status check_complete(std::ifstream& file, const std::filesystem::path& library) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(library, error);
  const std::uint64_t needed = mapped_bytes(file);
  if (error || size >= needed) return {};
  return fail(ErrorKind::kMachine,
              fmt::format("'{}' is cut short: it has {} of at least {} bytes; install it again",
                          library.filename().string(), size, needed));
}

}  // namespace

Status check_elf(const std::filesystem::path& library) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(library, error))
    return fail(ErrorKind::kMachine, fmt::format("'{}' is no file", library.filename().string()));
  std::ifstream file(library, std::ios::binary);
  // e_ident, e_type and e_machine lie at the same offsets in 32 and 64 bit files.
  std::array<char, EI_NIDENT + 4> bytes{};
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const std::string name = library.filename().string();
  if (!file || std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0)
    return fail(ErrorKind::kMachine, fmt::format("'{}' is no shared object", name));
  std::uint16_t machine = 0;
  std::memcpy(&machine, bytes.data() + EI_NIDENT + 2, sizeof machine);
  if (bytes[EI_DATA] != ELFDATA2LSB)
    machine = static_cast<std::uint16_t>(machine << 8 | machine >> 8);
  if (machine != own_machine())
    return fail(ErrorKind::kMachine,
                fmt::format("'{}' is built for {}, this machine is {}", name, machine_name(machine),
                            machine_name(own_machine())));
  return check_complete(file, library);
}

}  // namespace joulemark::engine
