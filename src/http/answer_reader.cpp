// SPDX-License-Identifier: Apache-2.0
#include "http/answer_reader.h"

#include <optional>
#include <utility>
// before Beast, which needs <utility> of others
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace joulemark::http {
namespace {

namespace wire = boost::beast::http;
using Code = boost::beast::error_code;
using Text = boost::beast::string_view;

/// Calls the sink of one answer, or of none.
class Parser final : public wire::basic_parser<false> {
 public:
  explicit Parser(AnswerSink* sink) : sink_(sink) { eager(true); }
  void read_at(Nanoseconds at) { at_ = at; }
  void drop() { sink_ = nullptr; }
  [[nodiscard]] bool is_interim() const { return head_.status >= 100 && head_.status < 200; }

 private:
  void on_request_impl(wire::verb, Text, Text, int, Code&) override {}
  void on_response_impl(int status, Text, int, Code&) override { head_.status = status; }
  void on_field_impl(wire::field, Text name, Text value, Code&) override {
    std::string lower(name);
    for (char& letter : lower)
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    head_.headers.push_back({std::move(lower), std::string(value)});
  }
  void on_header_impl(Code&) override {
    if (sink_ && !is_interim()) sink_->on_head(head_, at_);
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(Text body, Code&) override { return take(body); }
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, Code&) override { return take(body); }
  void on_finish_impl(Code&) override {}

  std::size_t take(Text body) {
    if (sink_ && !body.empty()) sink_->on_part({body.data(), body.size()}, at_);
    return body.size();
  }

  AnswerSink* sink_;
  AnswerHead head_;
  Nanoseconds at_ = 0;
};

AnswerReader::State state_of(const Code& error) {
  if (error == wire::error::partial_message || error == wire::error::end_of_stream)
    return AnswerReader::State::kCutOff;
  if (error == wire::error::body_limit || error == wire::error::header_limit ||
      error == wire::error::buffer_overflow)
    return AnswerReader::State::kTooLong;
  return AnswerReader::State::kNotHttp;
}

}  // namespace

class AnswerReader::Impl {
 public:
  Impl(const Bounds& bounds, AnswerSink& sink) : bounds_(bounds), sink_(&sink) { begin(); }

  std::size_t put(std::string_view bytes, Nanoseconds at) {
    std::size_t used = 0;
    parser_->read_at(at);
    while (state_ == State::kMore && used < bytes.size()) {
      Code error;
      const auto rest = bytes.substr(used);
      used += parser_->put(boost::asio::buffer(rest.data(), rest.size()), error);
      if (error == wire::error::need_more) break;
      note(error, at);
    }
    return used;
  }

  void put_end(Nanoseconds at) {
    if (state_ != State::kMore) return;
    Code error;
    parser_->read_at(at);
    // Beast takes an end before the first byte for a whole answer.
    if (parser_->got_some()) parser_->put_eof(error);
    note(error, at);
    if (state_ == State::kMore) state_ = State::kCutOff;
  }

  void drop() {
    sink_ = nullptr;
    parser_->drop();
  }

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] std::string complaint() const { return complaint_; }
  [[nodiscard]] bool keeps_alive() const { return parser_->keep_alive() && !parser_->need_eof(); }

 private:
  void begin() {
    parser_.emplace(sink_);
    parser_->header_limit(static_cast<std::uint32_t>(bounds_.header_bytes));
    parser_->body_limit(bounds_.body_bytes);
    parser_->skip(bounds_.body == BodyRule::kNone);
  }

  void note(const Code& error, Nanoseconds at) {
    if (error) {
      state_ = state_of(error);
      complaint_ = error.message();
    } else if (parser_->is_done() && parser_->is_interim()) {
      begin();
      parser_->read_at(at);
    } else if (parser_->is_done()) {
      state_ = State::kDone;
    }
  }

  Bounds bounds_;
  AnswerSink* sink_;
  std::optional<Parser> parser_;
  State state_ = State::kMore;
  std::string complaint_;
};

AnswerReader::AnswerReader(const Bounds& bounds, AnswerSink& sink)
    : impl_(std::make_unique<Impl>(bounds, sink)) {}
AnswerReader::~AnswerReader() = default;

std::size_t AnswerReader::put(std::string_view bytes, Nanoseconds at) {
  return impl_->put(bytes, at);
}

void AnswerReader::put_end(Nanoseconds at) {
  impl_->put_end(at);
}

void AnswerReader::drop() {
  impl_->drop();
}

AnswerReader::State AnswerReader::state() const {
  return impl_->state();
}

std::string AnswerReader::complaint() const {
  return impl_->complaint();
}

bool AnswerReader::keeps_alive() const {
  return impl_->keeps_alive();
}

}  // namespace joulemark::http
