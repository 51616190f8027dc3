// SPDX-License-Identifier: Apache-2.0
// Turns what fails inside a plugin into the jm_status and the message that may leave it.
#pragma once

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "joulemark/engine_abi.h"

namespace joulemark::plugin {

/// Thrown anywhere inside a plugin; `guarded` turns it into the call's result.
struct Failure {
  jm_status status;
  std::string message;
};

[[noreturn]] inline void fail(jm_status status, std::string message) {
  throw Failure{status, std::move(message)};
}

/// Copies `text` into `message`, cut at a character's edge where it is too long.
inline void put_message(jm_message* message, std::string_view text) {
  if (message == nullptr) return;
  std::size_t size = std::min(text.size(), sizeof message->text - 1);
  if (size < text.size()) {
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  }
  std::memcpy(message->text, text.data(), size);
  message->text[size] = '\0';
}

/// Runs `body` so that no exception crosses the C interface.
template <class Body>
jm_status guarded(jm_message* message, Body&& body) noexcept {
  try {
    std::forward<Body>(body)();
    return JM_OK;
  } catch (const Failure& failure) {
    put_message(message, failure.message);
    return failure.status;
  } catch (const std::bad_alloc&) {
    put_message(message, "not enough memory");
    return JM_OUT_OF_MEMORY;
  } catch (const std::exception& error) {
    put_message(message, error.what());
    return JM_FAILED;
  } catch (...) {
    put_message(message, "an exception of an unknown type");
    return JM_FAILED;
  }
}

}  // namespace joulemark::plugin
