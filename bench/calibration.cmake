# SPDX-License-Identifier: Apache-2.0
# How often the tests of src/stats reject what is true, and how often intervals hold the truth.
add_executable(calibration calibration.cpp calibration_simulate.cpp)
target_link_libraries(calibration PRIVATE jm_stats fmt::fmt)
target_include_directories(calibration PRIVATE ${CMAKE_CURRENT_LIST_DIR})
