"""A pytest plugin for tools/knock_outs.py: the whole run is without the rule that WITHOUT_RULE names."""

import os

from tests.security.knocking import knocked_out, rules


def pytest_collection_finish(session):
    session.config.without_rule = knocked_out(rules()[os.environ["WITHOUT_RULE"]])
    session.config.without_rule.__enter__()


def pytest_unconfigure(config):
    if hasattr(config, "without_rule"):
        config.without_rule.__exit__(None, None, None)
