# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Where things stand, for the scripts of this folder; sourced from the root of the repository.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/joulemark
hash_of() { sha256sum "$1" | cut -c1-12; }
python_tools=$cache/python-tools-$(hash_of script/python-requirements.txt)
serving_tools=$cache/serving-tools-$(hash_of script/serving-requirements.txt)
lint_tools=$cache/lint-tools-$(hash_of script/lint-requirements.txt)
conformance_cases=$cache/conformance/onnx-$(sed -n 's/^onnx==\([0-9.]*\).*/\1/p' script/python-requirements.txt)
node=$cache/node-22.23.3 # script/bootstrap makes it only where the system's own is too old
PATH=$node/bin:$PATH
release=build/release
joulemark=$release/bin/joulemark

# A clone in another folder finds in the compiler cache what this one compiled. What uses precompiled headers is found
# only by one in the same folder, and without the second line by none.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime

fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}
