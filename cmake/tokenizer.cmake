# SPDX-License-Identifier: Apache-2.0
# The crate of tokenizer/ as the target joulemark::tokenizer_crate: a static library with a C interface.
#
# It takes two minutes to compile, and every preset needs the same one: so it is kept in the cache under a digest of what it is
# made of. Rust code is not instrumented by sanitizers.
function(joulemark_add_tokenizer_crate)
  find_program(JOULEMARK_CARGO cargo HINTS $ENV{CARGO_HOME}/bin $ENV{HOME}/.cargo/bin)
  set(library ${CMAKE_BINARY_DIR}/tokenizer/libjoulemark_tokenizer.a)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tokenizer/src/*.rs)
  list(APPEND sources ${CMAKE_SOURCE_DIR}/tokenizer/Cargo.toml ${CMAKE_SOURCE_DIR}/tokenizer/Cargo.lock
    ${CMAKE_SOURCE_DIR}/cmake/tokenizer_build.cmake)
  add_custom_command(
    OUTPUT ${library}
    COMMAND ${CMAKE_COMMAND} -DCARGO=${JOULEMARK_CARGO} -DSOURCE_DIR=${CMAKE_SOURCE_DIR}/tokenizer
      -DBUILD_DIR=${CMAKE_BINARY_DIR}/tokenizer -P ${CMAKE_SOURCE_DIR}/cmake/tokenizer_build.cmake
    DEPENDS ${sources}
    COMMENT "The tokenizer's crate (two minutes, once)"
    VERBATIM)
  add_custom_target(joulemark_tokenizer_crate DEPENDS ${library})
  add_library(joulemark::tokenizer_crate STATIC IMPORTED GLOBAL)
  set_target_properties(joulemark::tokenizer_crate PROPERTIES
    IMPORTED_LOCATION ${library}
    INTERFACE_INCLUDE_DIRECTORIES ${CMAKE_SOURCE_DIR}/tokenizer/include
    INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m"
    INTERFACE_LINK_OPTIONS -Wl,--gc-sections)
  add_dependencies(joulemark::tokenizer_crate joulemark_tokenizer_crate)
endfunction()

joulemark_add_tokenizer_crate()
