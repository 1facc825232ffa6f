"""Django's PostgreSQL, which looks at an idle connection instead of asking the server whether it still holds it."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
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
