"""Room for deep calls.

Python keeps what functions are at in parts of 16 kB. Where a call does not fit it asks the system for one more, and
hands it back when that call returns. A page goes some hundred calls deep: with the edge of a part within a loop, the
same part is asked for thousands of times. A call that needs much gets a large part; what it calls lies in the rest.
"""

from functools import wraps

ROOM = 34_000  # words: 272 kB, so the part is of 512 kB and leaves 240 kB, for about a thousand calls


def roomy(function):
    """``function``, with room for what it calls. The system gives only what is used of it."""

    @wraps(function)
    def call(*args, **named):
        return function(*args, **named)

    call.__code__ = call.__code__.replace(co_stacksize=ROOM)
    return call
