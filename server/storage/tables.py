"""The tables, the same for SQLite and PostgreSQL. Times are in milliseconds, days in days since 1970.

No column holds an address, a user agent or a URL of a visitor (T21). What is about one visitor is in
`payloads` and in `records.subject`, which erasure empties; `leaves` and `subtrees` are append-only (triggers,
see the migrations) and hold hashes alone.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# SQLite counts by itself only in a column that is INTEGER and nothing else.
_SERIAL = BigInteger().with_variant(Integer, "sqlite")

sites = Table(
    "sites",
    METADATA,
    Column("key", String(253), primary_key=True),  # the host, as `site` in a posted choice
    Column("settings", Text, nullable=False),  # YAML: `site:`, `banner:`, `catalogue:`
    Column("source", String(16), nullable=False),  # "file" (consentinel.yaml is the master) or "dashboard"
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
)

shards = Table(
    "shards",
    METADATA,
    Column("id", _SERIAL, primary_key=True),
    Column("site", String(253), nullable=False),
    Column("period", String(8), nullable=False),  # "2026Q4"
    Column("generation", Integer, nullable=False),  # 1; one more after each accepted restore
    Column("origin", String(512), nullable=False, unique=True),  # first line of its checkpoints
    Column("size", BigInteger, nullable=False),
    # roots of the perfect subtrees, largest first, 32 bytes each
    Column("frontier", LargeBinary, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("last_ms", BigInteger, nullable=False),  # of its newest record: time never goes back within a site
    UniqueConstraint("site", "period", "generation"),
)

leaves = Table(
    "leaves",
    METADATA,
    Column("shard_id", ForeignKey("shards.id"), primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("hash", LargeBinary(32), nullable=False),  # SHA-256(0x00 || commitment), RFC 6962
    sqlite_with_rowid=False,  # rows in the order in which proofs read them, and no second index
)

subtrees = Table(
    "subtrees",
    METADATA,
    Column("shard_id", ForeignKey("shards.id"), primary_key=True),
    Column("level", Integer, primary_key=True),  # 8, 16, 24, ...: the root of 2**level leaves
    Column("position", BigInteger, primary_key=True),
    Column("hash", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)

records = Table(
    "records",
    METADATA,
    Column("seq", _SERIAL, primary_key=True),
    Column("id", LargeBinary(16), nullable=False, unique=True),
    Column("site", String(253), nullable=False),
    Column("kind", String(16), nullable=False),  # consent, tombstone, publication, audit
    Column("type", String(32), nullable=False),  # given, refused, ...; of others, what happened
    Column("event_id", String(36), nullable=False),
    Column("shard_id", ForeignKey("shards.id"), nullable=False),
    Column("position", BigInteger, nullable=False),
    # the id of the first record of this visitor's grants; none for a refusal
    Column("subject", LargeBinary(16)),
    Column("received_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger),  # when the answer runs out; none for what is no consent
    Column("erased", String(16)),  # why the payload is gone: "request" or "retention"
    Column("erased_by", LargeBinary(16)),  # the id of the tombstone's record
    UniqueConstraint("site", "event_id"),
    UniqueConstraint("shard_id", "position"),
    Index(None, "site", "subject"),
    Index(None, "site", "kind", "seq"),
    Index(None, "expires_ms"),
)

payloads = Table(
    "payloads",
    METADATA,
    Column("record_id", LargeBinary(16), primary_key=True),
    Column("salt", LargeBinary(32), nullable=False),
    Column("event", LargeBinary, nullable=False),  # canonical JSON (RFC 8785)
)

checkpoints = Table(
    "checkpoints",
    METADATA,
    Column("shard_id", ForeignKey("shards.id"), primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("root", LargeBinary(32), nullable=False),
    Column("note", Text, nullable=False),  # the signed note (C2SP tlog-checkpoint)
    Column("created_ms", BigInteger, nullable=False),
)

counts = Table(
    "counts",
    METADATA,
    Column("site", String(253), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("regime", String(64), primary_key=True),
    Column("version", String(64), primary_key=True),
    Column("type", String(32), primary_key=True),
    Column("method", String(32), primary_key=True),
    Column("functional", Boolean, primary_key=True),
    Column("performance", Boolean, primary_key=True),
    Column("targeting", Boolean, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

observed = Table(
    "observed",
    METADATA,
    Column("site", String(253), primary_key=True),
    Column("host", String(253), primary_key=True),
    Column("first_day", Integer, nullable=False),
    Column("last_day", Integer, nullable=False),
    Column("number", BigInteger, nullable=False),
)

challenges = Table(
    "challenges",
    METADATA,
    Column("nonce", LargeBinary(16), primary_key=True),  # those that have been used
    Column("expires_ms", BigInteger, nullable=False, index=True),
)

artefacts = Table(
    "artefacts",
    METADATA,
    Column("site", String(253), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(128), nullable=False),
    Column("content", LargeBinary, nullable=False),
)

versions = Table(
    "versions",
    METADATA,
    Column("site", String(253), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("script_sha384", String(96), nullable=False, index=True),  # hex
    Column("manifest", LargeBinary, nullable=False),  # JSON, server/publications.py
    Column("record_id", LargeBinary(16), nullable=False),  # its leaf in the ledger
    Column("published_ms", BigInteger, nullable=False),
    Column("published_by", String(128), nullable=False),
)

scans = Table(
    "scans",
    METADATA,
    Column("id", _SERIAL, primary_key=True),
    Column("site", String(253), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("report", LargeBinary, nullable=False),  # JSON, zlib
    Column("received_ms", BigInteger, nullable=False),
    Column("approved_ms", BigInteger),
    Column("approved_by", String(128)),
    UniqueConstraint("site", "sha256"),
)

overrides = Table(
    "overrides",
    METADATA,
    Column("site", String(253), primary_key=True),
    Column("kind", String(32), primary_key=True),  # cookie, storage, host
    Column("name", String(512), primary_key=True),
    Column("category", String(32), nullable=False),
    Column("vendor", String(128), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("created_by", String(128), nullable=False),
)

users = Table(
    "users",
    METADATA,
    Column("id", _SERIAL, primary_key=True),
    Column("name", String(128), nullable=False, unique=True),
    Column("password_hash", String(256), nullable=False),  # argon2id
    Column("created_ms", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    METADATA,
    Column("token_sha256", LargeBinary(32), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
)

setup_links = Table(
    "setup_links",
    METADATA,
    Column("token_sha256", LargeBinary(32), primary_key=True),
    Column("expires_ms", BigInteger, nullable=False),
)

facts = Table(
    "facts",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
