import type { Rules, Unread } from "./rules.js";

const postgresKeys = [
  "kind",
  "host",
  "port",
  "database",
  "user",
  "passwordFile",
  "sslMode",
  "sslRootCertFile",
  "countTables",
  "connectTimeoutSeconds",
  "lockTimeoutSeconds",
];
const kubernetesKeys = ["kind", "namespaces", "exclude", "secretValues"];
const sourceKinds = ["postgres", "kubernetes-objects"];
const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
/** An hour to wait for a connection, a day for a lock: more is a mistake in the unit. */
const longestConnectSeconds = 3600;
const longestLockSeconds = 86_400;

/** Checks `source`. */
export function checkSource(rules: Rules, value: unknown): void {
  const kind = (value as { kind?: unknown } | undefined)?.kind;
  const keys = kind === "kubernetes-objects" ? kubernetesKeys : postgresKeys;
  const source = rules.object("source", value, keys);
  if (source === undefined) return;
  rules.word("source.kind", kind, sourceKinds, true);
  if (kind === "postgres") checkPostgres(rules, source);
  if (kind === "kubernetes-objects") checkKubernetesObjects(rules, source);
}

function checkPostgres(rules: Rules, source: Unread): void {
  for (const key of ["host", "database", "user"]) rules.text(`source.${key}`, source[key], true);
  for (const key of ["passwordFile", "sslRootCertFile"]) rules.text(`source.${key}`, source[key], false);
  rules.wholeNumber("source.port", source["port"], 1, 65_535);
  rules.wholeNumber("source.connectTimeoutSeconds", source["connectTimeoutSeconds"], 0, longestConnectSeconds);
  rules.wholeNumber("source.lockTimeoutSeconds", source["lockTimeoutSeconds"], 1, longestLockSeconds);
  rules.word("source.sslMode", source["sslMode"], sslModes, false);
  rules.texts("source.countTables", source["countTables"]).forEach((table, index) => {
    if (/^[^.]+\../s.test(table)) return;
    rules.refuse(`source.countTables[${index}]`, "be schema.table", table, `write public.${table}`, "PostgreSQL");
  });
}

function checkKubernetesObjects(rules: Rules, source: Unread): void {
  rules.texts("source.namespaces", source["namespaces"]).forEach((namespace, index) => {
    if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) return;
    const path = `source.namespaces[${index}]`;
    rules.refuse(path, "be the name of a namespace", namespace, "write a DNS label", "Kubernetes");
  });
  rules.texts("source.exclude", source["exclude"]);
  rules.word("source.secretValues", source["secretValues"], ["omit", "seal"], false);
}
