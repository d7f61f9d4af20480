// Proves the plan of an inventory: its numbers, its choice of copies, and that no input makes it throw. Does not prove
// that a component provisions what the plan states; the strategy's tests compare the two.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type AssetDeclaration,
  builtInEnvironments,
  defineEnvironment,
  type Environment,
  environment,
  type Inventory,
  type Plan,
  plan,
  type PlannedAsset,
} from "../../components/model/index.js";

const at = (region: string, locks = false): { location: { provider: string; region: string }; locks: boolean } => ({
  location: { provider: "aws", region },
  locks,
});
const stores = {
  primary: at("eu-west-1", true),
  twin: at("eu-west-1"),
  offsite: at("eu-central-1"),
  far: at("us-east-1"),
};
const postgres: AssetDeclaration = {
  kind: "postgres",
  mechanisms: ["pg_dump"],
  providesRestoreTests: ["smoke"],
};

function planned(
  declaration: AssetDeclaration,
  name = "production",
  given: Inventory["stores"] = stores,
): PlannedAsset {
  const [only] = plan({ assets: { orders: declaration }, stores: given }, environment(name)).assets;
  assert.ok(only !== undefined);
  return only;
}

describe("plan", () => {
  it("resolves an asset to numbers and states only what is provisioned", () => {
    assert.deepEqual(
      plan(
        { assets: { orders: postgres }, stores, unprotected: { cache: " It is rebuilt " } },
        environment("production"),
      ),
      {
        environment: "production",
        assets: [
          {
            name: "orders",
            kind: "postgres",
            mechanisms: ["pg_dump"],
            frequency: "1 hour",
            schedule: { cron: "4 * * * *", timeZone: "Etc/UTC" },
            longestGapSeconds: 3_600,
            maxAgeSeconds: 7_200,
            retention: { hourly: 1, daily: 30, monthly: 366 },
            retentionSeconds: { hourly: 86_400, daily: 2_592_000, monthly: 31_557_600 },
            pitrSeconds: null,
            copies: [
              { store: "primary", location: "aws/default/eu-west-1" },
              { store: "offsite", location: "aws/default/eu-central-1" },
              { store: "far", location: "aws/default/us-east-1" },
            ],
            lock: {
              mode: "governance",
              days: { hourly: 1, daily: 30, monthly: 30 },
              seconds: { hourly: 86_400, daily: 2_592_000, monthly: 2_592_000 },
              pitrSeconds: null,
            },
            encrypted: true,
            signed: true,
            restoreTests: [{ kind: "smoke", every: "1 day" }],
            onDestroy: "keep",
            targets: { rtoSeconds: null, rpoSeconds: null },
          },
        ],
        unprotected: [{ name: "cache", reason: "It is rebuilt" }],
        issues: [
          {
            id: "pitr-provided",
            level: "warning",
            path: "assets.orders.protection.retention.pitr",
            message:
              'assets.orders.protection.retention.pitr must have a mechanism that can restore to any moment (the plan states what is provisioned), got pg_dump; add one (continuous archiving, a managed service) or set pitr: "none"',
          },
          {
            id: "restore-test-provided",
            level: "warning",
            path: "assets.orders.protection.restoreTests",
            message:
              "assets.orders.protection.restoreTests must have a pitr test every 1 week (the plan states what is provisioned), got no pitr test from pg_dump; add the drill or override restoreTests",
          },
        ],
      } satisfies Plan,
    );
  });

  it("states a window where the mechanism has it, and targets in seconds", () => {
    const { retention, pitrSeconds, targets } = planned({
      ...postgres,
      providesPitr: true,
      protection: { targets: { rto: "45 minutes", rpo: "5 minutes" } },
    });
    assert.deepEqual(retention, { hourly: 1, daily: 30, monthly: 366, pitrDays: 14 });
    assert.equal(pitrSeconds, 1_209_600);
    assert.deepEqual(targets, { rtoSeconds: 2_700, rpoSeconds: 300 });
  });

  it("locks versions through their window, and nothing where there is none", () => {
    const uploads: AssetDeclaration = { kind: "object-store", mechanisms: ["versioning"], providesPitr: true };
    assert.deepEqual(planned(uploads).lock, {
      mode: "governance",
      days: { pitrDays: 30 },
      seconds: {},
      pitrSeconds: 2_592_000,
    });
    assert.equal(planned({ ...uploads, providesPitr: false }).lock, null);
  });

  it("locks every class for the whole period where the lock extends retention", () => {
    const lock = {
      period: "30 days",
      mode: "compliance",
      acknowledgeIrreversible: true,
      extendsRetention: true,
    } as const;
    assert.deepEqual(planned({ kind: "etcd", mechanisms: ["etcdctl"], protection: { lock } }).lock, {
      mode: "compliance",
      days: { hourly: 30, daily: 30 },
      seconds: { hourly: 2_592_000, daily: 2_592_000 },
      pitrSeconds: null,
    });
  });

  it("keeps for ever what is so declared", () => {
    const { retention, retentionSeconds } = planned({ kind: "git-repository", mechanisms: ["git bundle"] });
    assert.deepEqual([retention, retentionSeconds], [{ daily: "forever" }, { daily: null }]);
  });

  it("alerts after the age that is overridden, never for a manual schedule, and not where it is switched off", () => {
    const age = (maxAge: "26 hours" | "none" | undefined, name: string, kind: string): number | null =>
      planned({ kind, mechanisms: ["x"], protection: maxAge === undefined ? {} : { maxAge } }, name).maxAgeSeconds;
    assert.equal(age("26 hours", "staging", "postgres"), 93_600);
    assert.equal(age("none", "staging", "postgres"), null);
    assert.equal(age(undefined, "staging", "postgres"), 172_800);
    assert.equal(age(undefined, "development", "etcd"), null);
    assert.equal(age("26 hours", "development", "etcd"), 93_600);
  });

  it("alerts at twice the longest gap of an uneven schedule", () => {
    const { longestGapSeconds, maxAgeSeconds } = planned({
      kind: "volume",
      mechanisms: ["tar"],
      protection: { frequency: { cron: "0 3 * * 1-5" } },
    });
    assert.deepEqual([longestGapSeconds, maxAgeSeconds], [259_200, 518_400]);
  });

  it("shows a kind without backup as such", () => {
    const none = planned({ kind: "redis", mechanisms: [], protection: { lock: { period: "1 day" } } }, "staging");
    assert.deepEqual(
      [none.frequency, none.copies, none.retention, none.lock, none.maxAgeSeconds, none.restoreTests],
      ["none", [], {}, null, null, []],
    );
  });

  it("takes a kind of one's own with the cell of its asset or its environment", () => {
    const mysql = defineEnvironment({
      name: "mine",
      extends: "staging",
      protection: { mysql: { ...environment("staging").matrix["postgres"], restoreTests: [] } },
    });
    const inventory: Inventory = {
      assets: { orders: { kind: "mysql", mechanisms: ["mysqldump"], providesPitr: true } },
      stores,
    };
    assert.deepEqual(plan(inventory, mysql).issues, []);
    assert.deepEqual(plan(inventory, environment("staging")).assets, []);
  });

  it("gives the same plan for the same input, as plain data", () => {
    const inventory: Inventory = { assets: { a: postgres, b: { kind: "volume", mechanisms: ["tar"] } }, stores };
    for (const name of builtInEnvironments) {
      const first = plan(inventory, environment(name));
      assert.deepEqual(plan(inventory, environment(name)), first);
      assert.deepEqual(JSON.parse(JSON.stringify(first)), first);
    }
  });
});

describe("copies", () => {
  const names = (declaration: Partial<AssetDeclaration>, name = "production", given = stores): string[] =>
    planned({ kind: "volume", mechanisms: ["tar"], ...declaration }, name, given).copies.map(({ store }) => store);

  it("are the first stores in distinct locations, as many as the cell asks", () => {
    assert.deepEqual(names({}), ["primary", "offsite"]);
    assert.deepEqual(names({}, "development"), ["primary"]);
    assert.deepEqual(names({ protection: { copies: 9 } }), ["primary", "offsite", "far"]);
  });

  it("are those that the asset names, in its order and each once", () => {
    assert.deepEqual(names({ stores: ["far", "twin", "far", "primary"] }), ["far", "twin", "primary"]);
    assert.deepEqual(names({ stores: ["far", "nowhere"] }), ["far"]);
    assert.deepEqual(names({ stores: [] }), []);
  });

  it("count what the service keeps itself first", () => {
    const serviceCopies = { "rds-automated-backups": at("eu-west-1") };
    assert.deepEqual(names({ serviceCopies }), ["rds-automated-backups", "offsite"]);
    assert.deepEqual(names({ serviceCopies }, "development"), ["rds-automated-backups"]);
    assert.deepEqual(names({ serviceCopies, stores: ["primary"] }), ["rds-automated-backups", "primary"]);
  });

  it("of a service can hold the lock", () => {
    const uploads: AssetDeclaration = { kind: "object-store", mechanisms: ["versioning"], providesPitr: true };
    const lockless = { a: at("a"), b: at("b"), c: at("c") };
    const ids = (locks: boolean): string[] =>
      plan(
        { assets: { uploads: { ...uploads, serviceCopies: { versions: at("eu-west-1", locks) } } }, stores: lockless },
        environment("production"),
      ).issues.map(({ id }) => id);
    assert.deepEqual([ids(true), ids(false)], [[], ["lock-store"]]);
  });

  it("of secret material lie where no copy of data lies, if there is such a place", () => {
    const assets = {
      key: { kind: "secret-material", mechanisms: ["age"] },
      disk: { kind: "volume", mechanisms: ["tar"] },
    };
    const { assets: all, issues } = plan({ assets, stores }, environment("production"));
    assert.deepEqual(
      all.map(({ name, copies }) => [name, copies.map(({ store }) => store)]),
      [
        ["key", ["far"]],
        ["disk", ["primary", "offsite"]],
      ],
    );
    assert.deepEqual(issues, []);
    const single = plan({ assets, stores: { primary: stores.primary } }, environment("development"));
    assert.deepEqual(
      single.issues.map(({ id }) => id),
      ["secret-beside-data"],
    );
  });

  it("are in as many locations as asked, or an issue says so", () => {
    const location = fc.record({ provider: fc.constantFrom("aws", "gcp"), region: fc.constantFrom("a", "b", "c") });
    const given = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.record({ location }), { maxKeys: 8 });
    const named = fc.option(fc.array(fc.stringMatching(/^[a-z]{1,4}$/), { maxLength: 4 }), { nil: undefined });
    fc.assert(
      fc.property(given, named, fc.integer({ min: 1, max: 5 }), (all, chosen, copies) => {
        const own = chosen === undefined ? {} : { stores: chosen };
        const disk: AssetDeclaration = { kind: "volume", mechanisms: ["tar"], protection: { copies }, ...own };
        const { assets, issues } = plan({ assets: { disk }, stores: all }, environment("development"));
        const locations = new Set(assets[0]?.copies.map((copy) => copy.location));
        const said = issues.some(({ id }) => id === "copies-distinct");
        assert.equal(said, locations.size < copies);
      }),
    );
  });
});

describe("plan of restore tests that nobody makes", () => {
  for (const [advice, told] of [
    [undefined, "add the drill or override restoreTests"],
    ["restore it by hand", "restore it by hand"],
  ] as const)
    it(`says: ${told}`, () => {
      const declaration = { ...postgres, providesRestoreTests: [], ...(advice && { restoreTestAdvice: advice }) };
      const { issues } = plan({ assets: { orders: declaration }, stores }, environment("production"));
      const missing = issues.filter(({ path }) => path === "assets.orders.protection.restoreTests");
      assert.ok(missing.length > 0);
      for (const { message } of missing) assert.ok(message.endsWith(`; ${told}`), message);
    });
});

describe("plan of bad input", () => {
  const read = (inventory: unknown, given: unknown = environment("production")): Plan =>
    plan(inventory as Inventory, given as Environment);

  it("names every problem at once and plans what is left", () => {
    const { assets, issues } = read({
      asets: {},
      assets: {
        bare: { providesRestoreTests: "smoke" },
        text: "postgres",
        lost: undefined,
        disk: {
          kind: "volume",
          mechanisms: ["tar", 5],
          stores: "primary",
          location: { provider: "aws" },
          providesRestoreTests: ["smok"],
          target: "",
          restoreTestAdvice: 5,
          serviceCopies: { a: 1, b: {} },
          protection: { copies: 2 },
        },
      },
      stores: { primary: stores.primary, offsite: { ...stores.offsite, locks: 1 }, flat: null, none: {} },
      unprotected: { a: 5 },
    });
    assert.deepEqual(
      assets.map(({ name, mechanisms, copies }) => [name, mechanisms, copies.map(({ store }) => store)]),
      [["disk", ["tar"], ["primary", "offsite"]]],
    );
    assert.deepEqual(
      issues.map(({ id, path }) => `${id} ${path}`),
      [
        "unknown-key inventory.asets",
        "type assets.bare.kind",
        "type assets.bare.mechanisms",
        "type assets.bare.providesRestoreTests",
        "type assets.text",
        "type assets.disk.stores",
        "location-part assets.disk.location.region",
        "type assets.disk.target",
        "type assets.disk.restoreTestAdvice",
        "type assets.disk.mechanisms[1]",
        "type assets.disk.serviceCopies.a",
        "type assets.disk.serviceCopies.b.location",
        "choice assets.disk.providesRestoreTests[0]",
        "type stores.offsite.locks",
        "type stores.flat",
        "type stores.none.location",
        "unprotected-reason unprotected.a",
      ],
    );
  });

  it("is a plan with issues where nothing can be read", () => {
    assert.deepEqual(read(null), {
      environment: "production",
      assets: [],
      unprotected: [],
      issues: [
        {
          id: "type",
          level: "error",
          path: "inventory",
          message: "inventory must be an object (type of the setting), got null; write its keys",
        },
      ],
    });
    assert.deepEqual(
      read({ assets: [], stores: 5, unprotected: "x" }).issues.map(({ path }) => path),
      ["assets", "stores", "unprotected"],
    );
  });

  it("is empty without an environment", () => {
    for (const given of [
      null,
      "prodction",
      {},
      { name: "x", base: "x", matrix: {} },
      { name: 1, base: "staging", matrix: {} },
    ]) {
      const { environment: name, assets, issues } = read({ assets: { orders: postgres }, stores }, given);
      assert.deepEqual([name, assets, issues.map(({ id }) => id)], ["unknown", [], ["environment-known"]]);
    }
  });

  it("reads the cells of an environment that somebody made by hand", () => {
    const made = {
      name: "x",
      base: "staging",
      matrix: { volume: { ...environment("staging").matrix["volume"], copies: "2" } },
    };
    const { assets, issues } = read({ assets: { disk: { kind: "volume", mechanisms: ["tar"] } }, stores }, made);
    assert.deepEqual([assets, issues.map(({ path }) => path)], [[], ["environment.volume.copies", "assets.disk.kind"]]);
  });

  it("never throws", () => {
    const keys = fc.constantFrom(
      "assets",
      "stores",
      "unprotected",
      "kind",
      "mechanisms",
      "protection",
      "frequency",
      "retention",
      "daily",
      "lock",
      "period",
      "location",
      "region",
      "cron",
      "restoreTests",
      "every",
      "__proto__",
    );
    const leaf = fc.oneof(
      fc.constantFrom("postgres", "volume", "1 day", "none", "0 2 * * *", "continuous", "primary"),
      fc.anything(),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "medium" },
        leaf,
        fc.dictionary(keys, tie("tree"), { maxKeys: 6 }),
        fc.array(tie("tree"), { maxLength: 3 }),
      ),
    }));
    const inventories = fc.record(
      { assets: fc.dictionary(fc.string(), tree), stores: fc.dictionary(fc.string(), tree), unprotected: tree },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), inventories),
        fc.oneof(fc.constant(environment("production")), tree),
        (inventory, given) => {
          const { issues } = read(inventory, given);
          for (const { path, message } of issues) {
            assert.ok(
              message.startsWith(`${path} must `) && message.includes(", got ") && message.includes("; "),
              message,
            );
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
