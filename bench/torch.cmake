# SPDX-License-Identifier: Apache-2.0
# The engines on PyTorch against networks written by hand with its calls; only where a PyTorch was found.
if(TARGET torch::torch_cpu)
  add_executable(bare_torch torch_bare.cpp torch_networks.cpp torch_vision.cpp)
  target_link_libraries(bare_torch PRIVATE jm_model torch::torch_cpu torch::c10)
  # Libraries that the CPU never calls, of CUDA, may be missing.
  target_link_options(bare_torch PRIVATE -Wl,--unresolved-symbols=ignore-in-shared-libs)

  add_executable(bench_torch torch_bench.cpp side_by_side.cpp overhead_worker.cpp)
  target_link_libraries(bench_torch PRIVATE jm_engine jm_stats nlohmann_json::nlohmann_json fmt::fmt)
  add_dependencies(bench_torch bare_torch joulemark-worker)
  foreach(program bare_torch bench_torch)
    target_include_directories(${program} PRIVATE ${CMAKE_CURRENT_LIST_DIR})
  endforeach()
endif()
