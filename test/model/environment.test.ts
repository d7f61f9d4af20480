// Proves how environments are found, defined and overridden and what is refused. Does not prove that a stack's name
// leads to its environment; components/strategy has that test.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  builtInEnvironments,
  defaultMatrix,
  defineEnvironment,
  environment,
  type EnvironmentDefinition,
  ModelError,
  overridesFromConfig,
  type Protection,
  withOverrides,
} from "../../components/model/index.js";

const whole: Protection = {
  frequency: "1 day",
  retention: { daily: "7 days" },
  copies: 1,
  lock: "none",
  signed: false,
  restoreTests: [],
  onDestroy: "delete",
};

function messages(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ModelError);
    return error.message.split("\n");
  }
  return [];
}

describe("environment", () => {
  for (const name of builtInEnvironments) {
    it(`is ${name} with its row of the default matrix`, () => {
      assert.deepEqual(environment(name), { name, base: name, matrix: defaultMatrix[name] });
      assert.equal(environment(name), environment(name));
    });
  }

  const wrong: [string, string][] = [
    ["prodction", "write production"],
    ["Production", "write production"],
    ["qa", "use one of development, staging, production"],
    ["toString", "use one of development, staging, production"],
  ];
  for (const [name, advice] of wrong) {
    it(`fails for ${name}`, () => {
      assert.deepEqual(
        messages(() => environment(name)),
        [
          "environment has 1 problem:",
          `  environment must be development, staging, production, or one that defineEnvironment made (built-in environments), got "${name}"; ${advice}`,
        ],
      );
    });
  }
});

describe("defineEnvironment", () => {
  it("stands on another environment and replaces parts of cells, retention as a whole", () => {
    const preview = defineEnvironment({
      name: "preview",
      extends: "production",
      protection: { postgres: { retention: { daily: "35 days" }, copies: 1 }, mysql: whole },
    });
    assert.deepEqual(preview, {
      name: "preview",
      base: "production",
      matrix: {
        ...defaultMatrix.production,
        postgres: { ...defaultMatrix.production.postgres, retention: { daily: "35 days" }, copies: 1 },
        mysql: whole,
      },
    });
    assert.ok(Object.isFrozen(preview) && Object.isFrozen(preview.matrix));
    const child = defineEnvironment({ name: "demo", extends: preview, protection: { mysql: { copies: 2 } } });
    assert.deepEqual(child.matrix["mysql"], { ...whole, copies: 2 });
    assert.equal(child.base, "production");
  });

  it("may keep the name of the built-in environment that it changes", () => {
    const own = defineEnvironment({ name: "production", extends: "production", protection: { redis: { copies: 1 } } });
    assert.equal(own.matrix["redis"]?.copies, 1);
    assert.equal(environment("production").matrix["redis"]?.copies, 2);
  });

  it("fails with all problems at once", () => {
    const definition = {
      name: "My Env",
      extends: "stagin",
      protections: {},
      protection: {
        postgres: { frequency: "3 days", retention: { dialy: "7 days" }, copies: 0, lock: { period: "30 dys" } },
        redis: { signed: "yes", restoreTests: [{ kind: "smok" }], onDestroy: "kep", targets: { rpo: 5 } },
      },
    } as unknown as EnvironmentDefinition;
    assert.deepEqual(
      messages(() => defineEnvironment(definition)),
      [
        'environment "My Env" has 12 problems:',
        "  environment.protections must be a key that is known (nothing reads other keys), got protections; write protection",
        '  environment.extends must be development, staging, production, or one that defineEnvironment made (built-in environments), got "stagin"; write staging',
        '  environment.name must be 1 to 63 lower-case letters, digits and inner hyphens (part of every object name), got "My Env"; write for example "preview"',
        '  environment.protection.postgres.frequency must be a frequency that can be scheduled (what schedulers read alike), got "3 days"; no cron expression runs every 3 days: write 30 minutes, 1, 2, 3, 4, 6, 8 or 12 hours, 1 day, 1 week, 1, 3 or 6 months, or an expression of your own, such as { cron: "0 2 * * *" }',
        "  environment.protection.postgres.retention.dialy must be a key that is known (nothing reads other keys), got dialy; write daily",
        "  environment.protection.postgres.copies must be a whole number from 1 (protection matrix), got 0; write 1, 2 or 3",
        '  environment.protection.postgres.lock.period must be a duration (form of a duration), got "30 dys"; write a whole number and a unit, such as "30 days"',
        '  environment.protection.redis.signed must be true or false (type of the setting), got "yes"; write true or false without quotes',
        '  environment.protection.redis.restoreTests[0].kind must be one of restore, smoke, pitr, region-loss (words of the setting), got "smok"; write smoke',
        '  environment.protection.redis.restoreTests[0].every must be a duration (form of a duration), got undefined; write a whole number and a unit, such as "1 day"',
        '  environment.protection.redis.onDestroy must be one of keep, delete (words of the setting), got "kep"; write keep',
        '  environment.protection.redis.targets.rpo must be a duration (form of a duration), got 5; write a whole number and a unit, such as "1 day"',
      ],
    );
  });

  it("fails for a cell that breaks a rule", () => {
    assert.deepEqual(
      messages(() =>
        defineEnvironment({
          name: "long",
          extends: "production",
          protection: { etcd: { lock: { period: "30 days" } } },
        }),
      ),
      [
        'environment "long" has 1 problem:',
        "  environment.protection.etcd.lock.period must be at most 1 week, the longest retention (what is locked cannot expire), got 30 days; shorten the lock, keep artefacts longer or set extendsRetention: true",
      ],
    );
  });

  it("fails for what is no object", () => {
    for (const value of [undefined, null, 5, "production", []]) {
      assert.equal(messages(() => defineEnvironment(value as unknown as EnvironmentDefinition)).length, 4);
    }
  });

  it("fails in no other way than with a ModelError", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (name, base, protection) => {
        const definition = { name, extends: base, protection } as unknown as EnvironmentDefinition;
        assert.ok(messages(() => defineEnvironment(definition)).length > 1);
      }),
    );
  });
});

describe("overridesFromConfig", () => {
  it("takes what a stack's configuration holds", () => {
    const config = {
      postgres: { frequency: { cron: "0 2 * * *", timeZone: "Europe/Vienna" }, lock: "none", maxAge: "26 hours" },
      mysql: whole,
      etcd: undefined,
    };
    assert.deepEqual(overridesFromConfig(config, "backup-tiers:protection"), {
      overrides: { postgres: config.postgres, mysql: whole },
      issues: [],
    });
  });

  it("leaves out what cannot be read and says so under the path it was written at", () => {
    const { overrides, issues } = overridesFromConfig(
      { postgres: { copies: "2", maxAge: "none" }, postgress: { copies: 2 }, mine: {}, redis: 5, mysql: null },
      "backup-tiers:protection",
    );
    assert.deepEqual(overrides, { postgres: { maxAge: "none" }, redis: {}, mysql: {} });
    const kinds =
      "postgres, etcd, volume, redis, object-store, git-repository, kubernetes-objects, secret-material, or state " +
      "frequency, retention, copies, lock, signed, restoreTests and onDestroy (no environment has a cell for it)";
    assert.deepEqual(
      issues.map(({ message }) => message),
      [
        'backup-tiers:protection.postgres.copies must be a whole number from 1 (protection matrix), got "2"; write 1, 2 or 3',
        `backup-tiers:protection.postgress must be one of ${kinds}, got postgress without frequency, retention, lock, signed, restoreTests and onDestroy; write postgres or add what is missing`,
        `backup-tiers:protection.mine must be one of ${kinds}, got mine without frequency, retention, copies, lock, signed, restoreTests and onDestroy; add what is missing`,
        "backup-tiers:protection.redis must be an object (type of the setting), got 5; write its keys",
        "backup-tiers:protection.mysql must be an object (type of the setting), got null; write its keys",
      ],
    );
  });

  it("knows the kinds of the environment that it is for", () => {
    const own = defineEnvironment({ name: "own", extends: "staging", protection: { mysql: whole } });
    assert.deepEqual(overridesFromConfig({ mysql: { copies: 2 } }, "protection", own), {
      overrides: { mysql: { copies: 2 } },
      issues: [],
    });
  });

  it("refuses what is no object", () => {
    assert.deepEqual(
      overridesFromConfig("x", "protection").issues.map(({ message }) => message),
      ['protection must be an object (type of the setting), got "x"; write its keys'],
    );
  });

  it("reads a kind that is called __proto__ as any other", () => {
    const config = JSON.parse(`{ "__proto__": ${JSON.stringify(whole)} }`) as unknown;
    const { overrides, issues } = overridesFromConfig(config, "protection");
    assert.deepEqual([Object.keys(overrides), issues], [["__proto__"], []]);
  });
});

describe("withOverrides", () => {
  it("returns the same environment with other cells and leaves the first as it was", () => {
    const production = environment("production");
    const changed = withOverrides(production, { postgres: { copies: 2 } });
    assert.deepEqual(changed, {
      ...production,
      matrix: { ...production.matrix, postgres: { ...production.matrix["postgres"], copies: 2 } },
    });
    assert.deepEqual(withOverrides(production, {}), production);
    assert.equal(production.matrix["postgres"]?.copies, 3);
  });

  it("fails under the path that it is given", () => {
    assert.deepEqual(
      messages(() => withOverrides(environment("development"), { redis: { frequency: "1 day" } }, "config.protection")),
      [
        "environment development has 1 problem:",
        '  config.protection.redis.retention must keep at least one of hourly, daily, weekly, monthly, yearly (an artefact without a class is never kept), got none of them; write for example { daily: "7 days" }',
      ],
    );
    assert.equal(messages(() => withOverrides(environment("staging"), { etcd: { copies: 0 } })).length, 2);
  });

  it("lets a cell through whose only issue is a warning", () => {
    const lock = { period: "30 days", extendsRetention: true } as const;
    assert.deepEqual(withOverrides(environment("production"), { etcd: { lock } }).matrix["etcd"]?.lock, lock);
  });
});
