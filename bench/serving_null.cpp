// SPDX-License-Identifier: Apache-2.0
// The HTTP server alone: every request gets the answer of a KServe model at once. Prints its port,
// and ends with its standard input.
#include <cstdio>
#include <string>

#include "http/server.h"

namespace {

void answer(const std::shared_ptr<joulemark::http::Exchange>& exchange) {
  exchange->send(
      {{},
       R"({"model_name":"null","outputs":[{"name":"y","datatype":"FP32","shape":[1,4],"data":[0.0,0.0,0.0,0.0]}]})"});
}

}  // namespace

int main() {
  const auto server = joulemark::http::Server::listen({}, answer);
  if (!server) {
    std::fprintf(stderr, "serving_null: %s\n", server.error().message.c_str());
    return 1;
  }
  std::printf("%d\n", (*server)->port());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}
