import type { Rules } from "./rules.js";

const drillSeconds = ["rtoSeconds", "rpoSeconds", "maxArtefactAgeSeconds", "everySeconds"];

/** Checks `drill`. */
export function checkDrill(rules: Rules, value: unknown, source: unknown): void {
  if (value === undefined) return;
  const drill = rules.object("drill", value, ["checks", ...drillSeconds]);
  if (drill === undefined) return;
  for (const key of drillSeconds) {
    if (drill[key] !== undefined) rules.seconds(`drill.${key}`, drill[key]);
  }
  const checks = drill["checks"];
  if (checks === undefined) return;
  if (!Array.isArray(checks)) {
    rules.refuse("drill.checks", "be a list", checks, "write [ { name, sql } ]");
    return;
  }
  const kind = (source as { kind?: unknown } | undefined)?.kind;
  if (kind !== "postgres" && checks.length > 0) {
    rules.refuse("drill.checks", "be left out unless source.kind is postgres", kind, "its counts are compared anyway");
  }
  checkQueries(rules, checks);
}

function checkQueries(rules: Rules, checks: readonly unknown[]): void {
  const names = new Set<unknown>();
  checks.forEach((element, index) => {
    const path = `drill.checks[${index}]`;
    const check = rules.object(path, element, ["name", "sql", "expect"]);
    if (check === undefined) return;
    for (const key of ["name", "sql"]) rules.text(`${path}.${key}`, check[key], true);
    const expect = check["expect"];
    if (expect !== undefined && typeof expect !== "string") {
      rules.refuse(`${path}.expect`, "be text", expect, 'write what psql prints, in quotes: "42"');
    }
    if (names.has(check["name"])) rules.refuse(`${path}.name`, "be unique", check["name"], "give it another name");
    names.add(check["name"]);
  });
}
