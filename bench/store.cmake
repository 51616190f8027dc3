# SPDX-License-Identifier: Apache-2.0
# How fast the store writes and loads, and how much memory that takes.
add_executable(store_bench store_bench.cpp)
target_link_libraries(store_bench PRIVATE jm_store)
