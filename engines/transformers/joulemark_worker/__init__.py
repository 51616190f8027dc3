# SPDX-License-Identifier: Apache-2.0
"""The worker protocol (include/joulemark/worker_protocol.h) in Python. Only torch_engine knows torch and transformers."""
