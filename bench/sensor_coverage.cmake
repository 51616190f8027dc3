# SPDX-License-Identifier: Apache-2.0
# How often the sensors' intervals hold the true energy of simulated machines.
add_executable(sensor_coverage sensor_coverage.cpp)
target_link_libraries(sensor_coverage PRIVATE jm_sim fmt::fmt)
