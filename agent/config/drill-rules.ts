import { checkCommand } from "./command-rules.js";
import { checkNamespace } from "./kubernetes-objects-rules.js";
import type { Rules, Unread } from "./rules.js";

const drillSeconds = ["rtoSeconds", "rpoSeconds", "maxArtefactAgeSeconds", "everySeconds"];

/** What of a source matters here; it is checked by rules of its own. */
interface SourceOfDrill {
  readonly kind?: unknown;
  readonly databases?: unknown;
  readonly namespaces?: unknown;
}

/** Checks `drill`. */
export function checkDrill(rules: Rules, value: unknown, unread: unknown): void {
  if (value === undefined) return;
  const drill = rules.object("drill", value, ["checks", "command", "namespaces", ...drillSeconds]);
  if (drill === undefined) return;
  const source = (unread ?? {}) as SourceOfDrill;
  for (const key of drillSeconds) {
    if (drill[key] !== undefined) rules.seconds(`drill.${key}`, drill[key]);
  }
  if (drill["command"] !== undefined) checkCommand(rules, "drill.command", drill["command"]);
  if (source.kind !== "command" && source.kind !== "kubernetes-objects") {
    rules.leftOut("drill", drill, ["command"], "unless source.kind is command or kubernetes-objects");
  }
  checkNamespaces(rules, drill, source);
  checkQueries(rules, drill["checks"], source);
}

function checkNamespaces(rules: Rules, drill: Unread, { kind, namespaces }: SourceOfDrill): void {
  if (kind !== "kubernetes-objects") {
    rules.leftOut("drill", drill, ["namespaces"], "unless source.kind is kubernetes-objects");
    return;
  }
  rules.texts("drill.namespaces", drill["namespaces"]).forEach((namespace, index) => {
    const path = `drill.namespaces[${index}]`;
    checkNamespace(rules, path, namespace);
    if (Array.isArray(namespaces)) {
      rules.word(path, namespace, namespaces.map(String), true);
    }
  });
}

function checkQueries(rules: Rules, checks: unknown, { kind, databases }: SourceOfDrill): void {
  if (checks === undefined) return;
  if (!Array.isArray(checks)) {
    rules.refuse("drill.checks", "be a list", checks, "write [ { name, sql } ]");
    return;
  }
  if (kind !== "postgres" && kind !== "pgbackrest" && checks.length > 0) {
    const rule = "be left out unless source.kind is postgres or pgbackrest";
    rules.refuse("drill.checks", rule, kind, "its counts are compared anyway");
  }
  const names = new Set<unknown>();
  checks.forEach((element, index) => {
    const path = `drill.checks[${index}]`;
    const check = rules.object(path, element, ["name", "database", "sql", "expect"]);
    if (check === undefined) return;
    for (const key of ["name", "sql"]) rules.text(`${path}.${key}`, check[key], true);
    if (Array.isArray(databases)) {
      const known = databases.map((database: { readonly name?: unknown } | null) => String(database?.name));
      rules.word(`${path}.database`, check["database"], known, known.length > 1);
    } else if (kind === "pgbackrest") {
      rules.text(`${path}.database`, check["database"], false);
    } else {
      rules.leftOut(path, check, ["database"], "unless source.databases is given");
    }
    const expect = check["expect"];
    if (expect !== undefined && typeof expect !== "string") {
      rules.refuse(`${path}.expect`, "be text", expect, 'write what psql prints, in quotes: "42"');
    }
    if (names.has(check["name"])) rules.refuse(`${path}.name`, "be unique", check["name"], "give it another name");
    names.add(check["name"]);
  });
}
