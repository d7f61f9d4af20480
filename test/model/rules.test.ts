// Proves each rule with a value that passes and one that breaks it, next to each other at the boundary, and its exact
// text. Does not prove that components run the rules: each component's own test does.
import assert from "node:assert/strict";
import {
  type AssetDeclaration,
  assetKinds,
  defineEnvironment,
  environment,
  type EnvironmentDefinition,
  type Issue,
  ModelError,
  plan,
  rules,
} from "../../components/model/index.js";

/** Anything, so that wrong values can be given where types would refuse them. */
type Loose = Record<string, unknown>;

/** One rule's pair of values. */
interface Pair {
  readonly id: string;
  readonly passes: () => readonly Issue[];
  readonly breaks: () => readonly Issue[];
  readonly path: string;
  /** After `<path> must `. */
  readonly text: string;
}

const stores = {
  home: { location: { provider: "aws", region: "eu-west-1" }, locks: true },
  twin: { location: { provider: "aws", region: "eu-west-1" } },
  away: { location: { provider: "aws", region: "eu-central-1" } },
};
const whole = {
  frequency: "1 day",
  retention: { daily: "7 days" },
  copies: 1,
  lock: "none",
  signed: false,
  restoreTests: [],
  onDestroy: "delete",
};
const orders: AssetDeclaration = { kind: "volume", mechanisms: ["tar"] };

/** The issues of one asset in development, whose volume runs daily, keeps 7 days and asks one copy. */
function asset(changes: Loose, inventory: Loose = {}, name = "development"): readonly Issue[] {
  const declared = { stores, ...inventory, assets: { orders: { ...orders, ...changes } } };
  return plan(declared, environment(name)).issues;
}

function protection(cell: Loose, changes: Loose = {}): readonly Issue[] {
  return asset({ protection: cell, ...changes });
}

function inventory(declared: Loose): readonly Issue[] {
  return plan({ stores, assets: { orders }, ...declared }, environment("development")).issues;
}

function defined(changes: Loose): readonly Issue[] {
  try {
    defineEnvironment({ name: "mine", extends: "staging", ...changes } as unknown as EnvironmentDefinition);
    return [];
  } catch (error) {
    assert.ok(error instanceof ModelError);
    return error.issues;
  }
}

const cron = (text: string, timeZone?: string): Loose => ({ frequency: { cron: text, ...(timeZone && { timeZone }) } });
const compliance = { period: "7 days", mode: "compliance" };
const known = assetKinds.join(", ");

const pairs: readonly Pair[] = [
  {
    id: "unknown-key",
    passes: () => asset({ target: "disk" }),
    breaks: () => asset({ tarqet: "disk" }),
    path: "assets.orders.tarqet",
    text: "be a key that is known (nothing reads other keys), got tarqet; write target",
  },
  {
    id: "type",
    passes: () => asset({ providesPitr: false }),
    breaks: () => asset({ providesPitr: "false" }),
    path: "assets.orders.providesPitr",
    text: 'be true or false (type of the setting), got "false"; write true or false without quotes',
  },
  {
    id: "choice",
    passes: () => protection({ onDestroy: "keep" }),
    breaks: () => protection({ onDestroy: "Keep" }),
    path: "assets.orders.protection.onDestroy",
    text: 'be one of keep, delete (words of the setting), got "Keep"; write keep',
  },
  {
    id: "duration",
    passes: () => protection({ maxAge: "2 days" }),
    breaks: () => protection({ maxAge: "2  days" }),
    path: "assets.orders.protection.maxAge",
    text: 'be a duration or "none" (form of a duration), got "2  days"; write a whole number and a unit, such as "2 days"',
  },
  {
    id: "frequency",
    passes: () => protection(cron("0 0 29 2 *")).filter(({ id }) => id !== "retention-covers-gap"),
    breaks: () => protection(cron("0 0 30 2 *")),
    path: "assets.orders.protection.frequency",
    text: 'be a frequency that can be scheduled (what schedulers read alike), got {"cron":"0 0 30 2 *"}; cron "0 0 30 2 *" never fires: no month of "2" has a day "30"',
  },
  {
    id: "copies",
    passes: () => protection({ copies: 1 }),
    breaks: () => protection({ copies: 0 }),
    path: "assets.orders.protection.copies",
    text: "be a whole number from 1 (protection matrix), got 0; write 1, 2 or 3",
  },
  {
    id: "lock-form",
    passes: () => protection({ lock: { period: "7 days" } }),
    breaks: () => protection({ lock: "7 days" }),
    path: "assets.orders.protection.lock",
    text: 'be "none" or an object (type of the setting), got "7 days"; write { period: "30 days" }',
  },
  {
    id: "environment-known",
    passes: () => defined({ extends: "staging" }),
    breaks: () => defined({ extends: "stagin" }),
    path: "environment.extends",
    text: 'be development, staging, production, or one that defineEnvironment made (built-in environments), got "stagin"; write staging',
  },
  {
    id: "environment-name",
    passes: () => defined({ name: "a".repeat(63) }),
    breaks: () => defined({ name: "a".repeat(64) }),
    path: "environment.name",
    text: `be 1 to 63 lower-case letters, digits and inner hyphens (part of every object name), got "${"a".repeat(64)}"; write for example "preview"`,
  },
  {
    id: "kind-whole",
    passes: () => asset({ kind: "mysql", protection: whole }),
    breaks: () => asset({ kind: "mysql", protection: { ...whole, signed: undefined } }),
    path: "assets.orders.kind",
    text: `be one of ${known}, or state frequency, retention, copies, lock, signed, restoreTests and onDestroy (no environment has a cell for it), got mysql without signed; add what is missing`,
  },
  {
    id: "retention-class",
    passes: () => protection({ frequency: "continuous", retention: { pitr: "7 days" } }, { providesPitr: true }),
    breaks: () => protection({ frequency: "1 day", retention: { pitr: "7 days" } }, { providesPitr: true }),
    path: "assets.orders.protection.retention",
    text: 'keep at least one of hourly, daily, weekly, monthly, yearly (an artefact without a class is never kept), got none of them; write for example { daily: "7 days" }',
  },
  {
    id: "retention-covers-gap",
    passes: () => protection({ ...cron("0 3 * * 1-5"), retention: { daily: "72 hours" } }),
    breaks: () => protection({ ...cron("0 3 * * 1-5"), retention: { daily: "71 hours" } }),
    path: "assets.orders.protection.retention.daily",
    text: "be at least 3 days (longest gap of its schedule), got 71 hours; keep it longer or run more often, or no backup is left before the next",
  },
  {
    id: "lock-within-retention",
    passes: () => protection({ lock: { period: "7 days" } }),
    breaks: () => protection({ lock: { period: "8 days" } }),
    path: "assets.orders.protection.lock.period",
    text: "be at most 1 week, the longest retention (what is locked cannot expire), got 8 days; shorten the lock, keep artefacts longer or set extendsRetention: true",
  },
  {
    id: "compliance-acknowledged",
    passes: () => protection({ lock: { ...compliance, acknowledgeIrreversible: true } }),
    breaks: () => protection({ lock: compliance }),
    path: "assets.orders.protection.lock.acknowledgeIrreversible",
    text: "be true for mode compliance (a compliance lock can be lifted by nobody), got undefined; set it or use mode governance",
  },
  {
    id: "lock-extends-retention",
    passes: () => protection({ lock: { period: "7 days", extendsRetention: true } }),
    breaks: () => protection({ lock: { period: "8 days", extendsRetention: true } }),
    path: "assets.orders.protection.lock.extendsRetention",
    text: "be meant: daily artefacts then stay 8 days (what is locked cannot expire), got daily kept 1 week; plan for their storage or leave extendsRetention out",
  },
  {
    id: "max-age-covers-gap",
    passes: () => protection({ maxAge: "24 hours" }),
    breaks: () => protection({ maxAge: "23 hours" }),
    path: "assets.orders.protection.maxAge",
    text: "be at least 1 day (longest gap of its schedule), got 23 hours; raise it or run more often, or every gap raises the alert",
  },
  {
    id: "rpo-covers-gap",
    passes: () => protection({ targets: { rpo: "24 hours", rto: "1 hour" } }),
    breaks: () => protection({ targets: { rpo: "23 hours", rto: "1 hour" } }),
    path: "assets.orders.protection.targets.rpo",
    text: "be at least 1 day (longest gap of its schedule), got 23 hours; raise it or run more often, or the target cannot be met",
  },
  {
    id: "asset-name",
    passes: () => inventory({ assets: { ["a".repeat(63)]: orders } }),
    breaks: () => inventory({ assets: { "a/b": orders } }),
    path: "assets.a/b",
    text: 'be named with 1 to 63 letters, digits, dots, underscores and hyphens, the first a letter or digit (part of every object name), got "a/b"; rename it',
  },
  {
    id: "location-part",
    passes: () => inventory({ stores: { home: { location: { provider: "aws", region: "a/b" } } } }),
    breaks: () =>
      inventory({ stores: { ...stores, bad: { location: { provider: "aws", account: "a/b", region: "a/b" } } } }),
    path: "stores.bad.location.account",
    text: 'be a text without a slash (provider/account/region tells copies apart), got "a/b"; write for example { provider: "aws", region: "eu-west-1" }',
  },
  {
    id: "mechanism-named",
    passes: () => asset({ kind: "redis", mechanisms: [] }),
    breaks: () => asset({ mechanisms: [] }),
    path: "assets.orders.mechanisms",
    text: 'name what makes the backups (something must make the backups), got none; write for example ["pg_dump"]',
  },
  {
    id: "store-exists",
    passes: () => asset({ stores: ["home"] }),
    breaks: () => asset({ stores: ["home", "hoem"] }),
    path: "assets.orders.stores[1]",
    text: "name a store that is declared (stores of the inventory), got hoem; write home",
  },
  {
    id: "copies-distinct",
    passes: () => asset({ stores: ["home", "away"], protection: { copies: 2 } }),
    breaks: () => asset({ stores: ["home", "twin"], protection: { copies: 2 } }),
    path: "assets.orders.stores",
    text: "lie in 2 distinct locations (two copies in one place are lost together), got 1 location for 2 copies (home and twin share aws/default/eu-west-1); add a store in another location or ask for fewer copies",
  },
  {
    id: "lock-store",
    passes: () => asset({ stores: ["away", "home"], protection: { lock: { period: "7 days" } } }),
    breaks: () => asset({ stores: ["away", "twin"], protection: { lock: { period: "7 days" } } }),
    path: "assets.orders.protection.lock",
    text: 'have a store that can lock (a lock is kept by the store), got away and twin; add a store with locks: true or set lock: "none"',
  },
  {
    id: "own-location",
    passes: () => asset({ stores: ["home", "away"], location: { provider: "aws", region: "eu-west-1" } }),
    breaks: () => asset({ stores: ["home", "twin"], location: { provider: "aws", region: "eu-west-1" } }),
    path: "assets.orders.location",
    text: "differ from the location of at least one copy (a copy beside the live data is lost with it), got home and twin in aws/default/eu-west-1; add a store elsewhere",
  },
  {
    id: "pitr-provided",
    passes: () => asset({ providesPitr: true, protection: { retention: { daily: "7 days", pitr: "7 days" } } }),
    breaks: () => asset({ protection: { retention: { daily: "7 days", pitr: "7 days" } } }),
    path: "assets.orders.protection.retention.pitr",
    text: 'have a mechanism that can restore to any moment (the plan states what is provisioned), got tar; add one (continuous archiving, a managed service) or set pitr: "none"',
  },
  {
    id: "restore-test-provided",
    passes: () =>
      protection({ restoreTests: [{ kind: "smoke", every: "1 day" }] }, { providesRestoreTests: ["smoke"] }),
    breaks: () => protection({ restoreTests: [{ kind: "smoke", every: "1 day" }] }, { providesRestoreTests: ["pitr"] }),
    path: "assets.orders.protection.restoreTests",
    text: "have a smoke test every 1 day (the plan states what is provisioned), got no smoke test from tar; add the drill or override restoreTests",
  },
  {
    id: "no-backup-in-environment",
    passes: () => asset({ kind: "redis" }),
    breaks: () => protection({ frequency: "none" }),
    path: "assets.orders",
    text: "have a backup or stand under unprotected (protection matrix), got frequency none in development; give a frequency or say under unprotected why it needs none",
  },
  {
    id: "secret-beside-data",
    passes: () =>
      inventory({ assets: { orders, key: { kind: "secret-material", mechanisms: ["age"], stores: ["away"] } } }),
    breaks: () =>
      inventory({ assets: { orders, key: { kind: "secret-material", mechanisms: ["age"], stores: ["twin"] } } }),
    path: "assets.key.stores",
    text: "lie in another location than any copy of data (who finds both reads all), got twin in aws/default/eu-west-1; add a store in a location of its own and name it here",
  },
  {
    id: "skipped-hour",
    passes: () => protection(cron("0 3 * * *", "Europe/Vienna")),
    breaks: () => protection(cron("59 2 * * *", "Europe/Vienna")),
    path: "assets.orders.protection.frequency",
    text: "start at a time that every day has (Kubernetes does not run what summer time skips), got 59 2 * * * in Europe/Vienna, which has no run on 2026-03-29; choose another hour or Etc/UTC",
  },
  {
    id: "unprotected-reason",
    passes: () => inventory({ unprotected: { cache: "It is rebuilt" } }),
    breaks: () => inventory({ unprotected: { cache: " " } }),
    path: "unprotected.cache",
    text: 'say why it needs no backup (what is left out is left out on purpose), got " "; write the reason or protect it',
  },
  {
    id: "asset-or-unprotected",
    passes: () => inventory({ unprotected: { cache: "It is rebuilt" } }),
    breaks: () => inventory({ unprotected: { orders: "It is rebuilt" } }),
    path: "unprotected.orders",
    text: "not be an asset as well (coverage counts each asset once), got orders in assets and in unprotected; remove one of the two",
  },
  {
    id: "overlap",
    passes: () => overlapping("29 2 * * *"),
    breaks: () => overlapping("30 2 * * 0"),
    path: "assets.weekly.protection.frequency",
    text: "not start in the same minute as daily on postgres://db/orders (one run at a time on one target), got 2026-01-04 02:30 UTC as the first such minute; move one of them by at least the length of a run",
  },
];

function overlapping(weekly: string): readonly Issue[] {
  const target = "postgres://db/orders";
  const at = (text: string): Loose => ({
    ...orders,
    target,
    protection: { ...cron(text), retention: { daily: "7 days" } },
  });
  return inventory({ assets: { daily: at("30 2 * * *"), weekly: at(weekly) } });
}

describe("rules", () => {
  for (const { id, passes, breaks, path, text } of pairs) {
    it(id, () => {
      assert.deepEqual(
        passes().filter((issue) => issue.id === id),
        [],
      );
      const level = rules.find((rule) => rule.id === id)?.level;
      assert.deepEqual(
        breaks().filter((issue) => issue.id === id),
        [{ id, level, path, message: `${path} must ${text}` }],
      );
    });
  }

  it("all have a pair here, a name of their own and a source", () => {
    const ids = rules.map(({ id }) => id);
    assert.deepEqual(
      pairs.map(({ id }) => id),
      ids,
    );
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(rules.every(({ source }) => source.length > 10));
  });

  it("break alone: neither value of a pair has another problem, save those that say so", () => {
    const others = pairs.flatMap(({ id, passes, breaks }) => [
      ...passes().map((issue) => `${id} passes: ${issue.id}`),
      ...breaks().flatMap((issue) => (issue.id === id ? [] : [`${id} breaks: ${issue.id}`])),
    ]);
    assert.deepEqual(others, []);
  });
});

describe("rules beyond their pair", () => {
  const texts = (issues: readonly Issue[]): string[] => issues.map(({ message }) => message);

  it("fails when a lock has no store at all", () => {
    const issues = asset({ protection: { lock: { period: "7 days" } } }, { stores: {} });
    assert.deepEqual(texts(issues), [
      "assets.orders.protection.copies must lie in 1 location (two copies in one place are lost together), got 0 locations for 1 copy; add a store in another location or ask for fewer copies",
      'assets.orders.protection.lock must have a store that can lock (a lock is kept by the store), got no store; add a store with locks: true or set lock: "none"',
    ]);
  });

  it("says that no mechanism restores to a moment where there is none at all", () => {
    const issues = asset({ mechanisms: [], protection: { retention: { daily: "7 days", pitr: "7 days" } } });
    assert.deepEqual(
      issues.map(({ id }) => id),
      ["mechanism-named", "pitr-provided"],
    );
    assert.match(texts(issues)[1] ?? "", /, got no mechanism; /);
  });

  it("fails when an asset names a store and there is none", () => {
    assert.match(
      texts(asset({ stores: ["x"] }, { stores: {} }))[0] ?? "",
      /got x; declare it under stores: there is none yet$/,
    );
    assert.match(
      texts(asset({ stores: ["zzzzzz"] }))[0] ?? "",
      /got zzzzzz; declare it under stores: use home, twin, away$/,
    );
  });

  it("fails when nothing bounds the loss that a target bounds, unless any moment can be restored", () => {
    const targets = { rpo: "5 minutes" };
    assert.deepEqual(texts(protection({ frequency: "manual", targets })), [
      "assets.orders.protection.targets.rpo must be left out where no schedule bounds the loss (longest gap of its schedule), got 5 minutes; give a frequency in place of manual",
    ]);
    const retention = { daily: "7 days", pitr: "7 days" };
    assert.deepEqual(protection({ targets, retention }, { providesPitr: true }), []);
    assert.deepEqual(protection({ frequency: "on-change", targets }), []);
  });

  it("names the missing pitr of a continuous backup", () => {
    assert.match(
      texts(protection({ frequency: "continuous", retention: {} }))[0] ?? "",
      /must keep at least one of hourly, daily, weekly, monthly, yearly or pitr \(/,
    );
  });

  it("measures a lock of versions by their window", () => {
    const versions = { frequency: "continuous", retention: { pitr: "7 days" } };
    const given = { providesPitr: true };
    assert.deepEqual(protection({ ...versions, lock: { period: "7 days" } }, given), []);
    assert.equal(protection({ ...versions, lock: { period: "8 days" } }, given)[0]?.id, "lock-within-retention");
  });

  it("asks nothing of a lock where nothing is kept or for as long as for ever", () => {
    const lock = { period: "99 years" };
    assert.deepEqual(protection({ lock, retention: { daily: "forever" } }), []);
    const ids = protection({ lock, frequency: "none" }).map(({ id }) => id);
    assert.deepEqual(ids, ["no-backup-in-environment"]);
    const extended = protection({ lock: { ...lock, extendsRetention: true }, frequency: "none" });
    assert.deepEqual(
      extended.map(({ id }) => id),
      ["no-backup-in-environment"],
    );
  });

  it("refuses the name of a built-in environment that a definition does not stand on", () => {
    assert.deepEqual(texts(defined({ name: "production" })), [
      'environment.name must not be the name of a built-in environment that it does not stand on (part of every object name), got "production"; choose another name or extend "production"',
    ]);
  });

  it("reads a frequency of a wrong form", () => {
    const got = (frequency: unknown): string => texts(protection({ frequency }))[0]?.replace(/^.*\), got /, "") ?? "";
    assert.equal(got("continous"), '"continous"; write continuous');
    assert.equal(got("1 dya"), '"1 dya"; write a whole number and a unit, such as "1 day"');
    assert.equal(got(86_400), '86400; write "1 day" or { cron: "0 2 * * *" }');
    assert.equal(got({ crom: "0 2 * * *" }), "crom; write cron");
    assert.equal(
      got({ cron: "0 2 * * *", timeZone: 1 }),
      '{"cron":"0 2 * * *","timeZone":1}; write "1 day" or { cron: "0 2 * * *" }',
    );
    assert.equal(
      got({ cron: "0 2 * * *", timeZone: "Europe/Viena" }),
      '{"cron":"0 2 * * *","timeZone":"Europe/Viena"}; time zone "Europe/Viena" is not known: write an IANA name, such as "Europe/Vienna"',
    );
  });

  it("reads a restore test of a wrong form", () => {
    const got = (restoreTests: unknown): string[] =>
      texts(protection({ restoreTests })).map((text) => text.replace(/^assets.orders.protection./, ""));
    assert.deepEqual(got({}), ["restoreTests must be a list (type of the setting), got {}; write a list, in brackets"]);
    assert.deepEqual(got(["smoke"]), [
      'restoreTests[0] must be an object (type of the setting), got "smoke"; write its keys',
    ]);
    assert.match(
      got([{ kind: "smoke", every: "3 days" }])[0] ?? "",
      /^restoreTests\[0\]\.every must be a frequency .* no cron expression runs every 3 days/,
    );
    assert.deepEqual(got([{ kind: 1, every: "1 day" }]), [
      "restoreTests[0].kind must be one of restore, smoke, pitr, region-loss (words of the setting), got 1; use one of restore, smoke, pitr, region-loss",
    ]);
  });

  it("names an overlap once for each asset, and equal schedules by the asset before", () => {
    const at = (text: string): Loose => ({
      ...orders,
      target: "t",
      protection: { ...cron(text), retention: { daily: "7 days" } },
    });
    const issues = inventory({
      assets: { a: at("0 2 * * *"), b: at("0 3 * * *"), c: at("0 3 * * *"), d: at("0 2,3 * * *") },
    });
    assert.deepEqual(
      issues.map(({ message }) =>
        /^assets\.(\w) .* as (\w) on/.exec(message.replace(".protection.frequency", ""))?.slice(1),
      ),
      [
        ["c", "b"],
        ["d", "a"],
      ],
    );
  });
});
