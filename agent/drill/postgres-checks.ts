import type { DrillCheck } from "../../components/model/agent-config.js";
import { AgentFailure, reasonOf } from "../failure.js";
import { query, type ConnectionVariables } from "../sources/postgres-connection.js";
import type { CheckResult } from "./rehearsal.js";

/** PostgreSQL's server refuses to serve as root; says so before anything is restored. */
export function refuseRoot(): void {
  if (process.getuid?.() !== 0) return;
  const advice = "run the drill as another user: runAsUser in a pod, User= of a unit, setpriv --reuid";
  throw new AgentFailure(2, `drill must not run as root (PostgreSQL refuses to serve as root), got uid 0; ${advice}`);
}

/**
 * Asks the user's questions.
 * @param variablesOf How a database is reached, by its name or, where a check names none, as the only one; undefined:
 * there is none of that name.
 */
export async function runChecks(
  checks: readonly DrillCheck[],
  variablesOf: (database: string | undefined) => ConnectionVariables | undefined,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, database, sql, expect = "t" } of checks) {
    const variables = variablesOf(database);
    try {
      if (variables === undefined) throw new Error(`the backup has no database ${String(database)}`);
      const found = await query(variables, sql);
      const shown = found === expect ? found : `${JSON.stringify(found)} in place of ${JSON.stringify(expect)}`;
      results.push({ name, passed: found === expect, found: shown });
    } catch (error) {
      results.push({ name, passed: false, found: reasonOf(error) });
    }
  }
  return results;
}

/** One sentence for each check that did not pass. */
export function checkProblems(checks: readonly CheckResult[]): string[] {
  return checks.filter(({ passed }) => !passed).map(({ name, found }) => `check ${name}: ${found}`);
}
