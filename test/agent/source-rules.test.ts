// What a configuration may say of each source: one that is good, and every problem of a bad one at once, in these words.
// Does not prove: that what is accepted also works; the tests of each source do.
import assert from "node:assert/strict";
import { configProblems } from "../../agent/config/load.js";

const recipients = [
  "age159uh4fdduu6kakxtaf9gr834tvh28nr43pyygnvwnmfq2838r4uqepjxc8",
  "age1lsmvxmkadgrjenqyfq040wtjmj9lu8fvj4jr0y6tfwrerux9kggss5nkak",
];

function problemsOf(source: unknown, drill?: object): Promise<string[]> {
  const stores = [{ kind: "folder", name: "a", path: "/backups" }];
  const rest = { environment: "e", asset: "a", stores, retention: { daily: 60 }, recipients, maxAgeSeconds: null };
  return configProblems({ version: 1, ...rest, source, drill }, ["folder"]);
}

const files = { caFile: "/ca", certFile: "/c", keyFile: "/k" };

const good: Record<string, object> = {
  "one database": { kind: "postgres", host: "h", database: "d", user: "u", countTables: ["public.t"] },
  "several databases": {
    kind: "postgres",
    host: "h",
    user: "u",
    databases: [{ name: "a/b", countTables: ["public.t"] }, { name: "c" }],
  },
  redis: { kind: "redis", host: "h", port: 6380, user: "u", passwordFile: "p", tls: true, ...files },
  "git over https": { kind: "git", url: "https://host:8443/a.git", user: "u", passwordFile: "p", caFile: "c" },
  "git over ssh": { kind: "git", url: "ssh://git@host:22/a.git", sshKeyFile: "k", knownHostsFile: "n" },
  "git over ssh, in its own form": { kind: "git", url: "git@host:group/a.git", sshKeyFile: "k" },
  "git of a folder": { kind: "git", url: "/srv/a.git" },
  files: { kind: "files", path: "/data", exclude: ["./cache"], allowChanges: true },
  command: { kind: "command", command: ["p", ""], extension: "sql.dump", beginsWith: "--", secretFiles: { P_W: "/p" } },
  "etcd of a file": { kind: "etcd", file: "/snapshot.db" },
  "an archive of pgBackRest": {
    kind: "pgbackrest",
    stanza: "main",
    repositories: ["near", "far"],
    windowSeconds: 86_400,
    user: "admin",
    database: "shop",
    settings: { shared_preload_libraries: "timescaledb", "timescaledb.telemetry_level": "off" },
  },
  "etcd of a member": { kind: "etcd", endpoint: "https://127.0.0.1:2379", ...files },
};

const bad: Record<string, { readonly source: unknown; readonly drill?: object; readonly problems: readonly string[] }> =
  {
    "no kind that is known": {
      source: { kind: "reddis", host: "h", countTable: [] },
      problems: [
        'source must have known keys only (the agent), got "countTable"; write countTables',
        'source.kind must be one of postgres, etcd, redis, kubernetes-objects, git, files, command, volume-snapshots, pgbackrest (the agent), got "reddis"; write redis',
      ],
    },
    "an archive of pgBackRest": {
      source: {
        kind: "pgbackrest",
        stanza: "a/b",
        repositories: ["near", "near"],
        user: "",
        settings: { archive_mode: "on", Recovery: "x", work_mem: 4 },
      },
      drill: { checks: [{ name: "a", database: "", sql: "SELECT true" }], command: ["true"] },
      problems: [
        'source.stanza must be letters, digits, dashes and underscores, the first a letter or digit (pgBackRest), got "a/b"; write the stanza\'s name',
        'source.repositories[1] must be unique (the agent), got "near"; give each repository a name of its own',
        "source.windowSeconds must be whole seconds above 0 (the agent), got nothing; write a whole number",
        'source.user must be text (the agent), got ""; write it or leave it out',
        'source.settings.archive_mode must be left out, as the drill decides it (the agent), got "archive_mode"; leave it out',
        'source.settings.Recovery must be named as a parameter (PostgreSQL), got "Recovery"; write it in lower case',
        "source.settings.work_mem must be text (the agent), got 4; write it",
        'drill.command must be left out unless source.kind is command or kubernetes-objects (the agent), got "a value"; leave it out',
        'drill.checks[0].database must be text (the agent), got ""; write it or leave it out',
      ],
    },
    "an archive without repositories": {
      source: { kind: "pgbackrest", stanza: "main", windowSeconds: 60, settings: [] },
      problems: [
        'source.repositories must name one repository or more (the agent), got nothing; write ["repo1"]',
        "source.settings must be an object (the agent), got []; write { parameter: text }",
      ],
    },
    "PostgreSQL with both forms": {
      source: { kind: "postgres", host: "h", user: "u", database: "d", databases: [{ name: "a" }], countTables: [] },
      problems: ["database", "countTables"].map(
        (key) =>
          `source.${key} must be left out where source.databases is given, whose elements have them (the agent), got "a value"; leave it out`,
      ),
    },
    "PostgreSQL with bad databases": {
      source: {
        kind: "postgres",
        host: "h",
        user: "u",
        databases: [{ name: "a" }, { name: "a", countTables: ["t"] }, {}],
      },
      problems: [
        'source.databases[1].countTables[0] must be schema.table (PostgreSQL), got "t"; write public.t',
        'source.databases[1].name must be unique (the agent), got "a"; name it once',
        "source.databases[2].name must be text (the agent), got nothing; write it",
      ],
    },
    redis: {
      source: { kind: "redis", host: "", port: 0, certFile: "/c", connectTimeoutSeconds: 3601, idleTimeoutSeconds: 0 },
      problems: [
        'source.host must be text (the agent), got ""; write it',
        "source.port must be a whole number from 1 to 65535 (the agent), got 0; write such a number or leave it out",
        'source.certFile must be left out unless source.tls is true (the agent), got "a value"; leave it out',
        "source.keyFile must come with certFile (the agent), got nothing; write both or leave certFile out",
        "source.connectTimeoutSeconds must be a whole number from 0 to 3600 (the agent), got 3601; write such a number or leave it out",
        "source.idleTimeoutSeconds must be a whole number from 1 to 86400 (the agent), got 0; write such a number or leave it out",
      ],
    },
    "git with a token in the URL": {
      source: {
        kind: "git",
        url: "https://ghp_secret@host/a.git",
        sshKeyFile: "k",
        user: "u",
        idleTimeoutSeconds: 86_401,
      },
      problems: [
        'source.url must have no user or password in it, as messages show it (the agent), got "one that has (not shown)"; give user and passwordFile',
        'source.sshKeyFile must be left out unless source.url is of ssh (the agent), got "a value"; leave it out',
        'source.user must be left out unless source.passwordFile is given (the agent), got "a value"; leave it out',
        "source.idleTimeoutSeconds must be a whole number from 1 to 86400 (the agent), got 86401; write such a number or leave it out",
      ],
    },
    "git over ssh with a password": {
      source: { kind: "git", url: "ssh://git:secret@host/a.git", passwordFile: "p" },
      problems: [
        'source.url must have no user or password in it, as messages show it (the agent), got "one that has (not shown)"; give user and passwordFile',
        'source.passwordFile must be left out unless source.url is of https (the agent), got "a value"; leave it out',
      ],
    },
    "git of what is no repository's URL": {
      source: { kind: "git", url: "ext::sh -c evil" },
      problems: [
        'source.url must be the URL of a repository (git), got "something else (not shown)"; write https://host/path, ssh://user@host/path, user@host:path, file:///path or /path',
      ],
    },
    files: {
      source: { kind: "files", path: "data", exclude: "x", allowChanges: "yes" },
      problems: [
        'source.path must be an absolute path (the agent), got "data"; begin it with /',
        'source.exclude must be a list (the agent), got "x"; write [ ... ]',
        'source.allowChanges must be true or false (the agent), got "yes"; write one of them without quotes, or leave it out',
      ],
    },
    command: {
      source: { kind: "command", command: ["", 1], extension: "a/b", secretFiles: { "A=B": "p" } },
      problems: [
        'source.command[0] must be text (the agent), got ""; write it',
        "source.command[1] must be text (the agent), got 1; write it in quotes",
        'source.extension must be letters, digits, dashes, underscores and single dots between them (the agent), got "a/b"; write "sql" or leave it out',
        'source.secretFiles must have names of environment variables only (POSIX), got "A=B"; write letters, digits and underscores',
        'source.secretFiles.A=B must be an absolute path (the agent), got "p"; begin it with /',
      ],
    },
    "etcd with nothing": {
      source: { kind: "etcd", caFile: "/ca" },
      problems: [
        "source must have either file or endpoint (the agent), got nothing; write one of them",
        'source.caFile must be left out unless source.endpoint is given (the agent), got "a value"; leave it out',
      ],
    },
    "etcd with both, and a list of members": {
      source: { kind: "etcd", file: "s.db", endpoint: "https://a:2379,https://b:2379", keyFile: "/k" },
      problems: [
        'source must have either file or endpoint (the agent), got "both"; write one of them',
        'source.file must be an absolute path (the agent), got "s.db"; begin it with /',
        'source.endpoint must be the URL of one member (etcd), got "https://a:2379,https://b:2379"; write https://host:2379',
        "source.certFile must come with keyFile (the agent), got nothing; write both or leave keyFile out",
      ],
    },
    "a drill of another kind": {
      source: { kind: "etcd", file: "/s.db" },
      drill: { command: ["p"], namespaces: ["a"], checks: [{ name: "n", sql: "SELECT 1", database: "d" }] },
      problems: [
        'drill.command must be left out unless source.kind is command or kubernetes-objects (the agent), got "a value"; leave it out',
        'drill.namespaces must be left out unless source.kind is kubernetes-objects (the agent), got "a value"; leave it out',
        'drill.checks must be left out unless source.kind is postgres or pgbackrest (the agent), got "etcd"; its counts are compared anyway',
        'drill.checks[0].database must be left out unless source.databases is given (the agent), got "a value"; leave it out',
      ],
    },
    "a drill of namespaces that are none, or not in the backup": {
      source: { kind: "kubernetes-objects", namespaces: ["shop"] },
      drill: { command: ["p"], namespaces: ["shop", "Shop", "shpo"] },
      problems: [
        'drill.namespaces[1] must be the name of a namespace (Kubernetes), got "Shop"; write a DNS label',
        'drill.namespaces[1] must be one of shop (the agent), got "Shop"; write shop',
        'drill.namespaces[2] must be one of shop (the agent), got "shpo"; write shop',
      ],
    },
    "a drill that asks no database, or another": {
      source: { kind: "postgres", host: "h", user: "u", databases: [{ name: "orders" }, { name: "users" }] },
      drill: {
        checks: [
          { name: "a", sql: "SELECT 1" },
          { name: "b", sql: "SELECT 1", database: "order" },
        ],
      },
      problems: [
        "drill.checks[0].database must be one of orders, users (the agent), got nothing; use one of orders, users",
        'drill.checks[1].database must be one of orders, users (the agent), got "order"; write orders',
      ],
    },
  };

describe("agent: configuration of sources", () => {
  for (const [name, source] of Object.entries(good)) {
    it(`accepts ${name}`, async () => {
      assert.deepEqual(await problemsOf(source), []);
    });
  }

  for (const [name, { source, drill, problems }] of Object.entries(bad)) {
    it(`refuses ${name}`, async () => {
      assert.deepEqual(await problemsOf(source, drill), problems);
    });
  }
});
