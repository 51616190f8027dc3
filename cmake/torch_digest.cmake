# SPDX-License-Identifier: Apache-2.0
# Run by the build: writes the digest of the sources listed in FILES as C++ to OUTPUT and as text to TEXT.
file(READ ${FILES} files)
set(all "")
foreach(file ${files})
  file(SHA256 ${file} digest)
  cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${SOURCE_DIR})
  string(APPEND all "${digest} ${file}\n")
endforeach()
string(SHA256 digest "${all}")
string(SUBSTRING ${digest} 0 16 digest)
file(WRITE ${OUTPUT} "namespace joulemark::torch_bridge {\nextern const char* const kSourcesDigest;\nconst char* const kSourcesDigest = \"${digest}\";\n}\n")
file(WRITE ${TEXT} "${digest}\n")
