"""Django's PostgreSQL: idle connections are looked at instead of asked, and prepared questions are planned once."""

import select

from django.db.backends.postgresql import base

# By itself the server plans a prepared question anew the first five times in each connection, which for our longer
# questions takes longer than to answer them. Their values hardly matter to the plan: most are keys.
PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan"


# A mix of pages asks some hundred. The driver's hundred had forgotten most of them when a page was asked for again.
PREPARED_AT_MOST = 400


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self):
        """As Django's; nothing is asked of the server where questions are not prepared, as behind a pooler."""
        params = super().get_connection_params()
        if params["prepare_threshold"] is not None:
            params["options"] = f"{params.get('options', '')} {PLANNED_ONCE}".strip()
        return params

    def get_new_connection(self, params):
        connection = super().get_new_connection(params)
        connection.prepared_max = PREPARED_AT_MOST
        return connection

    def is_usable(self):
        """Whether the connection may be asked. Django finds out with a question, once for every page.

        A server that has ended a connection has said so on it, and on one that is idle says nothing else as a rule.
        What has something to read is asked as Django does.
        """
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0) or super().is_usable()
