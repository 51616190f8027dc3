# SPDX-License-Identifier: Apache-2.0
"""`joulemark fetch`: checkpoints from a hub on this machine, which breaks, lies and refuses."""

import fcntl
import hashlib
import json
import os
import pathlib
import random
import subprocess
import time

import pytest
from conftest import INTERRUPTED, MACHINE, NOT_OK, OK, USAGE, interrupt, wait_until
from hub_server import COMMIT, Hub, Repository, git_blob_id

WEIGHTS = random.Random(1).randbytes(1 << 20)
TOKEN = "hf_a_secret"
SMALL = {
    "config.json": b'{"model_type": "gpt2"}',
    "generation_config.json": b"{}",
    "tokenizer.json": b'{"version": "1.0"}',
    "README.md": b"# not needed",
    "pytorch_model.bin": b"not needed either",
}


@pytest.fixture
def hub(joulemark):
    with Hub() as started:
        joulemark.environment |= started.environment(joulemark.home / "hf")
        yield started


@pytest.fixture
def tiny(hub) -> Repository:
    """lab/tiny: one file of weights."""
    hub.repositories["lab/tiny"] = Repository({**SMALL, "model.safetensors": WEIGHTS}, large={"model.safetensors"})
    return hub.repositories["lab/tiny"]


@pytest.fixture
def storage(joulemark) -> pathlib.Path:
    return joulemark.home / "hf/hub/models--lab--tiny"


def weights_blob(storage: pathlib.Path, content: bytes = WEIGHTS) -> pathlib.Path:
    return storage / "blobs" / hashlib.sha256(content).hexdigest()


def incomplete(storage: pathlib.Path) -> pathlib.Path:
    return weights_blob(storage).with_name(weights_blob(storage).name + ".incomplete")


def test_a_checkpoint_is_fetched_and_its_folder_printed(joulemark, tiny, storage):
    outcome = joulemark("fetch", "hub:lab/tiny")
    assert outcome.status == OK, outcome.err
    snapshot = pathlib.Path(outcome.out.removesuffix("\n"))
    assert snapshot == storage / "snapshots" / COMMIT
    taken = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"]
    assert sorted(path.name for path in snapshot.iterdir()) == taken
    assert all((snapshot / name).read_bytes() == tiny.files[name] for name in taken)
    assert "to download: 1.05 MB in 4 files" in outcome.err and "model.safetensors" in outcome.err


def test_the_cache_is_laid_out_as_other_tools_expect_it(joulemark, tiny, storage):
    assert joulemark("fetch", "hub:lab/tiny").status == OK
    weights = storage / "snapshots" / COMMIT / "model.safetensors"
    assert os.readlink(weights) == f"../../blobs/{hashlib.sha256(WEIGHTS).hexdigest()}"
    config = storage / "snapshots" / COMMIT / "config.json"
    assert os.readlink(config) == f"../../blobs/{git_blob_id(SMALL['config.json'])}"
    assert (storage / "refs/main").read_text() == COMMIT
    assert (storage / ".no_exist" / COMMIT / "special_tokens_map.json").read_bytes() == b""
    locks = joulemark.home / "hf/hub/.locks/models--lab--tiny"
    assert sorted(path.name for path in locks.iterdir()) == sorted(f"{path.name}.lock" for path in (storage / "blobs").iterdir())


def test_json_tells_folder_revision_commit_and_files(joulemark, tiny, storage):
    report = joulemark("fetch", "hub:lab/tiny@main", "--json", "--quiet").json
    assert report["directory"] == str(storage / "snapshots" / COMMIT)
    assert (report["revision"], report["commit"]) == ("main", COMMIT)
    assert {file["name"]: file["bytes"] for file in report["files"]}["model.safetensors"] == len(WEIGHTS)


def test_a_second_fetch_asks_only_what_the_branch_stands_for(joulemark, hub, tiny):
    joulemark("fetch", "hub:lab/tiny")
    hub.requests.clear()
    outcome = joulemark("fetch", "hub:lab/tiny")
    assert outcome.status == OK and "download" not in outcome.err
    assert [(r.method, r.path) for r in hub.requests] == [("HEAD", "/lab/tiny/resolve/main/config.json")]
    hub.requests.clear()
    assert joulemark("fetch", f"hub:lab/tiny@{COMMIT}").status == OK and not hub.requests


def test_what_another_tool_downloaded_is_not_downloaded_again(joulemark, hub, tiny, storage):
    """The folders as the Python package leaves them, but for one file that it was not asked for."""
    (storage / "blobs").mkdir(parents=True)
    (storage / "snapshots" / COMMIT).mkdir(parents=True)
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        (storage / "blobs" / tiny.etag(name)).write_bytes(tiny.files[name])
        (storage / "snapshots" / COMMIT / name).symlink_to(f"../../blobs/{tiny.etag(name)}")
    (storage / "snapshots" / COMMIT / "tokenizer.json").unlink()  # the content is there under another commit only
    assert joulemark("fetch", "hub:lab/tiny").status == OK
    assert [r.path for r in hub.asked("GET")] == [f"/lab/tiny/resolve/{COMMIT}/generation_config.json"]
    assert (storage / "snapshots" / COMMIT / "tokenizer.json").read_bytes() == SMALL["tokenizer.json"]


def test_of_weights_in_several_files_those_in_the_index_are_fetched(joulemark, hub):
    shards = {f"model-0000{n}-of-00002.safetensors": WEIGHTS[:n] for n in (1, 2)}
    index = {"metadata": {}, "weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors", "c": "model-00001-of-00002.safetensors"}}
    files = {**SMALL, **shards, "model-00003-of-00002.safetensors": b"left over", "model.safetensors.index.json": json.dumps(index).encode()}
    hub.repositories["lab/big"] = Repository(files, large=set(shards))
    report = joulemark("fetch", "hub:lab/big", "--json").json
    names = {file["name"] for file in report["files"]}
    assert set(shards) < names and "model-00003-of-00002.safetensors" not in names
    hub.requests.clear()
    assert joulemark("fetch", "hub:lab/big").status == OK and len(hub.requests) == 1


@pytest.mark.parametrize("name", ["../../../../x.safetensors", "/tmp/x.safetensors", "a//x.safetensors", "a\\x.safetensors", "x.bin", "a\0.safetensors"])
def test_an_index_cannot_lead_out_of_its_folder(joulemark, hub, name):
    index = json.dumps({"weight_map": {"a": name}}).encode()
    hub.repositories["lab/evil"] = Repository({**SMALL, "model.safetensors.index.json": index})
    outcome = joulemark("fetch", "hub:lab/evil")
    assert outcome.status == NOT_OK and "can be no safetensors file" in outcome.err
    assert {r.path.rpartition("/")[2] for r in hub.requests} == {"config.json", "model.safetensors", "model.safetensors.index.json"}


def test_legacy_names_branches_and_pull_requests(joulemark, hub, tiny):
    hub.repositories["gpt2"] = tiny
    tiny.revisions |= {"refs/pr/1", "v1.0"}
    assert joulemark("fetch", "hub:gpt2@refs/pr/1").status == OK
    assert hub.requests[0].path == "/gpt2/resolve/refs%2Fpr%2F1/config.json"
    assert (joulemark.home / "hf/hub/models--gpt2/refs/refs/pr/1").read_text() == COMMIT
    assert joulemark("fetch", "hub:gpt2@v1.0").status == OK


def test_the_token_goes_to_the_hub_alone_and_is_nowhere_shown_or_kept(joulemark, hub, tiny):
    tiny.gated, hub.token = True, TOKEN
    outcome = joulemark("fetch", "hub:lab/tiny", env={"HF_TOKEN": f" {TOKEN}\n"})
    assert outcome.status == OK, outcome.err
    assert all(r.headers.get("authorization") == f"Bearer {TOKEN}" for r in hub.requests if r.server == "hub")
    assert hub.asked("GET", server="store") == [] or "authorization" not in hub.asked("GET", server="store")[0].headers
    assert len([r for r in hub.requests if r.server == "store"]) == 1
    kept = b"".join(path.read_bytes() for path in (joulemark.home / "hf").rglob("*") if path.is_file())
    assert TOKEN not in outcome.out + outcome.err and TOKEN.encode() not in kept


def test_the_token_of_a_login_is_used(joulemark, hub, tiny):
    tiny.gated, hub.token = True, TOKEN
    (joulemark.home / "hf").mkdir()
    (joulemark.home / "hf/token").write_text(TOKEN + "\n")
    assert joulemark("fetch", "hub:lab/tiny").status == OK


def test_refusals_say_what_to_do(joulemark, hub, tiny):
    outcome = joulemark("fetch", "hub:lab/none")
    assert outcome.status == USAGE and "no such repository, or it is private" in outcome.err and "HF_TOKEN" in outcome.err
    outcome = joulemark("fetch", "hub:lab/tiny@v9")
    assert outcome.status == USAGE and "no branch, tag or commit 'v9'" in outcome.err
    tiny.gated, hub.token = True, "another"
    outcome = joulemark("fetch", "hub:lab/tiny")
    assert outcome.status == MACHINE and "accept their terms" in outcome.err and "set HF_TOKEN" in outcome.err
    outcome = joulemark("fetch", "hub:lab/tiny", env={"HF_TOKEN": TOKEN})
    assert outcome.status == MACHINE and "'HF_TOKEN' may not read it" in outcome.err and TOKEN not in outcome.err


def test_a_repository_without_safetensors_says_what_it_has(joulemark, hub):
    hub.repositories["lab/old"] = Repository(SMALL)
    outcome = joulemark("fetch", "hub:lab/old")
    assert outcome.status == NOT_OK and "but pytorch_model.bin" in outcome.err and "save_pretrained" in outcome.err
    hub.repositories["lab/data"] = Repository({"README.md": b""})
    outcome = joulemark("fetch", "hub:lab/data")
    assert outcome.status == NOT_OK and "'config.json'" in outcome.err and "no checkpoint" in outcome.err


@pytest.mark.parametrize("source", ["hub:", "hub:a/b/c", "hub:../x", "hub:a/..", "hub:lab/tiny@", "hub:lab/tiny@../../x", "hub:a--b", "hub:lab/x.git", "hub:lab/ti ny", "lab/tiny"])
def test_a_name_that_is_none_is_a_usage_error(joulemark, hub, source):
    outcome = joulemark("fetch", source)
    assert outcome.status == USAGE and "hub:OWNER/NAME" in outcome.err and not hub.requests and not outcome.out


@pytest.mark.parametrize("fault", ["break_after", "stall_after"])
def test_a_download_that_stops_midway_goes_on_from_there(joulemark, hub, tiny, fault):
    getattr(hub.faults, fault)["model.safetensors"] = [300_000]
    begin = time.monotonic()
    outcome = joulemark("fetch", "hub:lab/tiny", "--json", env={"HF_HUB_DOWNLOAD_TIMEOUT": "1"})
    assert outcome.status == OK, outcome.err
    assert (pathlib.Path(outcome.json["directory"]) / "model.safetensors").read_bytes() == WEIGHTS
    assert time.monotonic() - begin < 8  # a stalled server lets go after 10
    first, second = hub.asked("GET", server="store")
    assert "range" not in first.headers and second.headers["range"] == "bytes=300000-"


def test_a_server_that_sends_everything_again_is_understood(joulemark, hub, tiny, storage):
    hub.faults.break_after["model.safetensors"] = [300_000]
    hub.faults.ignore_range = True
    assert joulemark("fetch", "hub:lab/tiny").status == OK
    assert weights_blob(storage).read_bytes() == WEIGHTS


def test_a_server_that_sends_another_part_is_not_believed(joulemark, hub, tiny, storage):
    hub.faults.break_after["model.safetensors"] = [300_000]
    hub.faults.wrong_range = True
    outcome = joulemark("fetch", "hub:lab/tiny")
    assert outcome.status == NOT_OK and "another part of it" in outcome.err
    assert incomplete(storage).stat().st_size == 300_000 and not weights_blob(storage).exists()


def test_a_download_that_was_killed_goes_on_next_time(joulemark, hub, tiny, storage):
    hub.faults.slow = 0.05
    process = joulemark.start("fetch", "hub:lab/tiny")
    wait_until(lambda: incomplete(storage).exists() and incomplete(storage).stat().st_size > 0, "the first bytes")
    process.kill()
    process.communicate()
    hub.faults.slow = 0
    there = incomplete(storage).stat().st_size
    assert 0 < there < len(WEIGHTS) and not weights_blob(storage).exists()
    assert joulemark("fetch", "hub:lab/tiny").status == OK
    assert hub.asked("GET", server="store")[-1].headers["range"] == f"bytes={there}-"
    assert weights_blob(storage).read_bytes() == WEIGHTS and not incomplete(storage).exists()


def test_ctrl_c_keeps_what_arrived(joulemark, hub, tiny, storage):
    hub.faults.slow = 0.05
    process = joulemark.start("fetch", "hub:lab/tiny")
    wait_until(lambda: incomplete(storage).exists() and incomplete(storage).stat().st_size > 0, "the first bytes")
    interrupt(process)
    out, err = process.communicate(timeout=10)
    assert process.returncode == INTERRUPTED and "goes on where it stopped" in err and not out
    assert incomplete(storage).stat().st_size > 0 and not (storage / "refs/main").exists()


def test_a_damaged_beginning_is_replaced(joulemark, hub, tiny, storage):
    (storage / "blobs").mkdir(parents=True)
    incomplete(storage).write_bytes(bytes(1000))
    assert joulemark("fetch", "hub:lab/tiny").status == OK
    assert weights_blob(storage).read_bytes() == WEIGHTS


@pytest.mark.parametrize("name, digest", [("model.safetensors", "SHA-256"), ("tokenizer.json", "git blob id")])
def test_a_content_that_is_not_what_was_announced_is_removed(joulemark, tiny, storage, name, digest):
    tiny.etags[name] = "0" * (64 if digest == "SHA-256" else 40)
    outcome = joulemark("fetch", "hub:lab/tiny")
    assert outcome.status == NOT_OK and f"'{name}'" in outcome.err and digest in outcome.err
    assert not list((storage / "blobs").glob("000*")) and not (storage / "snapshots" / COMMIT / name).exists()


@pytest.mark.parametrize("announced", [1000, len(WEIGHTS) - 1])
def test_more_bytes_than_announced_are_not_taken(joulemark, tiny, storage, announced):
    tiny.sizes["model.safetensors"] = announced
    outcome = joulemark("fetch", "hub:lab/tiny")
    assert outcome.status == NOT_OK and f"more than {announced} bytes" in outcome.err
    assert not weights_blob(storage).exists()


def test_a_file_of_unknown_size_is_fetched(joulemark, tiny, storage):
    tiny.sizes |= {"model.safetensors": None, "tokenizer.json": None}
    assert joulemark("fetch", "hub:lab/tiny").status == OK
    assert weights_blob(storage).read_bytes() == WEIGHTS


def test_a_server_that_is_busy_is_asked_again_when_it_says(joulemark, hub, tiny):
    hub.faults.statuses = {"config.json": [(503, {})], "model.safetensors": [(429, {"Retry-After": "1"})]}
    begin = time.monotonic()
    assert joulemark("fetch", "hub:lab/tiny").status == OK
    assert time.monotonic() - begin > 1.5 and len(hub.asked("HEAD", "/model.safetensors")) == 2


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "/lab/tiny/resolve/main/config.json", ""])
def test_redirects_that_lead_nowhere_end(joulemark, hub, tiny, target):
    hub.faults.statuses = {"config.json": [(302, {"Location": target})] * 20}
    outcome = joulemark("fetch", "hub:lab/tiny")
    assert outcome.status == NOT_OK and "redirect" in outcome.err and len(hub.requests) <= 11


def test_what_is_no_hub_is_said_so(joulemark, hub, tiny):
    hub.faults.statuses = {"config.json": [(200, {})]}
    outcome = joulemark("fetch", "hub:lab/tiny")
    assert outcome.status == NOT_OK and "it is no hub" in outcome.err and "HF_ENDPOINT" in outcome.err


def test_two_programs_download_a_file_once(joulemark, hub, tiny, storage):
    hub.faults.slow = 0.02
    processes = [joulemark.start("fetch", "hub:lab/tiny") for _ in range(2)]
    results = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [OK, OK], results
    assert len(hub.asked("GET", server="store")) == 1 and weights_blob(storage).read_bytes() == WEIGHTS


def test_without_a_network_the_cache_serves(joulemark, hub, tiny):
    folder = joulemark("fetch", "hub:lab/tiny").out
    hub.requests.clear()
    outcome = joulemark("fetch", "hub:lab/tiny", env={"HF_HUB_OFFLINE": "1"})
    assert outcome.status == OK and outcome.out == folder and "taken from the cache" in outcome.err and not hub.requests
    begin = time.monotonic()
    outcome = joulemark("fetch", "hub:lab/tiny", env={"HF_ENDPOINT": "http://127.0.0.1:1"})
    assert outcome.status == OK and outcome.out == folder and "taken from the cache" in outcome.err
    assert time.monotonic() - begin < 2
    hub.faults.statuses = {"config.json": [(503, {})]}
    assert joulemark("fetch", "hub:lab/tiny").out == folder


def test_without_a_network_and_a_cache_the_status_is_3(joulemark):
    outcome = joulemark("fetch", "hub:lab/tiny", env={"HF_ENDPOINT": "http://127.0.0.1:1", "no_proxy": "127.0.0.1"})
    assert outcome.status == MACHINE and "cannot reach 'http://127.0.0.1:1'" in outcome.err and not outcome.out
    outcome = joulemark("fetch", "hub:lab/tiny", env={"HF_HUB_OFFLINE": "1"})
    assert outcome.status == MACHINE and "HF_HUB_OFFLINE" in outcome.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
@pytest.mark.parametrize("announced", [True, False])
def test_a_full_disk_is_said_so_and_leaves_nothing_that_looks_complete(joulemark, tiny, announced):
    if not announced:
        tiny.sizes["model.safetensors"] = None
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no mount namespace may be made here")
    (joulemark.home / "hf").mkdir()
    script = 'mount -t tmpfs -o size=512k none hf && "$@"; code=$?; find hf -name "model.safetensors" -o -path "*/blobs/*" -printf "%f\n"; exit $code'
    outcome = joulemark("fetch", "hub:lab/tiny", prefix=["unshare", "-m", "bash", "-c", script, "bash"])
    assert outcome.status == MACHINE, outcome.err
    assert "make room" in outcome.err and ("has room for" if announced else "No space left on device") in outcome.err
    weights = hashlib.sha256(WEIGHTS).hexdigest()
    assert weights + "\n" not in outcome.out and "model.safetensors" not in outcome.out
    assert announced or f"{weights}.incomplete" in outcome.out


def test_a_cache_that_cannot_be_written_is_said_so(joulemark, tiny):
    (joulemark.home / "file").write_text("")
    outcome = joulemark("fetch", "hub:lab/tiny", env={"HF_HOME": str(joulemark.home / "file")})
    assert outcome.status == MACHINE and "HF_HOME" in outcome.err


def test_certificates_are_verified(joulemark, tiny, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", certificate]
    subprocess.run([*command, *subject], check=True, capture_output=True)
    with Hub(key=key, certificate=certificate) as secure:
        secure.repositories["lab/tiny"] = tiny
        environment = secure.environment(joulemark.home / "hf")
        outcome = joulemark("fetch", "hub:lab/tiny", env=environment)
        assert outcome.status == MACHINE and "SSL_CERT_FILE" in outcome.err and not secure.requests
        assert joulemark("fetch", "hub:lab/tiny", env={**environment, "SSL_CERT_FILE": str(certificate)}).status == OK


def test_a_commit_of_which_another_tool_fetched_a_part_is_completed(joulemark, tiny, storage):
    assert joulemark("fetch", "hub:lab/tiny").status == OK
    (storage / "snapshots" / COMMIT / "tokenizer.json").unlink()
    assert "tokenizer.json" in joulemark("fetch", f"hub:lab/tiny@{COMMIT}", "--json").out


def test_ctrl_c_ends_the_wait_for_another_program(joulemark, tiny):
    lock = joulemark.home / f"hf/hub/.locks/models--lab--tiny/{hashlib.sha256(WEIGHTS).hexdigest()}.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        process = joulemark.start("fetch", "hub:lab/tiny")
        wait_until(lambda: "waiting for it" in process.stderr.readline(), "the note")
        interrupt(process)
        process.communicate(timeout=10)
    assert process.returncode == INTERRUPTED
