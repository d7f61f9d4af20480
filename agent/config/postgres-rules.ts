import type { Rules, SourceRules, Unread } from "./rules.js";

const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
/** An hour to wait for a connection, a day for a lock or behind a primary: more is a mistake in the unit. */
const longestConnectSeconds = 3600;
const longestLockSeconds = 86_400;
const longestLagSeconds = 86_400;

/** A PostgreSQL server, and which of its databases. */
export const postgresRules: SourceRules = {
  keys: [
    "host",
    "port",
    "database",
    "databases",
    "user",
    "passwordFile",
    "sslMode",
    "sslRootCertFile",
    "countTables",
    "connectTimeoutSeconds",
    "lockTimeoutSeconds",
    "mostLagSeconds",
  ],
  check(rules, source) {
    rules.text("source.host", source["host"], true);
    checkDatabases(rules, source);
    rules.text("source.user", source["user"], true);
    for (const key of ["passwordFile", "sslRootCertFile"]) rules.text(`source.${key}`, source[key], false);
    rules.wholeNumber("source.port", source["port"], 1, 65_535);
    rules.wholeNumber("source.connectTimeoutSeconds", source["connectTimeoutSeconds"], 0, longestConnectSeconds);
    rules.wholeNumber("source.lockTimeoutSeconds", source["lockTimeoutSeconds"], 1, longestLockSeconds);
    rules.wholeNumber("source.mostLagSeconds", source["mostLagSeconds"], 1, longestLagSeconds);
    rules.word("source.sslMode", source["sslMode"], sslModes, false);
  },
};

function checkDatabases(rules: Rules, source: Unread): void {
  const { databases } = source;
  if (databases === undefined) {
    rules.text("source.database", source["database"], true);
    checkTables(rules, "source.countTables", source["countTables"]);
    return;
  }
  rules.leftOut(
    "source",
    source,
    ["database", "countTables"],
    "where source.databases is given, whose elements have them",
  );
  if (!Array.isArray(databases) || databases.length === 0) {
    rules.refuse("source.databases", "be a list of one database or more", databases, "write [ { name } ]");
    return;
  }
  const names = new Set<unknown>();
  databases.forEach((element: unknown, index) => {
    const path = `source.databases[${index}]`;
    const database = rules.object(path, element, ["name", "countTables"]);
    if (database === undefined) return;
    rules.text(`${path}.name`, database["name"], true);
    checkTables(rules, `${path}.countTables`, database["countTables"]);
    if (names.has(database["name"])) rules.refuse(`${path}.name`, "be unique", database["name"], "name it once");
    names.add(database["name"]);
  });
}

function checkTables(rules: Rules, path: string, value: unknown): void {
  rules.texts(path, value).forEach((table, index) => {
    if (/^[^.]+\../s.test(table)) return;
    rules.refuse(`${path}[${index}]`, "be schema.table", table, `write public.${table}`, "PostgreSQL");
  });
}
