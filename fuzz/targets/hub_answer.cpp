// SPDX-License-Identifier: Apache-2.0
// What the hub's side of a download says, and the name it is asked for: the first byte chooses.
#include <cstdlib>
#include <string_view>

#include "hub/checkpoint.h"
#include "hub/metadata.h"
#include "hub/request.h"
#include "net/headers.h"
#include "net/url.h"
#include "target.h"

namespace {

using namespace joulemark::hub;  // NOLINT(google-build-using-namespace)
using namespace joulemark::net;  // NOLINT(google-build-using-namespace)

void expect(bool holds) {
  if (!holds) std::abort();
}

/// Whatever is accepted stays in the cache's folders.
void read_request(std::string_view text) {
  const auto request = parse_request(text);
  if (!request) return;
  expect(request->repository.find("..") == std::string::npos);
  expect(is_safe_path(request->revision));
}

void read_headers(std::string_view text) {
  HttpResponse response;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (!add_header_line(text.substr(0, end), response)) return;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (const auto metadata = parse_metadata(response)) {
    expect(is_commit(metadata->commit));
    expect(is_safe_path(metadata->etag) && metadata->etag.find('/') == std::string::npos);
  }
  (void)continues_at(header(response, "content-range"), 1, 2);
  (void)parse_retry_after(header(response, "retry-after"));
  if (const auto target = redirect_target("https://hub.example/a", header(response, "location")))
    expect(origin_of(*target).has_value());
}

void read_index(std::string_view text) {
  const auto files = parse_index(text);
  if (!files) return;
  for (const auto& file : *files) expect(is_safe_path(file));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'r') read_request(bytes);
  if (data[0] == 'h') read_headers(bytes);
  if (data[0] == 'i') read_index(bytes);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const std::string commit = "X-Repo-Commit: 0123456789abcdef0123456789abcdef01234567\r\n";
  return {
      "rhub:owner/some-name_1.0@refs/pr/1", "rhub:gpt2",
      "hHTTP/1.1 302 Found\r\n" + commit +
          "X-Linked-Etag: \"ab\"\r\nX-Linked-Size: 5\r\nLocation: /b?c=d\r\n\r\n",
      "hHTTP/1.1 206 Partial Content\r\n" + commit +
          "ETag: W/\"ab\"\r\nContent-Length: 5\r\nContent-Range: bytes 1-1/2\r\n"
          "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\nLocation: https://s.example/x\r\n\r\n",
      R"(i{"metadata": {"total_size": 1}, "weight_map": {"a": "m-1.safetensors", "b": "c/m.safetensors"}})"};
}
