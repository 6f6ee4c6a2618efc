from __future__ import annotations

import hashlib
import hmac
import re
import sqlite3
import stat
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.store.landing import TARGET, rows
from trueup.errors import StoreError
from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse

MAIL, NAME = "ada.lovelace@example.org", "Ada Lovelace"


def test_only_the_owner_may_read_the_vault(folder: Path, vault: Vault) -> None:
    vault.identify("git", MAIL, NAME)
    vault.commit(1)
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.glob("identity.db*")] == [0o600]


def test_a_pseudonym_is_the_keyed_digest_of_platform_and_id(folder: Path, vault: Vault) -> None:
    connection = sqlite3.connect(folder / "identity.db")
    (key,) = connection.execute("SELECT secret FROM key").fetchone()
    connection.close()
    oracle = hmac.new(key, f"git\0{MAIL}".encode(), hashlib.sha256).hexdigest()
    assert vault.identify("git", MAIL, NAME) == f"p_{oracle[:16]}"
    assert len(key) == 32


def test_an_identity_has_one_pseudonym_for_ever_in_a_workspace(folder: Path, vault: Vault) -> None:
    first = vault.identify("git", MAIL, NAME)
    vault.commit(1)
    again = Vault.open(folder)
    assert again.identify("git", MAIL, "A. Lovelace") == first
    again.commit(2)
    kept = again.who(first)
    assert kept is not None
    assert (kept.platform, kept.native_id, kept.name, kept.first_seen_at) == ("git", MAIL, NAME, 1)


def test_the_same_id_on_two_platforms_is_two_accounts(vault: Vault) -> None:
    assert vault.identify("git", "ada", NAME) != vault.identify("github", "ada", NAME)


def test_two_workspaces_give_one_person_two_pseudonyms(tmp_path: Path) -> None:
    one, other = Vault.open(tmp_path / "one"), Vault.open(tmp_path / "other")
    assert one.identify("git", MAIL, NAME) != other.identify("git", MAIL, NAME)
    assert one.key_fingerprint != other.key_fingerprint


def test_identities_not_committed_are_not_kept_but_keep_their_pseudonym(folder: Path) -> None:
    with Vault.open(folder) as vault:
        before = vault.identify("git", MAIL, NAME)
    again = Vault.open(folder)
    assert again.who(before) is None
    assert again.identify("git", MAIL, NAME) == before


def test_forgetting_erases_the_clear_identity_from_the_file_for_good(
    folder: Path, vault: Vault
) -> None:
    others = [vault.identify("git", f"{i}@example.org", f"Person {i}") for i in range(50)]
    account = vault.identify("git", MAIL, NAME)
    vault.commit(1)
    assert MAIL.encode() in (folder / "identity.db").read_bytes()
    assert vault.forget(account)
    again = Vault.open(folder)
    assert again.identify("git", MAIL, NAME) == account
    again.commit(2)
    assert again.who(account) is None
    assert again.who(others[0]) is not None
    content = b"".join(path.read_bytes() for path in folder.glob("identity.db*"))
    assert MAIL.encode() not in content
    assert NAME.encode() not in content


def test_forgetting_somebody_unknown_says_so(vault: Vault) -> None:
    assert not vault.forget("p_0000000000000000")


def test_names_that_are_not_text_are_kept_and_told_apart(folder: Path, vault: Vault) -> None:
    odd = [b"j\xf6rg@example.org", b"j\xe9rg@example.org"]
    clear = [name.decode("utf-8", "surrogateescape") for name in odd]
    accounts = [vault.identify("git", native, "J\udcf6rg") for native in clear]
    vault.commit(1)
    assert len(set(accounts)) == 2
    kept = Vault.open(folder).who(accounts[0])
    assert kept is not None
    assert kept.name == "J?rg"


def test_a_damaged_vault_is_named(folder: Path) -> None:
    folder.mkdir()
    (folder / "identity.db").write_bytes(b"not a database, " * 100)
    with pytest.raises(StoreError, match=r"identity\.db cannot be used"):
        Vault.open(folder)


def texts(path: Path) -> set[str]:
    """Return every text and byte string stored in a Parquet file, its metadata included."""
    table = pq.read_table(path)
    found = {str(pq.read_metadata(path).metadata)}
    for column in table.columns:
        found.update(str(value) for value in pa.chunked_array(column).unique().to_pylist())
    return found


def test_no_clear_name_or_address_is_outside_the_vault(
    folder: Path, warehouse: Warehouse, vault: Vault
) -> None:
    with warehouse.collection("git", TARGET, now=1, vault=vault) as landing:
        account = vault.identify("git", MAIL, NAME)
        landing.land(
            "account",
            rows("account", {"repository_id": TARGET, "account_id": account, "platform": "git"}),
        )
        landing.cursor("1")
    segments = list(folder.glob("segments/*/*.parquet"))
    stored = set().union(*(texts(path) for path in segments))
    assert account in stored
    assert re.fullmatch(r"p_[0-9a-f]{16}", account)
    assert [text for text in stored if "@" in text or "lovelace" in text.lower()] == []
    others = [p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("identity.db")]
    assert [
        p for p in others if MAIL.encode() in p.read_bytes() or NAME.encode() in p.read_bytes()
    ] == []
