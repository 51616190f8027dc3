# SPDX-License-Identifier: Apache-2.0
# The plugins on PyTorch without PyTorch: the bridge as a plugin of its own, with implementations and libraries that are made
# up. They stand where the test puts them together from.
set(parts ${CMAKE_CURRENT_BINARY_DIR}/torch_bridge)
add_library(joulemark_toytorch MODULE ${CMAKE_SOURCE_DIR}/engines/torch_kit/bridge/bridge.cpp)
target_link_libraries(joulemark_toytorch PRIVATE joulemark_torch_bridge)
target_compile_definitions(joulemark_toytorch PRIVATE JOULEMARK_TORCH_ENGINE="toytorch")
set_target_properties(joulemark_toytorch PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${parts}/plugin)

foreach(version 1 2)
  add_library(toy_torch_cpu_${version} SHARED ${CMAKE_CURRENT_LIST_DIR}/toy_torch.c)
  target_compile_definitions(toy_torch_cpu_${version} PRIVATE TOY_VERSION="${version}.0.0")
  set_target_properties(toy_torch_cpu_${version} PROPERTIES
    OUTPUT_NAME torch_cpu LIBRARY_OUTPUT_DIRECTORY ${parts}/${version}.0.0/lib)
  add_library(toy_c10_${version} SHARED ${CMAKE_CURRENT_LIST_DIR}/toy_torch.c)
  target_compile_definitions(toy_c10_${version} PRIVATE TOY_VERSION="c10")
  set_target_properties(toy_c10_${version} PROPERTIES OUTPUT_NAME c10 LIBRARY_OUTPUT_DIRECTORY ${parts}/${version}.0.0/lib)
endforeach()

set(implementations)
foreach(kind good old incomplete failing)
  string(TOUPPER ${kind} definition)
  add_library(toy_impl_${kind} MODULE ${CMAKE_CURRENT_LIST_DIR}/toy_torch_impl.cpp)
  target_include_directories(toy_impl_${kind} PRIVATE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/engines)
  target_compile_definitions(toy_impl_${kind} PRIVATE TOY_${definition})
  target_link_libraries(toy_impl_${kind} PRIVATE toy_torch_cpu_1)
  set_target_properties(toy_impl_${kind} PROPERTIES
    PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${parts}/impl SKIP_BUILD_RPATH ON)
  list(APPEND implementations toy_impl_${kind})
endforeach()

add_executable(torch_bridge_test ${CMAKE_CURRENT_LIST_DIR}/torch_bridge_test.cpp)
target_link_libraries(torch_bridge_test PRIVATE
  jm_engine joulemark_torch_digest nlohmann_json::nlohmann_json GTest::gmock GTest::gtest_main)
target_compile_definitions(torch_bridge_test PRIVATE TOY_PARTS="${parts}")
add_dependencies(torch_bridge_test
  joulemark_toytorch toy_torch_cpu_1 toy_torch_cpu_2 toy_c10_1 toy_c10_2 ${implementations})
joulemark_unit_test(unit.torch_bridge torch_bridge_test)
