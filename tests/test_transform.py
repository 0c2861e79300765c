"""The transformer builds what is asked, and says what fails."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest
from conftest import Postgres
from core_market import REGISTRY, WINDOWS, line, order
from deliveries import Line
from homes import environment

from seller_intel import dbt_process, settings, transform

RUN = "20260201T060000"


@pytest.fixture(scope="module")
def project(
    shared_postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Postgres:
    """A warehouse whose dbt project is a copy that a test may change."""
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(settings.current().project_dir, root / "dbt_project")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SELLER_INTEL_ROOT", str(root))
        shared_postgres.register(REGISTRY.format(time_zone="Asia/Shanghai"))
        yield shared_postgres


@pytest.fixture(scope="module")
def core(project: Postgres) -> Line:
    """A line whose core was built once, with two orders, and its marts with it."""
    built = Line()
    built.deliver("orders", [order("1"), order("2")], windows=WINDOWS)
    built.deliver("order_lines", [line("1")], windows=WINDOWS)
    first = built.build(RUN)
    assert first.is_full_refresh
    built.publishable(RUN)
    return built


def _model(path: str) -> Path:
    return settings.current().project_dir / "models" / path


def _amounts(postgres: Postgres) -> set[str]:
    rows = postgres.rows("select paid_amount from core.fct_orders")
    return {str(row["paid_amount"]) for row in rows}


def test_every_unit_test_of_the_models_passes(core):
    outcome = dbt_process.call(
        "test",
        transform.project_hash(),
        {"reporting_currency": "CNY"},
        select=["test_type:unit"],
    )

    assert set(outcome.statuses) == {"pass"}


def test_the_second_build_looks_at_what_is_new_alone(core):
    built = core.build(RUN)

    assert not built.is_full_refresh
    assert not built.warnings


def test_the_profile_is_for_the_owner_of_the_home_alone(core, project):
    profile = project.home / "dbt" / "profiles.yml"

    assert stat.S_IMODE(profile.stat().st_mode) == 0o600


def test_staging_is_made_anew_only_when_it_changed(core):
    again = transform.refresh_staging(RUN)
    view = _model("staging/files/stg_files__targets.sql")
    view.write_text(view.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    assert not again
    assert transform.refresh_staging(RUN)


def test_a_changed_staging_model_is_read_again_from_the_start(core, project):
    view = _model("staging/files/stg_files__orders.sql")
    text = view.read_text(encoding="utf-8")
    halved = "{{ payload('paid_amount', 'numeric') }} / 2 as paid_amount"
    view.write_text(
        text.replace("{{ payload('paid_amount', 'numeric') }} as paid_amount", halved),
        encoding="utf-8",
    )

    built = core.build(RUN)

    assert not built.is_full_refresh
    assert {amount.rstrip("0") for amount in _amounts(project)} == {"50."}
    view.write_text(text, encoding="utf-8")
    core.build(RUN)
    assert _amounts(project) == {"100.00"}


def test_changed_core_models_make_everything_anew(core):
    model = _model("core/orders/fct_orders.sql")
    text = model.read_text(encoding="utf-8")
    model.write_text(text + "\n", encoding="utf-8")

    assert core.build(RUN).is_full_refresh
    assert not core.build(RUN).is_full_refresh


def test_a_failure_names_its_model_in_one_line_and_is_made_good_by_a_full_build(
    core, project
):
    model = _model("core/orders/fct_orders.sql")
    text = model.read_text(encoding="utf-8")
    model.write_text(text.replace("resolved.paid_at,", "1 / 0,", 1), encoding="utf-8")

    with pytest.raises(transform.BuildFailed) as failure:
        core.build(RUN)

    assert str(failure.value).startswith("model fct_orders: ")
    assert "\n" not in str(failure.value)
    model.write_text(text, encoding="utf-8")
    assert core.build(RUN).is_full_refresh


def test_a_failed_test_of_the_data_fails_the_build(core, project):
    yml = _model("core/orders/_orders.yml")
    text = yml.read_text(encoding="utf-8")
    broken = text.replace("(order_class is not null) = is_valid", "paid_amount < 0")
    yml.write_text(broken, encoding="utf-8")

    with pytest.raises(transform.BuildFailed) as failure:
        core.build(RUN)

    yml.write_text(text, encoding="utf-8")
    core.build(RUN)
    assert "fct_orders__every_valid_order_has_one_class" in str(failure.value)


def test_another_reporting_currency_asks_for_a_full_build(core, project):
    other = REGISTRY.replace("reporting_currency: CNY", "reporting_currency: USD")
    project.register(other.format(time_zone="Asia/Shanghai"))

    with pytest.raises(transform.BuildFailed, match="--full-refresh"):
        core.build(RUN)

    core.build(RUN, full_refresh=True)
    assert _amounts(project) == {"None"}


def test_a_project_that_cannot_be_read_says_why(tmp_path, postgres):
    shutil.copytree(settings.current().project_dir, tmp_path / "dbt_project")
    model = tmp_path / "dbt_project/models/core/orders/fct_orders.sql"
    model.write_text("select * from {{ ref('nothing') }}", encoding="utf-8")
    variables = {
        "SELLER_INTEL_HOME": str(postgres.home),
        "SELLER_INTEL_SOURCES": str(postgres.home / "sources.yml"),
        "SELLER_INTEL_DSN": postgres.dsn,
        "SELLER_INTEL_ROOT": str(tmp_path),
    }

    with environment(variables), pytest.raises(transform.BuildFailed, match="nothing"):
        transform.build_marts(RUN)
