# SPDX-License-Identifier: Apache-2.0
# The same tests for every engine that is built, each in a process of its own; one that is not installed is skipped.
add_executable(engine_conformance_test
  ${CMAKE_CURRENT_LIST_DIR}/engine_conformance_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/engine_conformance_open.cpp
  ${CMAKE_CURRENT_LIST_DIR}/engine_conformance_onnx.cpp
  ${CMAKE_CURRENT_LIST_DIR}/engine_conformance_models.cpp)
target_link_libraries(engine_conformance_test PRIVATE
  jm_engine protozero::protozero nlohmann_json::nlohmann_json GTest::gmock)

file(GLOB conformance_engines CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/engines/*/engine.toml)
foreach(manifest ${conformance_engines})
  file(STRINGS ${manifest} other REGEX "^(worker|endpoint) *=")
  if(other)
    continue()  # a program, which has no plugin to open, or a server's client, which computes nothing itself
  endif()
  cmake_path(GET manifest PARENT_PATH folder)
  cmake_path(GET folder FILENAME engine)
  add_dependencies(engine_conformance_test joulemark_${engine})
  add_test(NAME conformance.${engine} COMMAND engine_conformance_test --engine=${engine})
  set_tests_properties(conformance.${engine} PROPERTIES LABELS engines TIMEOUT 300 SKIP_RETURN_CODE 77)
endforeach()
