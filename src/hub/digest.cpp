// SPDX-License-Identifier: Apache-2.0
// SHA-256 and SHA-1 from OpenSSL's libcrypto.
#include "hub/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include "hub/request.h"

namespace joulemark::hub {
namespace {

constexpr std::size_t kSha256Digits = 64;
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

bool is_hexadecimal(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Context begin(DigestKind kind, std::uint64_t bytes) {
  Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const EVP_MD* method = kind == DigestKind::kSha256 ? EVP_sha256() : EVP_sha1();
  if (context == nullptr || EVP_DigestInit_ex(context.get(), method, nullptr) != 1)
    return {nullptr, &EVP_MD_CTX_free};
  if (kind == DigestKind::kGitBlob) {
    const std::string head = fmt::format("blob {}", bytes);
    EVP_DigestUpdate(context.get(), head.c_str(), head.size() + 1);
  }
  return context;
}

std::string finish(EVP_MD_CTX* context) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
  unsigned length = 0;
  EVP_DigestFinal_ex(context, raw.data(), &length);
  std::string text;
  for (unsigned i = 0; i < length; ++i) text += fmt::format("{:02x}", raw[i]);
  return text;
}

}  // namespace

DigestKind digest_kind(std::string_view etag) {
  if (etag.size() == kSha256Digits && is_hexadecimal(etag)) return DigestKind::kSha256;
  return is_commit(etag) ? DigestKind::kGitBlob : DigestKind::kNone;
}

Result<std::string> digest_of(int fd, std::uint64_t bytes, DigestKind kind,
                              const std::atomic<bool>* interrupted) {
  const Context context = begin(kind, bytes);
  if (context == nullptr)
    return fail(ErrorKind::kMachine, "cannot compute a digest: OpenSSL does not offer it");
  std::vector<char> buffer(kChunkBytes);
  for (std::uint64_t offset = 0;;) {
    if (interrupted != nullptr && interrupted->load())
      return fail(ErrorKind::kInterrupted, "interrupted");
    const ssize_t n = pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(ErrorKind::kFailed, errno_text(errno));
    if (n == 0) return finish(context.get());
    EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
}

}  // namespace joulemark::hub
