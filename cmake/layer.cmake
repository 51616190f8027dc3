# SPDX-License-Identifier: Apache-2.0

# The programs of the tests labelled "unit", which the sanitizers look at, and of those that are labelled "threads" as well,
# because their layer starts some: ThreadSanitizer's.
add_custom_target(unit_tests)
add_custom_target(threaded_tests)

# joulemark_unit_test(NAME PROGRAM [threads]): the program is a test of this name.
function(joulemark_unit_test name program)
  set(labels unit ${ARGN})
  add_test(NAME ${name} COMMAND ${program})
  set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT 300)
  # What is tested is optimised where it is a library; the tests themselves compile a third faster without.
  target_compile_options(${program} PRIVATE -O0)
  add_dependencies(unit_tests ${program})
  if("threads" IN_LIST labels)
    add_dependencies(threaded_tests ${program})
  endif()
endfunction()

# joulemark_starts_threads(RESULT SOURCE…): "threads" where one of the sources starts a thread, else empty.
function(joulemark_starts_threads result)
  set(${result} "" PARENT_SCOPE)
  foreach(source ${ARGN})
    file(STRINGS ${source} found REGEX "std::j?thread|std::async|pthread_create" LIMIT_COUNT 1)
    if(found)
      set(${result} threads PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

# joulemark_layer(NAME [LAYERS a b …] [LIBRARIES x y …]): one static library jm_NAME from all *.cpp below the folder, and one
# test program NAME_test from all its *_test.cpp. LAYERS are the layers that it may include; files are found, not listed.
function(joulemark_layer name)
  cmake_parse_arguments(arg "" "" "LAYERS;LIBRARIES;TEST_LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  list(TRANSFORM arg_LAYERS PREPEND jm_)
  if(sources)
    add_library(jm_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(jm_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(jm_${name} ${scope} ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include)
  target_link_libraries(jm_${name} ${scope} ${arg_LAYERS} ${arg_LIBRARIES})
  if(JOULEMARK_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE jm_${name} ${arg_TEST_LIBRARIES} GTest::gmock GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE JOULEMARK_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    joulemark_starts_threads(threaded ${sources} ${tests})
    joulemark_unit_test(unit.${name} ${name}_test ${threaded})
  endif()
endfunction()
