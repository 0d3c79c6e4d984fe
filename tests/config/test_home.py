"""The home folder and its settings: what is made, what wins, and the sentence for everything that is wrong."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kvitto.agreements.limits import Limits
from kvitto.config.home import SECRET_FILE, SETTINGS_FILE, UnableToStart, make_home, read_secret, read_settings
from kvitto.runs.office import Office

PASSWORD = "hunter-of-cents"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home as `kvitto init` makes it."""
    made = tmp_path / "office"
    make_home(made)
    return made


def written(home: Path, text: str) -> Path:
    """The home with these settings."""
    (home / SETTINGS_FILE).write_text(text, encoding="utf-8")
    return home


def refusal(home: Path, **environment: str) -> str:
    """The sentence with which these settings are refused."""
    with pytest.raises(UnableToStart) as refused:
        read_settings(home, environment)
    return str(refused.value.phrase)


def mode(path: Path) -> int:
    """Who may read and write the file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_home_has_every_setting_at_its_default(home: Path) -> None:
    """The shipped settings file changes nothing."""
    assert read_settings(home, {}) == Office(home=home)


def test_every_commented_default_is_the_true_default(home: Path) -> None:
    """Taking a # away from the shipped file changes nothing either."""
    lines = (home / SETTINGS_FILE).read_text("utf-8").splitlines()
    written(home, "\n".join(line.removeprefix("#") for line in lines if line.startswith("#") and " = " in line))
    office, default = read_settings(home, {}), Office(home=home)
    assert (office.database, office.clock, office.cutoff_hours) == (
        default.database,
        default.clock,
        default.cutoff_hours,
    )
    assert (office.language, office.secure) == (default.language, default.secure)
    assert set(office.hosts) <= set(default.hosts)


def test_only_the_owner_may_read_a_home(home: Path) -> None:
    """The folder, the settings with their passwords, and the secret are closed to everybody else."""
    assert mode(home) == mode(home / "usage-store") == mode(home / "documents") == 0o700
    assert mode(home / SETTINGS_FILE) == mode(home / SECRET_FILE) == 0o600


def test_making_a_home_again_changes_nothing(home: Path) -> None:
    """Settings and secret stay as they are."""
    written(home, 'language = "sv"\n')
    before = {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()}
    make_home(home)
    assert {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()} == before


def test_two_homes_have_different_secrets(tmp_path: Path) -> None:
    """A secret is made by chance, and long enough to sign with."""
    make_home(tmp_path / "one")
    make_home(tmp_path / "two")
    assert read_secret(tmp_path / "one") != read_secret(tmp_path / "two")


def test_a_home_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(UnableToStart) as refused:
        make_home(tmp_path / "taken" / "office")
    sentence = str(refused.value.phrase)
    assert sentence.startswith(f"The office's home {tmp_path}/taken/office cannot be made: ")
    assert sentence.endswith(". Choose another folder with --home.")


def test_settings_are_read(home: Path) -> None:
    """Every setting of the file arrives."""
    written(
        home,
        'database = "postgresql://kvitto:secret@db.example:5433/bills"\nclock = "2024-03-20T12:00:00+01:00"\n'
        'cutoff_hours = 0\nhosts = ["bills.example"]\nlanguage = "zh-TW"\nsecure = true\n'
        "new_account_subscriptions = 0\nenrollment_account_subscriptions = 7\nmca_account_subscriptions = 20\n",
    )
    assert read_settings(home, {}) == Office(
        home=home,
        database="postgresql://kvitto:secret@db.example:5433/bills",
        clock=datetime(2024, 3, 20, 11, tzinfo=UTC),
        cutoff_hours=0,
        hosts=("bills.example",),
        language="zh-TW",
        secure=True,
        limits=Limits(None, 7, 20),
    )


@pytest.mark.parametrize("clock", ["2024-03-20", '"2024-03-20"', '"2024-03-20T00:00:00Z"', "2024-03-20T00:00:00Z"])
def test_a_clock_that_is_a_date_means_its_first_utc_moment(home: Path, clock: str) -> None:
    """As a text, or as a date or moment of the file's own kind."""
    assert read_settings(written(home, f"clock = {clock}"), {}).clock == datetime(2024, 3, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("clock", "2024-04-01", datetime(2024, 4, 1, tzinfo=UTC)),
        ("clock", "real", None),
        ("clock", "", None),
        ("cutoff_hours", "12", 12),
        ("hosts", "one.example, two.example", ("one.example", "two.example")),
        ("language", "lv", "lv"),
        ("secure", "false", False),
        ("database", "postgresql:///bills?host=/run/postgresql", "postgresql:///bills?host=/run/postgresql"),
    ],
)
def test_the_environment_wins_over_the_file(home: Path, name: str, value: str, expected: object) -> None:
    """`KVITTO_` and the setting's name in capitals."""
    written(home, 'clock = "2024-03-20"\ncutoff_hours = 48\nhosts = ["a.example"]\nlanguage = "nl"\nsecure = true\n')
    assert getattr(read_settings(home, {f"KVITTO_{name.upper()}": value}), name) == expected


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('database = "mysql://db/bills"', "The setting “database” is “…”, but must be {database}."),
        ('database = "oracle"', "The setting “database” is “oracle”, but must be {database}."),
        ('database = "postgresql://db.example"', "The setting “database” is “…”, but must be {database}."),
        ('database = "postgresql://db:port/bills"', "The setting “database” is “…”, but must be {database}."),
        ('database = "postgresql://[db/bills"', "The setting “database” is “…”, but must be {database}."),
        ("database = 5", "{file}: “database” is 5, but must be a text in quotes."),
        ('clock = "yesterday"', "The setting “clock” is “yesterday”, but must be {clock}."),
        ('clock = "2024-02-30"', "The setting “clock” is “2024-02-30”, but must be {clock}."),
        ('clock = "2024-03-20T12:00"', "The setting “clock” is “2024-03-20T12:00”, but must be {clock}."),
        ("clock = 12", "{file}: “clock” is 12, but must be a text in quotes."),
        ("cutoff_hours = -1", "The setting “cutoff_hours” is “-1”, but must be a whole number of hours from 0 to 744."),
        (
            "cutoff_hours = 745",
            "The setting “cutoff_hours” is “745”, but must be a whole number of hours from 0 to 744.",
        ),
        ("cutoff_hours = 1.5", "{file}: “cutoff_hours” is 1.5, but must be a whole number."),
        ("cutoff_hours = true", "{file}: “cutoff_hours” is True, but must be a whole number."),
        ('hosts = ["*"]', "The setting “hosts” is “['*']”, but must be a list of host names, without *."),
        ("hosts = []", "The setting “hosts” is “[]”, but must be a list of host names, without *."),
        ("hosts = [1]", "{file}: “hosts” is [1], but must be a list of texts."),
        ('language = "fi"', "The setting “language” is “fi”, but must be en, sv, lv, nl or zh-TW."),
        (
            "new_account_subscriptions = -1",
            "The setting “new_account_subscriptions” is “-1”, but must be a whole number, or 0 for no limit.",
        ),
        ('secure = "yes"', "{file}: “secure” is 'yes', but must be true or false."),
        (
            'colour = "red"',
            (
                "{file} has a setting “colour” that does not exist. There are: database, clock, cutoff_hours, hosts,"
                " language, secure, prepare_from_rows, new_account_subscriptions, enrollment_account_subscriptions,"
                " mca_account_subscriptions, portal_address, mail_host, mail_port, mail_security, mail_user,"
                " mail_password_file, mail_from, sso_issuer, sso_client_id, sso_secret_file and sso_name."
            ),
        ),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name_and_what_it_must_be(home: Path, line: str, sentence: str) -> None:
    """Each kind of mistake has its sentence."""
    expected = sentence.format(
        file=home / SETTINGS_FILE,
        database="sqlite, or postgresql://user:password@host/name",
        clock="a date such as 2024-03-20, or a moment such as 2024-03-20T12:00:00Z",
    )
    assert refusal(written(home, line)) == expected


@pytest.mark.parametrize(
    ("variable", "value", "must"),
    [
        ("KVITTO_SECURE", "yes", "true or false"),
        ("KVITTO_CUTOFF_HOURS", "", "a whole number of hours from 0 to 744"),
        ("KVITTO_CUTOFF_HOURS", "٣", "a whole number of hours from 0 to 744"),
        ("KVITTO_HOSTS", " , ", "a list of host names, without *"),
    ],
)
def test_a_wrong_variable_is_refused_like_a_wrong_setting(home: Path, variable: str, value: str, must: str) -> None:
    """The sentence names the setting it stands for."""
    name = variable.removeprefix("KVITTO_").lower()
    assert refusal(home, **{variable: value}) == f"The setting “{name}” is “{value}”, but must be {must}."


@pytest.mark.parametrize(
    "line",
    [
        f'database = "mysql://kvitto:{PASSWORD}@db/bills"',
        f'database = "postgresql://kvitto:{PASSWORD}@db"',
        f'database = "postgresql://kvitto:{PASSWORD}#x@db/bills"',
        f'database = "postgresql://kvitto:{PASSWORD}/x@db/bills"',
        f'database = ["postgresql://kvitto:{PASSWORD}@db/bills"]',
        f'database = "postgresql://kvitto:{PASSWORD}@db/bills',
    ],
)
def test_a_refusal_never_shows_a_password(home: Path, line: str) -> None:
    """However wrong the address of the database is."""
    assert PASSWORD not in refusal(written(home, line))


def test_a_file_that_is_no_toml_is_refused_with_the_place(home: Path) -> None:
    """The line and column are named."""
    sentence = refusal(written(home, "language = sv\n"))
    assert sentence.startswith(f"{home / SETTINGS_FILE} cannot be understood: ")
    assert "line 1, column 12" in sentence


def test_a_file_that_is_no_text_is_refused(home: Path) -> None:
    """Bytes that are not UTF-8."""
    (home / SETTINGS_FILE).write_bytes(b'language = "\xff"')
    assert "cannot be understood" in refusal(home)


def test_a_folder_that_is_no_office_says_how_to_make_one(tmp_path: Path) -> None:
    """The command is ready to be copied."""
    assert refusal(tmp_path) == f"There is no office in {tmp_path}. Make one with “kvitto init --home {tmp_path}”."


def test_a_short_or_missing_secret_is_refused(home: Path) -> None:
    """And never shown."""
    (home / SECRET_FILE).write_text(PASSWORD)
    with pytest.raises(UnableToStart) as refused:
        read_secret(home)
    sentence = str(refused.value.phrase)
    assert "must have at least 50 characters" in sentence
    assert PASSWORD not in sentence
    (home / SECRET_FILE).unlink()
    with pytest.raises(UnableToStart) as refused:
        read_secret(home)
    assert str(refused.value.phrase).startswith(f"The secret {home / SECRET_FILE} cannot be read: ")
