"""The files of the deployment with compose, read as Docker reads them. What runs them is in `test_compose_parts`."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.wire.address import SocketFile, Url
from hub.settings import Settings
from hub.settings.file import read
from hub.settings.load import ENVIRONMENT_PREFIX, FILE_VARIABLE, check, load

ROOT = Path(__file__).parent.parent
PROGRAMS = Path(sysconfig.get_path("scripts"))
COMPOSE: Mapping[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: Mapping[str, Mapping[str, Any]] = COMPOSE["services"]
HUBS = {name: service for name, service in SERVICES.items() if service.get("build")}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CADDYFILE = (ROOT / "scripts" / "compose" / "Caddyfile").read_text(encoding="utf-8")

services = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The folder that the script makes."""
    make_secrets(tmp_path / "secrets")
    return tmp_path / "secrets"


def make_secrets(folder: Path, *systems: str) -> subprocess.CompletedProcess[str]:
    command = [ROOT / "scripts" / "compose" / "secrets", *systems]
    environment = {"PATH": "/usr/bin:/bin", "SECRETS_FOLDER": str(folder)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_compose_file_fits_the_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    ran = subprocess.run([*command, ROOT / "docker-compose.yml"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_the_dockerfile_has_nothing_to_complain_of() -> None:
    ran = subprocess.run([PROGRAMS / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_two_hubs_and_their_servers() -> None:
    assert len(HUBS) == 2
    assert SERVICES.keys() - HUBS.keys() == {"caddy", "mosquitto", "postgres", "neo4j"}


@services
def test_images_are_pinned(service: Mapping[str, Any]) -> None:
    assert re.fullmatch(r"[a-z0-9-]+:\d+\.\d+(\.\d+)?(-[a-z0-9]+)?", service["image"])


def test_the_image_has_the_version_of_the_package() -> None:
    assert {service["image"] for service in HUBS.values()} == {f"unshub:{PROJECT['project']['version']}"}


@services
def test_services_run_bounded_and_without_privileges(service: Mapping[str, Any]) -> None:
    assert service["restart"] == "unless-stopped"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert service["user"].split(":")[0] not in ("root", "0")
    assert not {"privileged", "network_mode", "pid", "ipc", "devices"} & service.keys()
    assert "max-size" in service["logging"]["options"]


@services
def test_services_have_health_checks(service: Mapping[str, Any]) -> None:
    assert "healthcheck" in service or (service in HUBS.values() and "HEALTHCHECK" in DOCKERFILE)


@services
def test_ports_are_published_on_this_machine_only(service: Mapping[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_only_what_is_published_has_a_way_out() -> None:
    assert {name for name, network in COMPOSE["networks"].items() if not (network or {}).get("internal")} == {"edge"}
    outside = {name for name, service in SERVICES.items() if "edge" in service["networks"]}
    assert outside == {name for name, service in SERVICES.items() if service.get("ports")} == {"caddy", "mosquitto"}


@services
def test_passwords_come_from_files(service: Mapping[str, Any]) -> None:
    for name, value in service.get("environment", {}).items():
        if re.search("PASSWORD|AUTH|TOKEN|SECRET", name):
            assert name.endswith("_FILE")
            assert value.removeprefix("/run/secrets/") in service["secrets"]
        assert not re.search(r"://[^/@]*:[^/@]*@", value), name


def test_the_script_makes_every_secret(secrets: Path) -> None:
    assert {secret["file"] for secret in COMPOSE["secrets"].values()} == {
        f"./unshub-secrets/{file.name}" for file in secrets.iterdir()
    }
    used = {name for service in SERVICES.values() for name in service.get("secrets", ())}
    assert used == COMPOSE["secrets"].keys()


def test_secrets_are_strong_shut_away_and_read_by_containers(secrets: Path) -> None:
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in secrets.iterdir()} == {0o444}
    passwords = [file.read_text() for file in secrets.glob("*_password")]
    assert len(set(passwords)) == len(passwords) == 5
    assert all(re.fullmatch("[0-9a-f]{48}", password) for password in passwords)


def test_both_sides_of_a_secret_agree(secrets: Path) -> None:
    assert (secrets / "neo4j_auth").read_text() == f"neo4j/{(secrets / 'graph_password').read_text()}"
    assert f"hub:{(secrets / 'broker_password').read_text()}\n" in (secrets / "mqtt_users").read_text()


def test_secrets_that_are_there_stay(secrets: Path) -> None:
    before = {file.name: file.read_text() for file in secrets.iterdir()}
    assert make_secrets(secrets, "mes").returncode == 0
    assert make_secrets(secrets, "mes", "lims").returncode == 0
    after = {file.name: file.read_text() for file in secrets.iterdir()}
    users = after.pop("mqtt_users")
    assert after == {name: text for name, text in before.items() if name != "mqtt_users"}
    assert users.startswith(before["mqtt_users"])
    assert [line.split(":")[0] for line in users.splitlines()] == ["hub", "health", "mes", "lims"]


@pytest.mark.parametrize("name", ["hub", "health", "MES", "a:b", "#", ""])
def test_names_that_no_system_may_have(tmp_path: Path, name: str) -> None:
    ran = make_secrets(tmp_path / "secrets", name)
    assert (ran.returncode, list(tmp_path.iterdir())) == (1, [])
    assert "is no name for a system" in ran.stderr


def test_secrets_are_not_committed() -> None:
    assert "unshub-secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


@services
def test_files_that_are_mounted_exist(service: Mapping[str, Any]) -> None:
    for mount in service.get("volumes", ()):
        source = mount.split(":")[0]
        assert (ROOT / source).is_file() if source.startswith("./") else source in COMPOSE["volumes"]
        assert not source.startswith("./") or mount.endswith(":ro")


@pytest.mark.parametrize("hub", HUBS.values(), ids=HUBS)
def test_the_hubs_settings_are_without_faults(
    hub: Mapping[str, Any], secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in hub["environment"].items():
        monkeypatch.setenv(name, value.replace("/run/secrets", str(secrets)))
    monkeypatch.setenv("UNSHUB_CONFIG", str(ROOT / "scripts" / "compose" / "unshub.yaml"))
    settings = load()
    # A variable that is no setting would be passed over without a word.
    known = {f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in Settings.model_fields} | {FILE_VARIABLE}
    assert hub["environment"].keys() <= known
    assert isinstance(settings.http, SocketFile)
    for part in ("broker", "journal", "graph"):
        place = getattr(settings, part)
        assert isinstance(place, Url)
        assert place.password == (secrets / f"{part}_password").read_text()
        assert place.host in SERVICES
        assert hub["depends_on"][place.host] == {"condition": "service_healthy"}


def test_the_settings_file_passes_lint() -> None:
    assert check(read(ROOT / "scripts" / "compose" / "unshub.yaml")) == ()


def test_the_broker_reaches_its_own_limit_before_that_of_its_container() -> None:
    text = (ROOT / "scripts" / "compose" / "mosquitto.conf").read_text(encoding="utf-8")
    limits = re.findall(r"^memory_limit (\d+)$", text, re.MULTILINE)
    bound = SERVICES["mosquitto"]["deploy"]["resources"]["limits"]["memory"]
    assert (len(limits), bound) == (1, "1g")
    assert int(limits[0]) < 0.9 * 2**30


def test_hubs_share_the_messages() -> None:
    assert len({service["environment"]["UNSHUB_GROUP"] for service in HUBS.values()}) == 1


def test_hubs_differ_and_caddy_knows_each() -> None:
    sockets = {service["environment"]["UNSHUB_HTTP"] for service in HUBS.values()}
    assert {service["environment"]["UNSHUB_NAME"] for service in HUBS.values()} == HUBS.keys()
    assert len(sockets) == len(HUBS)
    assert set(re.findall(r"unix/(/\S+)", CADDYFILE)) == {socket.removeprefix("unix:") for socket in sockets}
    assert {service["user"] for service in HUBS.values()} == {SERVICES["caddy"]["user"]}


def stages() -> list[str]:
    return re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)


def test_the_image_is_built_in_stages_from_one_pinned_base() -> None:
    assert len(stages()) == 2
    assert all(re.fullmatch(r"python:\d+\.\d+\.\d+-slim-[a-z]+", base) for base in stages())


def test_the_image_runs_as_the_user_of_the_compose_file() -> None:
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert {service["user"] for service in HUBS.values()} == {"10001:10001"}


def test_the_image_is_made_of_the_lock_with_hashes() -> None:
    assert "--require-hashes --requirement requirements.lock" in DOCKERFILE


def test_the_image_gets_every_package_and_nothing_else() -> None:
    packages = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    copied = set(_copied())
    assert copied == packages | {"requirements.lock", "pyproject.toml", "README.md", "LICENSE"}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == copied


def _copied() -> Iterator[str]:
    for words in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        yield from words.split()[:-1]
