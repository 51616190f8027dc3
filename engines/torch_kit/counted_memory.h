// SPDX-License-Identifier: Apache-2.0
// What tests know of PyTorch's memory.
#pragma once

#include <c10/core/CPUAllocator.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace joulemark::torch_kit {

/// PyTorch's memory for the CPU, counted, from its construction to its end.
class CountedMemory : public c10::Allocator {
 public:
  CountedMemory() : before_(c10::GetCPUAllocator()) {
    counted = this;
    c10::SetCPUAllocator(this, 1);
  }
  ~CountedMemory() override {
    c10::SetCPUAllocator(before_, 1);
    counted = nullptr;
  }
  CountedMemory(const CountedMemory&) = delete;
  CountedMemory& operator=(const CountedMemory&) = delete;

  c10::DataPtr allocate(std::size_t bytes) override {
    struct Block {
      void* memory;
      std::size_t bytes;
    };
    auto* block = new Block{std::aligned_alloc(64, (bytes + 63) / 64 * 64), bytes};
    live_ += bytes;
    peak_ = std::max(peak_, live_);
    return {block->memory, block,
            [](void* context) {
              auto* gone = static_cast<Block*>(context);
              if (counted != nullptr) counted->live_ -= gone->bytes;
              std::free(gone->memory);
              delete gone;
            },
            c10::Device(c10::kCPU)};
  }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }
  [[nodiscard]] std::size_t live() const { return live_; }
  [[nodiscard]] std::size_t peak() const { return peak_; }

 private:
  static inline CountedMemory* counted = nullptr;
  c10::Allocator* before_;
  std::size_t live_ = 0;
  std::size_t peak_ = 0;
};

/// Large enough that nothing else in a run counts.
inline constexpr std::int64_t kElements = 1 << 16;
inline constexpr std::size_t kBytes = kElements * sizeof(float);

}  // namespace joulemark::torch_kit
