import { overlaps } from "./overlap.js";
import type { PlannedSchedule } from "./schedule.js";
import type { Rule, Violation } from "./rule.js";

/** The schedule of one asset. */
export interface Scheduled {
  readonly name: string;
  readonly schedule: PlannedSchedule;
}

/** What the rules of a whole inventory need to know. */
export interface InventoryFacts {
  /** Assets with a schedule by what they back up. */
  readonly targets: ReadonlyMap<string, readonly Scheduled[]>;
  readonly assetNames: ReadonlySet<string>;
  readonly unprotectedNames: readonly string[];
}

const eitherRule: Rule<InventoryFacts> = {
  id: "asset-or-unprotected",
  appliesTo: "inventory",
  level: "error",
  source: "coverage counts each asset once",
  when: ({ assetNames, unprotectedNames }) =>
    unprotectedNames
      .filter((name) => assetNames.has(name))
      .map((name) => ({
        path: `unprotected.${name}`,
        must: "not be an asset as well",
        got: `${name} in assets and in unprotected`,
        advice: "remove one of the two",
      })),
};

const overlapRule: Rule<InventoryFacts> = {
  id: "overlap",
  appliesTo: "inventory",
  level: "warning",
  source: "one run at a time on one target",
  when: ({ targets }) => [...targets].flatMap(([target, scheduled]) => overlapsOf(target, scheduled)),
};

/** Rules of a whole inventory. */
export const inventoryRules: readonly Rule<InventoryFacts>[] = [eitherRule, overlapRule];

/** Each asset whose runs meet those of an earlier one, with the first such asset and moment. */
function overlapsOf(target: string, scheduled: readonly Scheduled[]): Violation[] {
  const apart: Scheduled[] = [];
  return scheduled.flatMap(({ name, schedule }) => {
    for (const other of apart) {
      const moment = overlaps(other.schedule, schedule);
      if (moment !== undefined) {
        return [violation(target, name, other.name, moment)];
      }
    }
    apart.push({ name, schedule });
    return [];
  });
}

function violation(target: string, name: string, other: string, moment: Date): Violation {
  return {
    path: `assets.${name}.protection.frequency`,
    must: `not start in the same minute as ${other} on ${target}`,
    got: `${moment.toISOString().slice(0, 16).replace("T", " ")} UTC as the first such minute`,
    advice: "move one of them by at least the length of a run",
  };
}
