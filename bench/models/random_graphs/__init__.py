# SPDX-License-Identifier: Apache-2.0
"""Random ONNX graphs: valid by construction, since ONNX Runtime runs every node before it is kept."""
