/**
 * How long a plan takes: 10,000 assets of mixed kinds with several hundred distinct cron expressions and overrides,
 * and twice as many. Run with `npx tsx bench/model/plan.ts`. The target is below one second for 10,000, and about
 * twice the time for 20,000, since a plan takes time in proportion to its assets.
 */
import {
  type AssetDeclaration,
  assetKinds,
  environment,
  type Frequency,
  type Inventory,
  plan,
  type ProtectionOverride,
} from "../../components/model/index.js";

const cold = timed(10_000);
const first = best(10_000);
const second = best(20_000);
const result = {
  assets: [10_000, 20_000],
  milliseconds: [first, second],
  ratio: round(second / first),
  coldMilliseconds: cold,
};
console.log(JSON.stringify(result));
console.log(
  `10,000 assets: ${first} ms (${cold} ms in a fresh process), 20,000 assets: ${second} ms, ratio ${result.ratio}`,
);

/** The best of seven: what else the machine does can only add to a time. */
function best(assets: number): number {
  return Math.min(...Array.from({ length: 7 }, () => timed(assets)));
}

function timed(assets: number): number {
  const inventory = inventoryOf(assets);
  const start = performance.now();
  const { assets: planned } = plan(inventory, environment("production"));
  const milliseconds = round(performance.now() - start);
  if (planned.length !== assets) {
    throw new Error(`planned ${planned.length} of ${assets} assets`);
  }
  return milliseconds;
}

function inventoryOf(assets: number): Inventory {
  const stores = Object.fromEntries(
    Array.from({ length: 5 }, (_, index) => [
      `store-${index}`,
      { location: { provider: "aws", region: `region-${index}` }, locks: index < 3 },
    ]),
  );
  return { stores, assets: Object.fromEntries(Array.from({ length: assets }, (_, index) => assetOf(index))) };
}

function assetOf(index: number): [string, AssetDeclaration] {
  const protection = overrideOf(index);
  return [
    `asset-${index}`,
    {
      kind: assetKinds[index % assetKinds.length] ?? "postgres",
      mechanisms: ["pg_dump"],
      providesRestoreTests: ["restore", "smoke", "pitr"],
      providesPitr: index % 2 === 0,
      target: `target-${index - (index % 4)}`,
      location: { provider: "kubernetes", region: "cluster" },
      ...(protection === undefined ? {} : { protection }),
    },
  ];
}

/** Half of the assets override something; a third have one of 720 cron expressions of their own. */
function overrideOf(index: number): ProtectionOverride | undefined {
  if (index % 3 === 0) {
    return { frequency: cronOf(index % 720), retention: { daily: "40 days", yearly: "7 years" } };
  }
  return index % 6 === 1 ? { copies: 2, maxAge: "26 hours", lock: "none" } : undefined;
}

function cronOf(index: number): Frequency {
  const minute = index % 60;
  const hour = index % 24;
  const forms: Frequency[] = [
    { cron: `${minute} ${hour} * * *` },
    { cron: `${minute} ${hour} * * ${index % 7}` },
    { cron: `${minute} ${hour} ${(index % 28) + 1} * *` },
    { cron: `${minute} */6 * * 1-5` },
    { cron: `${minute} ${hour} 1,15 * 1`, timeZone: "Europe/Vienna" },
    { cron: `${minute} ${hour} * * *`, timeZone: "America/New_York" },
  ];
  return forms[Math.floor(index / 3) % forms.length] ?? "1 day";
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
