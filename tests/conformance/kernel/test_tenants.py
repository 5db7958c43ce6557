"""A firm's file: what it may hold, and how each mistake is named with file, table and key."""

from pathlib import Path

import pytest

from contracts.policy import Direction, Policy
from services.kernel.errors import Fatal
from services.kernel.tenants import read_policies, read_tenant, read_tenants, secret

GOOD = """
[microsoft]
tenant_id = "8f1c"
client_id = "c0ffee"
client_secret_file = "microsoft.secret"

[salesforce]
client_id = "3MVG9"
username = "sync@firm.example"
private_key_file = "salesforce.key"

[policy]
enabled = true
direction = "two_way"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "tenants").mkdir()
    for name in ("microsoft.secret", "salesforce.key", "ca.pem"):
        (tmp_path / "tenants" / name).write_text("s3cret\n")
    write(tmp_path, "firm", GOOD)
    return tmp_path


def write(config: Path, slug: str, text: str) -> None:
    (config / "tenants" / f"{slug}.toml").write_text(text)


def test_a_good_file_is_read_with_its_defaults_and_its_files_beside_it(config: Path) -> None:
    tenants, wrong = read_tenants(config)
    firm = tenants["firm"]
    assert wrong == []
    assert (firm.slug, firm.policy) == ("firm", Policy(enabled=True, direction=Direction.TWO_WAY))
    assert firm.microsoft.client_secret_file == config / "tenants" / "microsoft.secret"
    assert secret(firm.microsoft.client_secret_file) == "s3cret"
    assert firm.microsoft.authority == "https://login.microsoftonline.com"
    assert firm.microsoft.graph_url == "https://graph.microsoft.com"
    assert (firm.salesforce.login_url, firm.salesforce.api_version) == ("https://login.salesforce.com", "57.0")


def test_a_firm_may_have_a_sandbox_a_certificate_and_no_policy_yet(config: Path) -> None:
    text = GOOD.partition("[policy]")[0].replace("client_secret_file", "certificate_file")
    write(config, "firm", text + 'login_url = "http://127.0.0.1:9"\nca_file = "ca.pem"\n')
    tenants, wrong = read_tenants(config)
    assert wrong == []
    assert tenants["firm"].policy == Policy()
    assert tenants["firm"].salesforce.ca_file == config / "tenants" / "ca.pem"


MISTAKES = [
    pytest.param("client_id", "clientid", "firm.toml [microsoft] clientid", "not known", "Known keys: tenant_id",
                 id="a misspelt key"),
    pytest.param('client_id = "c0ffee"\n', "", "firm.toml [microsoft] client_id", "is missing", "Add it",
                 id="a missing key"),
    pytest.param('"c0ffee"', "12", "firm.toml [microsoft] client_id", "Expected `str`, got `int`", "Correct",
                 id="a number for a text"),
    pytest.param('"c0ffee"', '""', "firm.toml [microsoft] client_id", "length >= 1", "Correct", id="an empty text"),
    pytest.param("[microsoft]", "[microsofd]", "firm.toml [microsofd]", "not known", "microsoft, salesforce, policy",
                 id="a misspelt table"),
    pytest.param("[salesforce]", "[policy.salesforce]", "firm.toml [salesforce]", "table is missing", "client_id",
                 id="a table inside another"),
    pytest.param("salesforce.key", "gone.key", "firm.toml [salesforce] private_key_file", "no file gone.key", "Put it",
                 id="a file that is not there"),
    pytest.param('"salesforce.key"', "true", "firm.toml [salesforce] private_key_file", "name of a file", "Correct",
                 id="a file that is no name"),
    pytest.param('client_secret_file = "microsoft.secret"\n', "", "firm.toml [microsoft]",
                 "one of `client_secret_file` and `certificate_file`", "Correct the table", id="no credential"),
    pytest.param("[salesforce]", 'certificate_file = "ca.pem"\n[salesforce]', "firm.toml [microsoft]",
                 "one of `client_secret_file` and `certificate_file`", "Correct the table", id="two credentials"),
    pytest.param('username = "sync@firm.example"\n', "", "firm.toml [salesforce]", "needs `username`", "Correct",
                 id="a key without its user"),
    pytest.param('client_id = "3MVG9"', 'client_id = "3"\nlogin_url = "login.firm"', "firm.toml [salesforce] login_url",
                 "regex", "Correct", id="a URL without a scheme"),
    pytest.param('"two_way"', '"both"', "firm.toml [policy] direction", "Invalid enum value 'both'", "Correct",
                 id="an unknown direction"),
    pytest.param("enabled = true", "shards = 65", "firm.toml [policy] shards", "<= 64", "Correct",
                 id="too many shards"),
    pytest.param("enabled = true", "enabeld = true", "firm.toml [policy] enabeld", "not known", "Known keys: enabled",
                 id="a misspelt policy"),
    pytest.param('"two_way"', '"two_way"\n[policy.winners]\nplace = "practifi"', "firm.toml [policy]",
                 "`place` is no field; the fields are when, subject", "Correct", id="a winner of what is no field"),
    pytest.param('"two_way"', '"two_way"\n[policy.mapping.body]\ncolumn = "Notes__c"',
                 "firm.toml [policy] mapping column", "not known", "Known keys: field, to_practifi",
                 id="a misspelt key of a mapping"),
    pytest.param('"two_way"', '"two_way"\n[[policy.narrower]]\nprivate_events = "skip"',
                 "firm.toml [policy] narrower mailboxes", "is missing", "Add it", id="a rule for nobody"),
    pytest.param('"two_way"', '"practifi_to_microsoft"\n[[policy.narrower]]\nmailboxes = []\ndirection = "two_way"',
                 "firm.toml [policy]", "within the firm's own", "Correct", id="a wider rule for some"),
    pytest.param('= "c0ffee"', '"s3cret"', "firm.toml", "no TOML: line 4, column", "Correct it there", id="no TOML"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "what", "mend"), MISTAKES)
def test_a_mistake_is_named_with_its_place_and_stops_nobody_else(
    config: Path, old: str, new: str, where: str, what: str, mend: str
) -> None:
    write(config, "other", GOOD)
    assert old in GOOD
    write(config, "firm", GOOD.replace(old, new, 1))
    tenants, (error,) = read_tenants(config)
    assert list(tenants) == ["other"]
    assert error.where == where
    assert what in error.what
    assert mend in error.mend
    assert "s3cret" not in str(error)


def test_a_file_name_that_is_no_slug_is_refused(config: Path) -> None:
    write(config, "Firm A", GOOD)
    tenants, (error,) = read_tenants(config)
    assert list(tenants) == ["firm"]
    assert (error.where, error.what) == ("Firm A.toml", "the file's name is no slug")


def test_who_needs_only_policies_looks_at_no_secret_and_at_no_side(config: Path) -> None:
    for file in ("microsoft.secret", "salesforce.key"):
        (config / "tenants" / file).unlink()
    write(config, "late", "[microsoft]\nwrong = 1\n[policy]\nshards = 4\n")
    write(config, "bad", '[policy]\nshards = "4"\n')
    policies, (error,) = read_policies(config)
    assert policies == {"firm": Policy(enabled=True, direction=Direction.TWO_WAY), "late": Policy(shards=4)}
    assert error.where == "bad.toml [policy] shards"


def test_one_firm_is_read_alone(config: Path) -> None:
    assert read_tenant(config, "firm").microsoft.tenant_id == "8f1c"
    with pytest.raises(Fatal, match=r"gone\.toml: it cannot be read \(No such file"):
        read_tenant(config, "gone")


def test_no_folder_is_no_firm(tmp_path: Path) -> None:
    assert read_tenants(tmp_path / "none") == ({}, [])


def test_a_secret_is_read_anew_each_time_and_its_absence_is_fatal(tmp_path: Path) -> None:
    file = tmp_path / "s"
    file.write_text("old\r\n")
    assert secret(file) == "old"
    file.write_text("new")
    assert secret(file) == "new"
    file.unlink()
    with pytest.raises(Fatal, match="cannot be read") as caught:
        secret(file, "firm.toml [microsoft] client_secret_file")
    assert caught.value.where == "firm.toml [microsoft] client_secret_file"
