# SPDX-License-Identifier: Apache-2.0
# cmake -DOUTPUT=FILE.cpp "-DMACHINES=A.toml;B.toml" -P embed_machines.cmake: writes embedded_machines() of machine_file.h.
set(rows "")
foreach(file ${MACHINES})
  cmake_path(GET file STEM name)
  file(READ ${file} text)
  string(APPEND rows "    {\"${name}\", R\"toml(${text})toml\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Made by embed_machines.cmake.
#include \"sim/machine_file.h\"

namespace joulemark::sim {

const std::vector<EmbeddedMachine>& embedded_machines() {
  static const std::vector<EmbeddedMachine> machines = {
${rows}  };
  return machines;
}

}  // namespace joulemark::sim
")
