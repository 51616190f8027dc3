// SPDX-License-Identifier: Apache-2.0
#include "sensors/meters/http_meter.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "sensors/meters/meter_answer.h"

namespace joulemark::sensors {
namespace {

constexpr std::size_t kMostBytes = 65536;

std::string base_of(const MeterAddress& address) {
  const bool tls = address.transport == MeterAddress::Transport::kTls;
  return fmt::format("{}://{}:{}", tls ? "https" : "http", bracketed_host(address), address.port);
}

std::optional<net::Credentials> credentials_for(const MeterAddress& address,
                                                std::optional<net::Credentials> credentials) {
  // Older versions of Tasmota answer 200 where a password is missing, so nobody would ask for it.
  if (credentials && address.kind == MeterKind::kTasmota)
    credentials->when = net::Credentials::When::kAtOnce;
  return credentials;
}

class HttpMeter final : public Meter {
 public:
  explicit HttpMeter(HttpMeterOptions options)
      : address_(std::move(options.address)),
        http_(std::move(options.http)),
        questions_(questions_of(address_)) {
    request_.credentials = credentials_for(address_, std::move(options.credentials));
  }

  MeterWatts ask() override {
    // Which of several it understands is known from its first good answer.
    for (;;) {
      MeterWatts watts = ask_at(questions_.front());
      if (watts) questions_.resize(1);
      if (watts || questions_.size() == 1 || watts.error().reason != "unreadable") return watts;
      questions_.erase(questions_.begin());
    }
  }

 private:
  MeterWatts ask_at(const std::string& question) {
    body_.clear();
    request_.url = base_of(address_) + question;
    const auto response =
        http_->send(request_, {.begin = [](const net::HttpResponse&) { return true; },
                               .write =
                                   [this](std::string_view bytes) {
                                     body_ += bytes;
                                     return body_.size() <= kMostBytes;
                                   }});
    if (!response) return explain(response.error());
    if (response->status == 401 || response->status == 403) return unauthorised();
    if (response->status != 200)
      return meter_failure("unreadable", address_, fmt::format("it answers {}", response->status));
    MeterWatts watts = watts_in_answer(address_, body_);
    return !watts && watts.error().reason == "unauthorised" ? unauthorised() : watts;
  }

  [[nodiscard]] MeterWatts explain(const net::Failure& failure) const {
    using Kind = net::Failure::Kind;
    if (failure.kind == Kind::kStopped)
      return meter_failure("unreadable", address_, "its answer is too long");
    if (failure.kind == Kind::kBroken)
      return meter_failure("unreadable", address_, "its answer broke off: " + failure.message);
    return meter_failure("unreachable", address_, "it cannot be reached: " + failure.message);
  }
  [[nodiscard]] MeterWatts unauthorised() const {
    auto failure = meter_failure("unauthorised", address_,
                                 request_.credentials ? "it refuses the user name and the password"
                                                      : "it asks for a user name and a password");
    failure.value().remedy =
        "set JOULEMARK_METER_USER and JOULEMARK_METER_PASSWORD in the environment";
    return failure;
  }

  MeterAddress address_;
  std::unique_ptr<net::HttpClient> http_;
  std::vector<std::string> questions_;
  net::HttpRequest request_;
  std::string body_;
};

}  // namespace

std::unique_ptr<Meter> make_http_meter(HttpMeterOptions options) {
  return std::make_unique<HttpMeter>(std::move(options));
}

}  // namespace joulemark::sensors
