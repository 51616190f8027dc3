# SPDX-License-Identifier: Apache-2.0
"""Texts over HTTP: the public client of OpenAI, unmodified, against `joulemark serve`, and the tokens against `joulemark generate`."""

import http.client
import json
import shutil
import urllib.parse

import pytest
import serving_tools  # noqa: F401  the package openai comes with it
from ascii_tokenizer import END, ids_of, text_of
from conftest import OK, wait_until
from decoder_cases import case, small_gpt2
from serving import at_once, serving

# isort: split
import openai

ENGINE = "onnxruntime"
NAME = "gpt2"
PROMPT = "Once upon"
MESSAGES = [{"role": "user", "content": "Hi there"}]
CHAT_TEXT = "user: Hi there\nassistant:"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_gpt2(tmp_path_factory.mktemp("checkpoint") / NAME)


@pytest.fixture
def server(with_engines, folder):
    with serving(with_engines, folder, "--engine", ENGINE, "--max-batch", "8") as running:
        yield running


def client_of(server, **options):
    return openai.OpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0, timeout=60, **options)


@pytest.fixture
def client(server):
    with client_of(server) as made:
        yield made


def generated(joulemark, folder, prompt: str, count: int) -> list[int]:
    outcome = joulemark("generate", folder, "--engine", ENGINE, "--prompt", prompt, "--max-new-tokens", count, "--ignore-eos", "--json")
    assert outcome.status == OK, outcome.err
    return outcome.json["new_ids"]


def complete(client, prompt=PROMPT, **options):
    return client.completions.create(model=NAME, prompt=prompt, **{"max_tokens": 12, "temperature": 0} | options)


def test_the_models_are_listed(client):
    assert [model.id for model in client.models.list()] == [NAME]
    assert client.models.retrieve(NAME).owned_by == "joulemark"


def test_tokens_are_those_of_generate(client, with_engines, folder):
    wanted = generated(with_engines, folder, PROMPT, 12)
    answer = complete(client, extra_body={"ignore_eos": True, "return_token_ids": True})
    choice = answer.choices[0]
    assert choice.token_ids == wanted and choice.text == text_of(wanted)
    assert choice.prompt_token_ids == ids_of(PROMPT) and choice.finish_reason == "length"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (len(PROMPT), 12)
    assert complete(client, prompt=ids_of(PROMPT), extra_body={"ignore_eos": True}).choices[0].text == choice.text


def test_a_stream_says_the_same_in_parts(client):
    whole = complete(client).choices[0].text
    chunks = list(complete(client, stream=True, stream_options={"include_usage": True}))
    assert "".join(choice.text for chunk in chunks for choice in chunk.choices) == whole
    assert chunks[-1].usage.completion_tokens >= len(whole) and not chunks[-1].choices
    assert sum(bool(choice.text) for chunk in chunks for choice in chunk.choices) == len(whole), "one chunk for each token"
    assert chunks[-2].choices[0].finish_reason in ("stop", "length")


def test_a_chat_is_what_its_template_says(client):
    answer = client.chat.completions.create(model=NAME, messages=MESSAGES, max_completion_tokens=8, temperature=0)
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].message.content == complete(client, prompt=CHAT_TEXT, max_tokens=8).choices[0].text
    assert answer.usage.prompt_tokens == len(CHAT_TEXT)
    stream = client.chat.completions.create(model=NAME, messages=MESSAGES, max_tokens=8, temperature=0, stream=True)
    deltas = [chunk.choices[0].delta for chunk in stream]
    assert deltas[0].role == "assistant" and "".join(delta.content or "" for delta in deltas) == answer.choices[0].message.content


def test_the_clients_own_stream_helper_works(client):
    options = {"model": NAME, "messages": MESSAGES, "max_tokens": 8, "temperature": 0}
    whole = client.chat.completions.create(**options).choices[0].message.content
    with client.chat.completions.stream(**options, stop=whole[5]) as stream:
        events = [event.type for event in stream]
        final = stream.get_final_completion().choices[0]
    assert final.message.content == whole[: whole.index(whole[5])] and final.finish_reason == "stop"
    assert "content.delta" in events and events[-1] == "content.done"


def test_seeds_reproduce(client):
    options = {"temperature": 1.0, "n": 3, "max_tokens": 16}
    first, second = (complete(client, seed=7, **options) for _ in range(2))
    texts = [choice.text for choice in first.choices]
    assert texts == [choice.text for choice in second.choices] and len(set(texts)) == 3
    alone = complete(client, seed=7, temperature=1.0, max_tokens=16)
    assert alone.choices[0].text == texts[0], "the first of several is the one that comes alone"
    assert len({complete(client, temperature=1.0, max_tokens=16).choices[0].text for _ in range(4)}) > 1


def test_top_k_of_one_is_greedy(client):
    assert complete(client, temperature=1.0, extra_body={"top_k": 1}).choices[0].text == complete(client).choices[0].text


def test_answers_end_at_texts(client):
    whole = complete(client, max_tokens=16).choices[0].text
    stop = whole[5:8]
    for stream in (False, True):
        answer = complete(client, max_tokens=16, stop=[stop, "never there"], stream=stream)
        chunks = list(answer) if stream else [answer]
        assert "".join(chunk.choices[0].text for chunk in chunks) == whole[: whole.index(stop)]
        assert chunks[-1].choices[0].finish_reason == "stop"


def test_answers_end_at_tokens(client):
    whole = complete(client, extra_body={"return_token_ids": True}).choices[0]
    stop = whole.token_ids[4]
    answer = complete(client, extra_body={"stop_token_ids": [stop], "return_token_ids": True}).choices[0]
    assert answer.token_ids == whole.token_ids[: whole.token_ids.index(stop) + 1]
    assert answer.finish_reason == "stop" and answer.text == text_of(answer.token_ids[:-1])


def test_several_prompts_are_answered_as_one_by_one(client):
    prompts = ["A", "Some words", "x y z"]
    together = complete(client, prompt=prompts, echo=True)
    assert [choice.index for choice in together.choices] == [0, 1, 2]
    for choice, prompt in zip(together.choices, prompts):
        assert choice.text == prompt + complete(client, prompt=prompt).choices[0].text


def test_logprobs(client):
    found = complete(client, logprobs=3, max_tokens=4).choices[0].logprobs
    assert len(found.tokens) == 4 and all(len(top) == 3 for top in found.top_logprobs)
    assert all(max(top.values()) == pytest.approx(own) for own, top in zip(found.token_logprobs, found.top_logprobs)), "greedy takes the likeliest"
    chat = client.chat.completions.create(model=NAME, messages=MESSAGES, max_tokens=4, temperature=0, logprobs=True, top_logprobs=2)
    content = chat.choices[0].logprobs.content
    assert "".join(token.token for token in content) == chat.choices[0].message.content
    assert all(len(token.top_logprobs) == 2 and bytes(token.bytes).decode() == token.token for token in content)


@pytest.mark.parametrize(
    "options, exception, param, code",
    [
        ({"temperature": 3}, openai.BadRequestError, "temperature", None),
        ({"max_tokens": 64}, openai.BadRequestError, "prompt", "context_length_exceeded"),
        ({"logit_bias": {"5": 100}}, openai.BadRequestError, "logit_bias", None),
        ({"extra_body": {"nonsense": 1}}, openai.BadRequestError, "nonsense", None),
        ({"prompt": [97]}, openai.BadRequestError, "prompt", None),
        ({"model": "other"}, openai.NotFoundError, "model", "model_not_found"),
    ],
)
def test_errors_are_the_clients_exceptions(client, options, exception, param, code):
    with pytest.raises(exception) as raised:
        client.completions.create(**{"model": NAME, "prompt": "x"} | options)
    assert (raised.value.param, raised.value.code) == (param, code)


def test_a_chat_refuses_what_it_cannot_do(client):
    tool = {"type": "function", "function": {"name": "f"}}
    with pytest.raises(openai.BadRequestError, match="'tools' is not supported"):
        client.chat.completions.create(model=NAME, messages=MESSAGES, tools=[tool])
    with pytest.raises(openai.BadRequestError, match="There is no narrator"):
        client.chat.completions.create(model=NAME, messages=[{"role": "narrator", "content": "x"}])
    image = {"type": "image_url", "image_url": {"url": "data:,"}}
    with pytest.raises(openai.BadRequestError, match="image_url"):
        client.chat.completions.create(model=NAME, messages=[{"role": "user", "content": [image]}])


def test_streams_at_the_same_time_do_not_mix(client):
    prompts = [f"{number} words" for number in range(6)]
    alone = [complete(client, prompt=prompt).choices[0].text for prompt in prompts]

    def stream(prompt):
        return lambda: "".join(chunk.choices[0].text for chunk in complete(client, prompt=prompt, stream=True))

    assert at_once(*(stream(prompt) for prompt in prompts)) == alone


def test_the_server_goes_on_when_a_client_leaves(server, client):
    parts = urllib.parse.urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    body = {"model": NAME, "prompt": "x", "max_tokens": 60, "stream": True, "ignore_eos": True}
    connection.request("POST", "/v1/completions", json.dumps(body))
    assert connection.getresponse().read(10)
    connection.close()
    assert complete(client).choices[0].text
    wait_until(lambda: server.metric("joulemark_requests_running") == 0, "the engine to be idle")


def test_joules_are_told_on_request(client):
    asked = complete(client, extra_body={"joulemark": {"energy": True}}).joulemark["energy"]
    assert (asked["joules"] is None and asked["reason"]) or (asked["joules"] > 0 and asked["method"])
    *_, last = complete(client, stream=True, extra_headers={"Joulemark-Energy": "request"})
    assert last.choices == [] and "energy" in last.joulemark
    assert not hasattr(complete(client), "joulemark")


def test_joules_of_a_simulated_machine_are_shares(with_engines, folder):
    with serving(with_engines, folder, "--engine", ENGINE, before=("--sim", "desktop-intel")) as server, client_of(server) as client:
        energy = complete(client, extra_body={"joulemark": {"energy": True}}).joulemark["energy"]
        assert energy["joules"] > 0 and 0 < energy["share"] <= 1 and energy["window_s"] > 0 and energy["method"]


def test_a_model_without_a_tokenizer_takes_ids(with_engines, tmp_path, folder):
    bare = tmp_path / "bare"
    shutil.copytree(case("decoders", "gpt2"), bare)
    with serving(with_engines, bare, "--engine", ENGINE) as server, client_of(server) as client:
        with pytest.raises(openai.BadRequestError, match="token ids"):
            client.completions.create(model="bare", prompt="x")
        options = {"max_tokens": 6, "temperature": 0, "extra_body": {"return_token_ids": True}}
        assert len(client.completions.create(model="bare", prompt=[1, 2, 3], **options).choices[0].token_ids) == 6
        with pytest.raises(openai.BadRequestError, match="token ids"):
            client.chat.completions.create(model="bare", messages=MESSAGES)


def test_a_chat_template_may_be_given(with_engines, tmp_path):
    plain = small_gpt2(tmp_path / "plain", template=None)
    with serving(with_engines, plain, "--engine", ENGINE) as server, client_of(server) as client:
        with pytest.raises(openai.BadRequestError, match="--chat-template FILE"):
            client.chat.completions.create(model="plain", messages=MESSAGES)
    template = tmp_path / "template"
    template.write_text("{{ messages[0].content }}")
    with serving(with_engines, plain, "--engine", ENGINE, "--chat-template", template) as server, client_of(server) as client:
        answer = client.chat.completions.create(model="plain", messages=MESSAGES, max_tokens=2)
        assert answer.usage.prompt_tokens == len(MESSAGES[0]["content"])


def test_a_token_is_asked_for(with_engines, folder):
    with serving(with_engines, folder, "--engine", ENGINE, env={"JOULEMARK_SERVE_TOKEN": "secret-of-the-test"}) as server:
        with client_of(server) as client, pytest.raises(openai.AuthenticationError):
            client.models.list()
        with openai.OpenAI(base_url=server.url + "/v1", api_key="secret-of-the-test") as client:
            assert [model.id for model in client.models.list()] == [NAME]
