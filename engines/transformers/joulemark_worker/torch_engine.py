# SPDX-License-Identifier: Apache-2.0
"""Language models as practitioners serve them: AutoModelForCausalLM and `generate`, greedy, PyTorch eager, cache on."""

from __future__ import annotations

import contextlib
import math
import os
import sys
from typing import Any, NamedTuple

from .failure import Failure, one_line
from .measure import Goal, Run, now

PRECISIONS = ("f32", "bf16", "f16", "native")
ATTENTIONS = ("default", "eager", "sdpa", "flash_attention_2")
PADDING = 0  # any id: the attention mask hides it
OUT_OF_MEMORY = ("not enough memory", "can't allocate memory", "CUDA out of memory")


class TorchEngine:
    def open(self, provider: str, threads: int, affinity: list[int], options: dict[str, str]) -> dict:
        self._attention = read_options(options)
        bind(affinity)
        # Read when the libraries are loaded.
        os.environ.update(OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
        os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
        self._torch = load_module("torch")
        self._transformers = load_module("transformers")
        self._torch.set_num_threads(threads)
        self._provider = provider
        self._device = device_of(self._torch, provider)
        return {
            "version": self._transformers.__version__,
            "library": os.path.dirname(self._transformers.__file__),
            "torch": self._torch.__version__,
            "python": sys.version.split()[0],
            "interpreter": sys.executable,
            "providers": ["cpu", "cuda"] if self._torch.cuda.is_available() else ["cpu"],
        }

    def load(self, path: str, precision: str) -> TextModel:
        if precision not in PRECISIONS:
            raise Failure("unsupported", f"engine 'transformers' has no precision '{precision}'; it has {', '.join(PRECISIONS)}")
        if not os.path.isfile(os.path.join(path, "config.json")):
            raise Failure("invalid_model", f"'{path}' is no checkpoint: engine 'transformers' takes a directory with config.json and weights")
        torch = self._torch
        dtypes = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16, "native": "auto"}
        with said_of(torch, f"cannot load '{path}'"):
            model = self._from_pretrained(path, dtypes[precision])
        facts = {"provider": self._provider, "version": self._transformers.__version__, "torch": torch.__version__}
        return TextModel(torch, self._transformers, model, facts)

    def _from_pretrained(self, path: str, dtype: Any):
        given = {} if self._attention == "default" else {"attn_implementation": self._attention}
        try:
            model, info = self._transformers.AutoModelForCausalLM.from_pretrained(
                path, dtype=dtype, local_files_only=True, trust_remote_code=False, output_loading_info=True, **given
            )
        except (KeyError, ValueError, ImportError) as error:  # a model type or an attention that it does not know
            raise Failure("unsupported", f"cannot load '{path}': {one_line(error)}") from error
        except Exception as error:
            if out_of_memory(error):
                raise
            raise Failure("invalid_model", f"cannot load '{path}': {one_line(error)}") from error
        # What is missing was made up.
        if info.get("missing_keys"):
            raise Failure("invalid_model", f"cannot load '{path}': there is no weight '{sorted(info['missing_keys'])[0]}' in it")
        return model.to(self._device).eval()


class Batch(NamedTuple):
    ids: Any  # tensors [rows, longest prompt], on the device
    mask: Any
    no_row_ends: Any  # [rows]
    tokens: int  # of the longest prompt


class TextModel:
    """A loaded model. Ids that it has no token for never reach it."""

    def __init__(self, torch, transformers, model, facts: dict):
        self._torch, self._transformers, self._model, self._facts = torch, transformers, model, facts
        self._vocabulary = model.get_input_embeddings().weight.shape[0]
        self._configs: dict = {}  # by goal, so that a timed request makes none
        # What a checkpoint wishes for its texts (sampling, penalties, lengths) would be other work.
        model.generation_config = transformers.GenerationConfig(pad_token_id=PADDING)

    def ports(self) -> dict:
        ids = {"name": "input_ids", "dtype": "int64", "dims": [-1, -1]}
        logits = {"name": "logits", "dtype": "float32", "dims": [-1, -1, self._vocabulary]}
        return {"inputs": [ids, {**ids, "name": "attention_mask"}], "outputs": [logits]}

    def batch(self, prompts: list[list[int]]) -> Batch:
        for prompt in prompts:
            if max(prompt) >= self._vocabulary:
                raise Failure("invalid_argument", f"there is no token {max(prompt)}: the model has {self._vocabulary}")
        longest = max(map(len, prompts))

        def tensor(rows):
            return self._torch.tensor(rows, device=self._model.device)

        return Batch(
            tensor([[PADDING] * (longest - len(prompt)) + prompt for prompt in prompts]),
            tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts]),
            tensor([False] * len(prompts)),
            longest,
        )

    def run(self, batch: Batch, goal: Goal) -> Run:
        config = self._configs.get(goal[:2])
        if config is None:
            config = self._configs[goal[:2]] = self._config(goal)
        clock = Clock(self._torch, batch, goal.until_ns)
        criteria = self._transformers.StoppingCriteriaList([clock])
        with self._generating(batch, goal.new_tokens):
            t0 = now()
            output = self._model.generate(batch.ids, attention_mask=batch.mask, generation_config=config, stopping_criteria=criteria)
            t1 = now()
        return Run(t0, clock.times, t1, (output, batch.tokens, goal.stop_ids))

    def rows(self, run: Run) -> list[list[int]]:
        """The new ids of each row, up to its first stop id."""
        output, prompt_tokens, stop_ids = run.output
        rows = output[:, prompt_tokens:].tolist()
        return [row[: next((i + 1 for i, token in enumerate(row) if token in stop_ids), len(row))] for row in rows]

    def gap(self, ids: list[int], own: int, other: int) -> float:
        """By how much the logit of `own` behind `ids` is larger than that of `other`."""
        if other >= self._vocabulary:
            return math.inf
        logits = self._logits(ids)[-1]
        return float(logits[own] - logits[other])

    def logits(self, prompts: list[list[int]], new_ids: list[list[int]], everything: bool) -> list[tuple]:
        """For each row (of its prompt's last or of all positions, behind each new id)."""
        batch, steps = self.batch(prompts), max(map(len, new_ids))
        config = self._config(Goal(steps + 1))  # the last choice is made behind the last new id
        config.output_logits = config.return_dict_in_generate = True
        with self._generating(batch, steps):
            chosen = self._model.generate(batch.ids, attention_mask=batch.mask, generation_config=config).logits
        found = []
        for row, (prompt, ids) in enumerate(zip(prompts, new_ids)):
            prefill = self._logits(prompt) if everything else chosen[0][row : row + 1]
            found.append((self._numbers(prefill), [self._numbers(chosen[step + 1][row]) for step in range(len(ids))]))
        return found

    def effective(self) -> dict:
        """What runs, read back from the model."""
        torch, model = self._torch, self._model
        precisions = {torch.float32: "f32", torch.bfloat16: "bf16", torch.float16: "f16"}
        config = self._config(Goal(1))
        config.return_dict_in_generate = True
        one = self.batch([[PADDING]])
        cache = model.generate(one.ids, attention_mask=one.mask, generation_config=config).past_key_values
        return {
            **self._facts,
            "device": str(model.device),
            "precision": precisions.get(model.dtype, str(model.dtype)),
            "threads": torch.get_num_threads(),
            "kv_cache": type(cache).__name__ if cache is not None else "none",
            "attention": getattr(model.config, "_attn_implementation", None) or "eager",
        }

    def _config(self, goal: Goal):
        return self._transformers.GenerationConfig(
            do_sample=False,
            num_beams=1,
            max_new_tokens=goal.new_tokens,
            eos_token_id=list(goal.stop_ids) or None,
            pad_token_id=PADDING,
            use_cache=True,
        )

    def _logits(self, ids: list[int]):
        """[positions, vocabulary] of one row, which needs no padding."""
        with self._generating(batch := self.batch([ids]), 0), self._torch.inference_mode():
            return self._model(input_ids=batch.ids, attention_mask=batch.mask).logits[0]

    def _numbers(self, tensor) -> list:
        """As lists; what is no number is null."""
        tensor = tensor.float()
        if bool(self._torch.isfinite(tensor).all()):
            return tensor.tolist()
        lines = tensor.tolist() if tensor.dim() == 2 else [tensor.tolist()]
        cleaned = [[value if math.isfinite(value) else None for value in line] for line in lines]
        return cleaned if tensor.dim() == 2 else cleaned[0]

    @contextlib.contextmanager
    def _generating(self, batch: Batch, new_tokens: int):
        try:
            with said_of(self._torch, "cannot generate"):
                yield
        except IndexError as error:
            room = getattr(self._model.config, "max_position_embeddings", None)
            raise Failure(
                "invalid_argument", f"{batch.tokens + new_tokens} tokens are too many for the model, which has {room} positions: {one_line(error)}"
            ) from error


class Clock:
    """A stopping criterion, which `generate` asks behind every token: notes when it was there."""

    def __init__(self, torch, batch: Batch, until_ns: int | None):
        self.times: list[int] = []
        self._no_row_ends, self._until_ns = batch.no_row_ends, until_ns
        self._wait = torch.cuda.synchronize if batch.ids.is_cuda else None

    def __call__(self, input_ids, scores, **kwargs):
        if self._wait is not None:
            self._wait()
        self.times.append(now())
        if self._until_ns is not None and self.times[-1] >= self._until_ns:
            return ~self._no_row_ends
        return self._no_row_ends


def read_options(options: dict[str, str]) -> str:
    unknown = sorted(set(options) - {"attn_implementation"})
    if unknown:
        raise Failure("invalid_argument", f"engine 'transformers' has no option '{unknown[0]}'")
    attention = options.get("attn_implementation", ATTENTIONS[0])
    if attention not in ATTENTIONS:
        raise Failure("invalid_argument", f"option 'attn_implementation' must be one of {', '.join(ATTENTIONS)}, not '{attention}'")
    return attention


def bind(cpus: list[int]) -> None:
    """All threads of this process share these CPUs."""
    if not cpus:
        return
    allowed = os.sched_getaffinity(0)
    for cpu in cpus:
        if cpu not in allowed:
            raise Failure("invalid_argument", f"cannot bind to CPU {cpu}: this process may not run on it; {len(allowed)} CPUs are allowed here")
    os.sched_setaffinity(0, cpus)


def load_module(name: str):
    try:
        return __import__(name)
    except ModuleNotFoundError as error:
        if error.name == name:
            raise Failure("library_missing", f"'{sys.executable}' has no module '{name}'; run 'pip install torch transformers' there") from error
        raise Failure("library_unusable", f"cannot import '{name}' with '{sys.executable}': {one_line(error)}") from error
    except Exception as error:
        raise Failure("library_unusable", f"cannot import '{name}' with '{sys.executable}': {one_line(error)}") from error


def device_of(torch, provider: str):
    if provider not in ("cpu", "cuda"):
        raise Failure("unsupported", f"engine 'transformers' has no provider '{provider}'; it has cpu, cuda")
    if provider == "cuda" and not torch.cuda.is_available():
        built = "no NVIDIA GPU can be used" if torch.version.cuda else "it was built without CUDA"
        raise Failure("library_unusable", f"PyTorch {torch.__version__} has no provider 'cuda' here: {built}")
    return torch.device(provider)


def out_of_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or any(text in str(error) for text in OUT_OF_MEMORY)


@contextlib.contextmanager
def said_of(torch, doing: str):
    """What PyTorch raises for want of memory, and whatever else, as a Failure."""
    try:
        yield
    except (Failure, IndexError):
        raise
    except Exception as error:
        status = "out_of_memory" if out_of_memory(error) else "failed"
        raise Failure(status, f"{doing}: {one_line(error)}") from error
