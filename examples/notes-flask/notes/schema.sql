CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL
);

CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    owner_id INTEGER NOT NULL REFERENCES users (id),
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    changed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX notes_owner_id ON notes (owner_id);

CREATE TABLE tags (
    note_id INTEGER NOT NULL REFERENCES notes (id),
    name TEXT NOT NULL,
    PRIMARY KEY (note_id, name)
);

CREATE VIEW recent_notes AS
SELECT * -- expect: SQL001
FROM notes
WHERE changed_at > date('now', '-30 days');

CREATE VIEW tag_counts AS
SELECT name, COUNT(*) AS note_count
FROM tags
GROUP BY name;
