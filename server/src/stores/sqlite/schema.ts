/**
 * The steps from an empty database to today's. Append only: a store in the field has been through a prefix of
 * these, and `user_version` says which.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    notebook TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    phase TEXT NOT NULL,
    created_at REAL NOT NULL,
    finished_at REAL,
    last_seq INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX runs_by_notebook ON runs (notebook, number);

  CREATE TABLE artefacts (
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (run, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    time REAL NOT NULL,
    step TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (run, seq)
  ) STRICT;
  CREATE INDEX events_by_step ON events (run, step, seq);

  CREATE TABLE value_uses (
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    value TEXT NOT NULL,
    PRIMARY KEY (run, value)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX value_uses_by_value ON value_uses (value);

  CREATE TABLE step_files (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    step TEXT NOT NULL,
    files TEXT NOT NULL,
    UNIQUE (run, step) ON CONFLICT REPLACE
  ) STRICT;

  CREATE TABLE leases (
    run INTEGER PRIMARY KEY REFERENCES runs (number) ON DELETE CASCADE,
    instance TEXT NOT NULL,
    pid INTEGER NOT NULL,
    start_time TEXT NOT NULL,
    boot TEXT NOT NULL,
    namespace TEXT NOT NULL,
    beat REAL NOT NULL
  ) STRICT;

  CREATE TABLE results (
    key TEXT PRIMARY KEY,
    notebook TEXT NOT NULL,
    step TEXT NOT NULL,
    parts TEXT NOT NULL,
    "values" TEXT NOT NULL,
    files TEXT NOT NULL,
    created_at REAL NOT NULL,
    used_at REAL NOT NULL
  ) STRICT;
  CREATE INDEX results_by_step ON results (notebook, step, used_at);

  CREATE TABLE result_uses (
    key TEXT NOT NULL REFERENCES results (key) ON DELETE CASCADE,
    run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    PRIMARY KEY (key, run)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX result_uses_by_run ON result_uses (run);
  `,
  // What a run's state is made of, without the text and pictures that are the bulk of its log.
  `
  ALTER TABLE runs ADD COLUMN title TEXT;
  CREATE INDEX quiet_events ON events (run, seq)
    WHERE json_extract(body, '$.type') NOT IN ('output', 'output-dropped', 'display');
  `,
  // A run's number among those of its notebook, never given twice, and what lists show of a run.
  `
  CREATE TABLE notebooks (
    path TEXT PRIMARY KEY,
    last_run INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  ALTER TABLE runs ADD COLUMN ordinal INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE runs ADD COLUMN parameters TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE runs ADD COLUMN metrics TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE runs ADD COLUMN failed_step TEXT;
  UPDATE runs SET ordinal = ranked.ordinal FROM (
    SELECT number, row_number() OVER (PARTITION BY notebook ORDER BY number) AS ordinal FROM runs
  ) AS ranked WHERE ranked.number = runs.number;
  INSERT INTO notebooks (path, last_run) SELECT notebook, max(ordinal) FROM runs GROUP BY notebook;
  UPDATE runs SET
    parameters = coalesce((
      SELECT json_extract(body, '$.parameters') FROM events WHERE run = number AND seq = 1
    ), '{}'),
    metrics = coalesce((
      SELECT json_group_object(name, json(value)) FROM (
        SELECT json_extract(body, '$.name') AS name, json_quote(json_extract(body, '$.value')) AS value
        FROM events WHERE run = number AND step = '@metrics' AND json_extract(body, '$.type') = 'metric'
        ORDER BY seq
      )
    ), '{}'),
    failed_step = (
      SELECT json_extract(body, '$.error.step') FROM events
      WHERE run = number AND json_extract(body, '$.type') = 'run-finished'
        AND json_extract(body, '$.type') NOT IN ('output', 'output-dropped', 'display')
      ORDER BY seq DESC LIMIT 1
    );
  `,
  // Experiments, and the runs that are their trials.
  `
  CREATE TABLE experiments (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    notebook TEXT NOT NULL,
    name TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    objective TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    phase TEXT NOT NULL,
    outline TEXT NOT NULL,
    created_at REAL NOT NULL,
    last_seq INTEGER NOT NULL,
    UNIQUE (notebook, name)
  ) STRICT;

  CREATE TABLE experiment_artefacts (
    experiment INTEGER NOT NULL REFERENCES experiments (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (experiment, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE experiment_events (
    experiment INTEGER NOT NULL REFERENCES experiments (number) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    time REAL NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (experiment, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE experiment_memory (
    experiment INTEGER NOT NULL REFERENCES experiments (number) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (experiment, key)
  ) STRICT;

  CREATE TABLE experiment_commands (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    experiment INTEGER NOT NULL REFERENCES experiments (number) ON DELETE CASCADE,
    command TEXT NOT NULL
  ) STRICT;

  CREATE TABLE experiment_leases (
    experiment INTEGER PRIMARY KEY REFERENCES experiments (number) ON DELETE CASCADE,
    instance TEXT NOT NULL,
    pid INTEGER NOT NULL,
    start_time TEXT NOT NULL,
    boot TEXT NOT NULL,
    namespace TEXT NOT NULL,
    beat REAL NOT NULL
  ) STRICT;

  ALTER TABLE runs ADD COLUMN experiment INTEGER REFERENCES experiments (number) ON DELETE SET NULL;
  ALTER TABLE runs ADD COLUMN trial INTEGER;
  CREATE UNIQUE INDEX runs_by_trial ON runs (experiment, trial) WHERE experiment IS NOT NULL;
  `
];
