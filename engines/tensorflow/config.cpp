// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <cstdint>
#include <protozero/pbf_writer.hpp>

namespace joulemark::tf {
namespace {

// Field numbers of tensorflow/core/protobuf: config.proto, rewriter_config.proto.
constexpr int kIntraOpThreads = 2;
constexpr int kInterOpThreads = 5;
constexpr int kGraphOptions = 10;
constexpr int kRewriteOptions = 10;  // of GraphOptions
constexpr int kMinGraphNodes = 17;   // of RewriterConfig
constexpr int kDisableMetaOptimizer = 19;
constexpr int kCpuLayoutConversion = 50;
constexpr int kOutputPartitionGraphs = 5;  // of RunOptions

constexpr std::int32_t kNchwToNhwc = 1;

}  // namespace

const char* to_string(Layout layout) {
  return layout == Layout::kChannelsFirst ? "nchw" : "nhwc";
}

std::string session_config(int threads, Layout layout, Optimizer optimizer) {
  std::string rewrite;
  protozero::pbf_writer rewriter(rewrite);
  // Small graphs are optimised as large ones.
  rewriter.add_int32(kMinGraphNodes, -1);
  if (optimizer == Optimizer::kOff) rewriter.add_bool(kDisableMetaOptimizer, true);
  if (layout == Layout::kChannelsLast) rewriter.add_enum(kCpuLayoutConversion, kNchwToNhwc);
  std::string graph;
  protozero::pbf_writer(graph).add_message(kRewriteOptions, rewrite);
  std::string config;
  protozero::pbf_writer writer(config);
  writer.add_int32(kIntraOpThreads, threads);
  writer.add_int32(kInterOpThreads, 1);
  writer.add_message(kGraphOptions, graph);
  return config;
}

std::string options_that_tell_graphs() {
  std::string options;
  protozero::pbf_writer(options).add_bool(kOutputPartitionGraphs, true);
  return options;
}

}  // namespace joulemark::tf
