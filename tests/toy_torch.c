/* SPDX-License-Identifier: Apache-2.0 */
/* Stands for a library of PyTorch: tells which one it is. */

__attribute__((visibility("default"))) const char* toy_torch_version(void);

const char* toy_torch_version(void) {
  return TOY_VERSION;
}
