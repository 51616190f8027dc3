# SPDX-License-Identifier: Apache-2.0
# The engines on PyTorch against networks written by hand with its calls; only where a PyTorch was found.
if(TARGET torch::torch_cpu)
  add_executable(bare_torch torch_bare.cpp torch_networks.cpp torch_vision.cpp)
  target_include_directories(bare_torch PRIVATE ${CMAKE_CURRENT_LIST_DIR})
  target_link_libraries(bare_torch PRIVATE jm_model torch::torch_cpu torch::c10)
  target_link_options(bare_torch PRIVATE -Wl,--unresolved-symbols=ignore-in-shared-libs)
endif()
