# SPDX-License-Identifier: Apache-2.0
# What this machine can do at most: bytes read from memory and multiplications, for the bounds of bench/slm.py.
add_executable(machine_bounds machine_bounds.cpp)
target_link_libraries(machine_bounds PRIVATE Threads::Threads fmt::fmt)
