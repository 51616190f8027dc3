# SPDX-License-Identifier: Apache-2.0
# joulemark_engine(NAME SOURCES … [LIBRARIES …]): builds bin/engines/NAME/libjoulemark_NAME.so, puts the folder's engine.toml
# beside it, and exports nothing but the entry of engine_abi.h, so that no std:: template of ours meets one of the engine's.
function(joulemark_engine name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  set(folder ${CMAKE_BINARY_DIR}/bin/engines/${name})
  add_library(joulemark_${name} MODULE ${arg_SOURCES})
  target_include_directories(joulemark_${name} PRIVATE ${CMAKE_SOURCE_DIR}/include ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(joulemark_${name} PRIVATE ${arg_LIBRARIES} ${CMAKE_DL_LIBS})
  target_compile_options(joulemark_${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  target_link_options(joulemark_${name} PRIVATE -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/engine_exports.map)
  set_target_properties(joulemark_${name} PROPERTIES
    LIBRARY_OUTPUT_DIRECTORY ${folder}
    LINK_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/engine_exports.map)
  configure_file(${CMAKE_CURRENT_SOURCE_DIR}/engine.toml ${folder}/engine.toml COPYONLY)
endfunction()

# joulemark_program_engine(NAME FILES …): an engine whose worker is a program of its own, which needs no compiler; the target
# joulemark_NAME stands for its files.
function(joulemark_program_engine name)
  cmake_parse_arguments(arg "" "" "FILES" ${ARGN})
  foreach(file engine.toml ${arg_FILES})
    configure_file(${CMAKE_CURRENT_SOURCE_DIR}/${file} ${CMAKE_BINARY_DIR}/bin/engines/${name}/${file} COPYONLY)
  endforeach()
  add_custom_target(joulemark_${name})
endfunction()
