"""What stands on `search_document` and no model can say: full-text tables, vectors, triggers and indexes."""

from __future__ import annotations

from sqlalchemy.engine import Connection

_INDEXED = ("title", "sender", "receiver", "body", "exact", "readers")
_STEMMED = ("title", "sender", "receiver", "body", "readers")


def upgrade(connection: Connection) -> None:
    """Build the full-text index over an existing `search_document`, filling it from the rows that are there."""
    for statement in _postgresql_up() if connection.dialect.name == "postgresql" else _sqlite_up():
        connection.exec_driver_sql(statement)


def downgrade(connection: Connection) -> None:
    """Take down what `upgrade` built; the rows of `search_document` stay. The extensions stay too: others may use
    them."""
    statements = _POSTGRESQL_DOWN if connection.dialect.name == "postgresql" else _SQLITE_DOWN
    for statement in statements:
        connection.exec_driver_sql(statement)


def quicken(connection: Connection) -> None:
    """Give an index of the first desk what was found to make it quick; a rebuild then gains it all."""
    if connection.dialect.name == "postgresql":
        for statement in (_ROOM_FOR_VECTORS, *_POSTGRESQL_QUICKER):
            connection.exec_driver_sql(statement)


def slow_down(connection: Connection) -> None:
    """Take back what `quicken` made."""
    if connection.dialect.name == "postgresql":
        for statement in _POSTGRESQL_SLOWER:
            connection.exec_driver_sql(statement)


def repair(connection: Connection) -> None:
    """Make the full-text index again from the rows of `search_document`, whatever state it is in."""
    downgrade(connection)
    upgrade(connection)


def _sqlite_up() -> list[str]:
    """Two tables: one with stems and positions for words and phrases, one with words as written for prefixes,
    identifiers and the vocabulary."""
    return [
        f"CREATE VIRTUAL TABLE search_stem USING fts5({', '.join(_STEMMED)}, content='search_document', "
        "content_rowid='id', tokenize='porter unicode61 remove_diacritics 2')",
        f"CREATE VIRTUAL TABLE search_plain USING fts5({', '.join(_INDEXED)}, content='search_document', "
        "content_rowid='id', tokenize='unicode61 remove_diacritics 2', detail=column)",
        "CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab(search_plain, 'row')",
        *_triggers("search_stem", _STEMMED),
        *_triggers("search_plain", _INDEXED),
        "INSERT INTO search_stem(search_stem) VALUES ('rebuild')",
        "INSERT INTO search_plain(search_plain) VALUES ('rebuild')",
    ]


def _triggers(table: str, columns: tuple[str, ...]) -> list[str]:
    names = ", ".join(columns)
    # FTS5 cannot forget a row by its number alone: it has to be told the words it once was given.
    forget = (
        f"INSERT INTO {table}({table}, rowid, {names}) "  # noqa: S608 (constant names)
        f"VALUES ('delete', old.id, {', '.join(f'old.{column}' for column in columns)})"
    )
    learn = (
        f"INSERT INTO {table}(rowid, {names}) "  # noqa: S608 (constant names)
        f"VALUES (new.id, {', '.join(f'new.{column}' for column in columns)})"
    )
    on = "ON search_document BEGIN"
    return [
        f"CREATE TRIGGER {table}_insert AFTER INSERT {on} {learn}; END",
        f"CREATE TRIGGER {table}_delete AFTER DELETE {on} {forget}; END",
        f"CREATE TRIGGER {table}_update AFTER UPDATE OF {names} {on} {forget}; {learn}; END",
    ]


_SQLITE_DOWN = [
    *(
        f"DROP TRIGGER IF EXISTS {table}_{moment}"
        for table in ("search_stem", "search_plain")
        for moment in ("insert", "delete", "update")
    ),
    "DROP TABLE IF EXISTS search_vocabulary",
    "DROP TABLE IF EXISTS search_stem",
    "DROP TABLE IF EXISTS search_plain",
]


def _postgresql_up() -> list[str]:
    """One vector a document: stems and words as written side by side, weights A title, B sender, C receiver, D body."""
    return [
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        # Without a list of stop words: "IT" is a department, and "who" is an organisation. Accents need no dictionary,
        # since `search.rows` writes words that are folded already.
        "CREATE TEXT SEARCH DICTIONARY desk_stemmer (TEMPLATE = snowball, LANGUAGE = english)",
        "CREATE TEXT SEARCH CONFIGURATION desk_stem (COPY = pg_catalog.simple)",
        "ALTER TEXT SEARCH CONFIGURATION desk_stem ALTER MAPPING FOR asciiword, word, numword WITH desk_stemmer",
        "CREATE TEXT SEARCH CONFIGURATION desk_plain (COPY = pg_catalog.simple)",
        "CREATE FUNCTION search_vector(title text, sender text, receiver text, body text, exact text, readers text) "
        "RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN "
        + " || ".join(
            [
                *(_weighted("desk_stem", column, weight) for column, weight in _WEIGHTS),
                *(_weighted("desk_plain", column, weight) for column, weight in _WEIGHTS[:3]),
                *(
                    f"strip(to_tsvector('desk_plain', {column}))"
                    for column in ("body", "exact", "readers")
                ),
            ]
        ),
        _ROOM_FOR_VECTORS,
        "ALTER TABLE search_document ADD COLUMN vector tsvector GENERATED ALWAYS AS "
        "(search_vector(title, sender, receiver, body, exact, readers)) STORED",
        "CREATE INDEX ix_search_document_vector ON search_document USING gin (vector) "
        "WITH (gin_pending_list_limit = 1024)",
        *_POSTGRESQL_QUICKER,
        "CREATE TABLE search_word (word varchar(64) PRIMARY KEY, uses integer NOT NULL)",
        "CREATE INDEX ix_search_word_prefix ON search_word (word text_pattern_ops)",
        "CREATE INDEX ix_search_word_likeness ON search_word USING gin (word gin_trgm_ops)",
    ]


# A vector beside its row is read in a third of the time of one that is compressed and kept elsewhere.
_ROOM_FOR_VECTORS = "ALTER TABLE search_document SET (toast_tuple_target = 4080)"
_POSTGRESQL_QUICKER = (
    "ALTER TABLE search_document ALTER COLUMN vector SET STORAGE MAIN",
    "CREATE INDEX IF NOT EXISTS ix_search_document_at ON search_document (at, id)",
    # Few of all documents are people, and nearly every search asks for them too.
    "CREATE INDEX IF NOT EXISTS ix_search_document_people ON search_document USING gin (vector) "
    "WITH (gin_pending_list_limit = 128) WHERE kind = 'person'",
    # Articles are fewer still, and the palette asks for them at each letter.
    "CREATE INDEX IF NOT EXISTS ix_search_document_articles ON search_document USING gin (vector) "
    "WITH (gin_pending_list_limit = 128) WHERE kind = 'article'",
)
_POSTGRESQL_SLOWER = (
    "DROP INDEX IF EXISTS ix_search_document_articles",
    "DROP INDEX IF EXISTS ix_search_document_people",
    "DROP INDEX IF EXISTS ix_search_document_at",
)

_WEIGHTS = (("title", "A"), ("sender", "B"), ("receiver", "C"), ("body", "D"))


def _weighted(configuration: str, column: str, weight: str) -> str:
    return f"setweight(to_tsvector('{configuration}', {column}), '{weight}')"


_POSTGRESQL_DOWN = [
    *_POSTGRESQL_SLOWER,
    "DROP INDEX IF EXISTS ix_search_document_vector",
    "ALTER TABLE IF EXISTS search_document DROP COLUMN IF EXISTS vector",
    "DROP TABLE IF EXISTS search_word",
    "DROP FUNCTION IF EXISTS search_vector(text, text, text, text, text, text)",
    "DROP TEXT SEARCH CONFIGURATION IF EXISTS desk_plain",
    "DROP TEXT SEARCH CONFIGURATION IF EXISTS desk_stem",
    "DROP TEXT SEARCH DICTIONARY IF EXISTS desk_stemmer",
]
