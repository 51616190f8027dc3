// SPDX-License-Identifier: Apache-2.0
// One easy handle, reset for each request; libcurl keeps its connections across resets.
#include "net/curl_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/clock.h"
#include "net/headers.h"
#include "net/pipe_signal.h"

namespace joulemark::net {
namespace {

/// Of the body of an answer that nobody wants, so much is read to keep the connection.
constexpr std::size_t kDroppedBytes = 65536;

/// What libcurl's callbacks see of the running request.
struct Transfer {
  const BodySink& sink;
  const std::atomic<bool>* interrupted;
  double patience_s;  ///< without a byte
  HttpResponse response;
  bool begun = false;
  bool stalled = false;
  std::size_t dropped = 0;
  curl_off_t arrived = -1;
  Nanoseconds arrived_at = 0;

  [[nodiscard]] bool is_wanted() const { return response.status == 200 || response.status == 206; }
  [[nodiscard]] bool is_interrupted() const {
    return interrupted != nullptr && interrupted->load();
  }
  bool take(std::string_view bytes) {
    if (is_interrupted()) return false;
    if (!is_wanted()) return (dropped += bytes.size()) <= kDroppedBytes;
    if (!std::exchange(begun, true) && !sink.begin(response)) return false;
    return sink.write(bytes);
  }
  /// Notes how many bytes have arrived; whether to go on. libcurl's own limit of speed averages
  /// over several seconds and so comes late.
  bool watch(curl_off_t bytes) {
    const Nanoseconds now = monotonic_now();
    if (std::exchange(arrived, bytes) != bytes) arrived_at = now;
    stalled = to_seconds(now - arrived_at) > patience_s;
    return !stalled && !is_interrupted();
  }
};

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  return add_header_line({data, size * count}, transfer.response) ? size * count : 0;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  return transfer.take({data, size * count}) ? size * count : 0;
}

int on_progress(void* context, curl_off_t, curl_off_t arrived, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(context)->watch(arrived) ? 0 : 1;
}

Failure::Kind kind_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
      return Failure::Kind::kUnreachable;
    case CURLE_OPERATION_TIMEDOUT:
      return Failure::Kind::kTimedOut;
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_WRITE_ERROR:
      return Failure::Kind::kStopped;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return Failure::Kind::kRefused;
    default:
      return Failure::Kind::kBroken;
  }
}

/// What libcurl says with words that would mislead.
std::optional<Failure> misleading(CURLcode code, std::string_view reason) {
  if (code == CURLE_OUT_OF_MEMORY)
    return Failure{Failure::Kind::kBroken, "a header of its answer does not end"};
  if (code == CURLE_UNSUPPORTED_PROTOCOL && reason.starts_with("Received HTTP/0.9"))
    return Failure{Failure::Kind::kBroken, "what answers does not speak HTTP"};
  return std::nullopt;
}

using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

HeaderList header_list(const std::vector<std::string>& headers) {
  curl_slist* list = nullptr;
  for (const auto& line : headers)
    if (curl_slist* longer = curl_slist_append(list, line.c_str()); longer != nullptr)
      list = longer;
  return {list, &curl_slist_free_all};
}

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(CurlOptions options)
      : options_(std::move(options)), handle_(curl_easy_init(), &curl_easy_cleanup) {}

  tl::expected<HttpResponse, Failure> send(const HttpRequest& request,
                                           const BodySink& sink) override {
    if (handle_ == nullptr)
      return tl::unexpected(Failure{Failure::Kind::kRefused, "libcurl cannot be started"});
    const bool asks_only = request.method == HttpMethod::kHead;
    Transfer transfer{
        .sink = sink,
        .interrupted = options_.interrupted,
        .patience_s = asks_only ? options_.answer_timeout_s : options_.stall_timeout_s,
        .response = {}};
    const HeaderList headers = header_list(request.headers);
    std::array<char, CURL_ERROR_SIZE> reason{};
    curl_easy_reset(handle_.get());
    prepare(request, headers.get());
    observe(transfer, reason.data());
    const BlockedPipeSignal blocked;
    const CURLcode code = curl_easy_perform(handle_.get());
    curl_easy_setopt(handle_.get(), CURLOPT_ERRORBUFFER, nullptr);
    return finish(code, transfer, reason.data());
  }

 private:
  template <class T>
  void set(CURLoption option, T value) {
    curl_easy_setopt(handle_.get(), option, value);
  }

  void prepare(const HttpRequest& request, curl_slist* headers) {
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_HTTPHEADER, headers);
    set(CURLOPT_NOBODY, request.method == HttpMethod::kHead ? 1L : 0L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_USERAGENT, "joulemark");
    // libcurl would change what the whole process does with SIGPIPE, behind its other threads.
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.answer_timeout_s * 1000));
    if (!options_.ca_file.empty()) set(CURLOPT_CAINFO, options_.ca_file.c_str());
    if (options_.proxies == CurlOptions::Proxies::kNone) set(CURLOPT_NOPROXY, "*");
    if (options_.total_timeout_s > 0) {
      set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.total_timeout_s * 1000));
      // Nor does it wait for the thread that resolves a name.
      set(CURLOPT_QUICK_EXIT, 1L);
    }
    if (request.credentials) identify(*request.credentials);
  }

  void identify(const Credentials& credentials) {
    const bool at_once = credentials.when == Credentials::When::kAtOnce;
    set(CURLOPT_HTTPAUTH,
        static_cast<long>(at_once ? CURLAUTH_BASIC : CURLAUTH_BASIC | CURLAUTH_DIGEST));
    set(CURLOPT_USERNAME, credentials.user.c_str());
    set(CURLOPT_PASSWORD, credentials.password.c_str());
  }

  void observe(Transfer& transfer, char* reason) {
    set(CURLOPT_ERRORBUFFER, reason);
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &on_progress);
    set(CURLOPT_XFERINFODATA, static_cast<void*>(&transfer));
  }

  static tl::expected<HttpResponse, Failure> finish(CURLcode code, Transfer& transfer,
                                                    const char* reason) {
    const bool dropped_only = code == CURLE_WRITE_ERROR && transfer.dropped > kDroppedBytes;
    if (code == CURLE_OK || dropped_only) {
      if (code == CURLE_OK && transfer.is_wanted() && !transfer.begun)
        transfer.sink.begin(transfer.response);  // an empty body
      return std::move(transfer.response);
    }
    if (transfer.stalled)
      return tl::unexpected(Failure{Failure::Kind::kBroken,
                                    fmt::format("nothing came for {:.0f} s", transfer.patience_s)});
    if (auto told = misleading(code, reason)) return tl::unexpected(*std::move(told));
    const std::string text = *reason != '\0' ? reason : curl_easy_strerror(code);
    return tl::unexpected(Failure{kind_of(code), text});
  }

  CurlOptions options_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle_;
};

}  // namespace

std::unique_ptr<HttpClient> make_curl_client(const CurlOptions& options) {
  return std::make_unique<CurlClient>(options);
}

}  // namespace joulemark::net
