# SPDX-License-Identifier: Apache-2.0
# Period, step and lag of this machine's energy meters.
add_executable(sensor_characteristics sensor_characteristics.cpp)
target_link_libraries(sensor_characteristics PRIVATE jm_sensors fmt::fmt)
