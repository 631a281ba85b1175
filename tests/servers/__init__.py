"""Real servers for the tests: each on a free port of this machine, each gone when the tests are.

Every module here that holds fixtures is a pytest plugin; `PLUGINS` names them for `tests/conftest.py`.
"""

PLUGINS = (
    "tests.servers.processes",
    "tests.servers.postgres",
    "tests.servers.valkey",
    "tests.servers.certificates",
    "tests.servers.imap",
    "tests.servers.scripted_imap",
    "tests.servers.token_server",
    "tests.servers.dovecot",
    "tests.servers.smtp",
    "tests.servers.scripted_smtp",
    "tests.servers.browser",
    "tests.servers.called",
    "tests.servers.meta",
    "tests.servers.slack",
    "tests.desks",
)
