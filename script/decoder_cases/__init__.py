# SPDX-License-Identifier: Apache-2.0
"""Reference cases for language models: tiny checkpoints with what transformers computes from them (script/decoder-cases)."""
