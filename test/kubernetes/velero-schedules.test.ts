// What the component registers, and what it refuses. Does not prove that Velero takes it: test/engine does, without
// volumes' data.
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/kubernetes/provider.js";
import { type BackupStore, BackupStrategy } from "../../components/index.js";
import { velero, VeleroSchedules, type VeleroSchedulesArgs } from "../../components/kubernetes/index.js";
import { schedulesOf } from "../../components/kubernetes/velero-tiers.js";
import { keys } from "../support/keys.js";
import { problemsOf } from "../support/problems.js";
import { record, type Registration } from "../support/recorder.js";

const bucket = (name: string, more: Partial<BackupStore> = {}): BackupStore => ({
  name,
  declaration: { location: { provider: "aws", region: name }, locks: true },
  access: { kind: "s3", bucket: `${name}-bucket`, region: name },
  ...more,
});
const stores = [bucket("eu-west-1"), bucket("eu-central-1")];
const password = () => pulumi.secret("a password");
const make = (args: Partial<VeleroSchedulesArgs> = {}, opts?: pulumi.ComponentResourceOptions) =>
  new VeleroSchedules("shop", { environment: "production", stores, namespaces: ["shop"], ...args }, opts);
const problems = (args: object) => problemsOf(() => make(args));

const children = (all: readonly Registration[]) => all.filter(({ type }) => type.startsWith("kubernetes:"));
const identities = (all: readonly Registration[]) =>
  children(all)
    .map(({ type, name }) => [type.split(":").at(-1), name])
    .sort();
const specOf = (all: readonly Registration[], name: string) =>
  all.find((one) => one.name === name)!.inputs["spec"] as Record<string, unknown>;

const unlocked = { "eu-west-1": { defaultLockDays: 0 }, "eu-central-1": { defaultLockDays: 0 } };

describe("kubernetes.VeleroSchedules", () => {
  it("registers a location for each store and a schedule for each class in it, protected in production", async () => {
    const all = await record(() => make());
    assert.deepEqual(identities(all), [
      ["BackupStorageLocation", "shop-eu-central-1"],
      ["BackupStorageLocation", "shop-eu-west-1"],
      ["Schedule", "shop-daily-eu-central-1"],
      ["Schedule", "shop-daily-eu-west-1"],
    ]);
    assert.ok(children(all).every(({ protect }) => protect));
    assert.ok(children(all).every(({ parent }) => parent.endsWith("VeleroSchedules::shop")));
    const development = await record(() => make({ environment: "development", stores: [stores[0]!] }));
    assert.ok(children(development).every(({ protect }) => !protect));
  });

  it("writes UTC, the class's ttl and no Secrets, and what the API server and Velero would otherwise fill in", async () => {
    const all = await record(() => make());
    const { schedule, ...spec } = specOf(all, "shop-daily-eu-west-1");
    assert.match(String(schedule), /^CRON_TZ=Etc\/UTC \d+ \d+ \* \* \*$/);
    const labels = {
      "app.kubernetes.io/managed-by": "pulumi-backup-tiers",
      "backup-tiers/asset": "shop",
      "backup-tiers/class": "daily",
      purpose: "backup",
    };
    assert.deepEqual(spec, {
      paused: false,
      skipImmediately: false,
      useOwnerReferencesInBackup: false,
      template: {
        metadata: { labels },
        storageLocation: "shop-eu-west-1",
        ttl: "720h0m0s",
        includedNamespaces: ["shop"],
        excludedResources: ["secrets"],
        snapshotVolumes: false,
        snapshotMoveData: false,
        defaultVolumesToFsBackup: false,
      },
    });
    assert.deepEqual(specOf(all, "shop-eu-west-1"), {
      provider: "aws",
      accessMode: "ReadWrite",
      objectStorage: { bucket: "eu-west-1-bucket", prefix: "velero/production/shop" },
      config: { region: "eu-west-1" },
    });
  });

  it("backs up volumes hourly into daily and weekly classes, with the password before the first location", async () => {
    const all = await record(() =>
      make({
        volumes: "moved-snapshots",
        repositoryPassword: password(),
        locations: unlocked,
        volumePolicies: [{ conditions: { storageClass: ["scratch"] }, action: "skip" }],
        parallelFilesUpload: 4,
        csiSnapshotTimeoutMinutes: 20,
        itemOperationTimeoutHours: 8,
        matchLabels: { tier: "data" },
      }),
    );
    assert.deepEqual(
      identities(all).map(([, name]) => name),
      [
        "shop-eu-central-1",
        "shop-eu-west-1",
        "shop-policies",
        "shop-daily-eu-central-1",
        "shop-daily-eu-west-1",
        "shop-weekly-eu-central-1",
        "shop-weekly-eu-west-1",
        "shop-repository-password",
      ],
    );
    const location = all.find(({ name }) => name === "shop-eu-west-1")!;
    assert.ok(location.dependencies.some((urn) => urn.endsWith("shop-repository-password")));
    const template = specOf(all, "shop-weekly-eu-west-1")["template"] as Record<string, unknown>;
    const policies = all.find(({ name }) => name === "shop-policies")!.inputs;
    const { name: policiesName } = policies["metadata"] as { name: string };
    assert.match(policiesName, /^shop-[0-9a-f]{10}$/);
    assert.deepEqual(JSON.parse((policies["data"] as Record<string, string>)["policies.yaml"]!), {
      version: "v1",
      volumePolicies: [{ conditions: { storageClass: ["scratch"] }, action: { type: "skip" } }],
    });
    const { metadata, ...rest } = template;
    assert.ok(metadata);
    assert.deepEqual(rest, {
      storageLocation: "shop-eu-west-1",
      ttl: "672h0m0s",
      includedNamespaces: ["shop"],
      excludedResources: ["secrets"],
      labelSelector: { matchLabels: { tier: "data" } },
      snapshotVolumes: true,
      snapshotMoveData: true,
      defaultVolumesToFsBackup: false,
      resourcePolicy: { kind: "configmap", name: policiesName },
      uploaderConfig: { parallelFilesUpload: 4 },
      csiSnapshotTimeout: "20m0s",
      itemOperationTimeout: "8h0m0s",
    });
  });

  it("reaches another server than AWS's, with the user's credentials file and settings above its own", async () => {
    const access = {
      kind: "s3",
      bucket: "b",
      region: "r",
      prefix: "/platform/",
      endpoint: "https://s3.example",
      forcePathStyle: true,
      credentialsSecret: "keys",
    } as const;
    const all = await record(() =>
      make({
        environment: "development",
        stores: { near: bucket("near", { access }) },
        locations: {
          near: { credential: { name: "velero" }, caCert: "cGVt", config: { s3Url: "https://other.example" } },
        },
        waitForStores: false,
      }),
    );
    assert.deepEqual(specOf(all, "shop-near"), {
      provider: "aws",
      accessMode: "ReadWrite",
      objectStorage: { bucket: "b", prefix: "platform/velero/development/shop", caCert: "cGVt" },
      config: { region: "r", s3ForcePathStyle: "true", s3Url: "https://other.example", checksumAlgorithm: "" },
      credential: { name: "velero", key: "cloud" },
    });
    const { metadata } = all.find(({ name }) => name === "shop-near")!.inputs as { metadata: object };
    assert.ok(!("annotations" in metadata));
  });

  it("lets the engine wait for stores and schedules, but not for a paused schedule, of which Velero says nothing", async () => {
    const waits = async (args: object) => {
      const all = await record(() => make({ environment: "development", stores: [stores[0]!], ...args }));
      return children(all).map(({ inputs }) => {
        const { annotations = {} } = inputs["metadata"] as { annotations?: Record<string, string> };
        return annotations["pulumi.com/waitFor"];
      });
    };
    const [available, enabled] = ["Available", "Enabled"].map((phase) => `jsonpath={.status.phase}=${phase}`);
    assert.deepEqual(await waits({}), [available, enabled]);
    assert.deepEqual(await waits({ protection: { frequency: "manual" } }), [available, undefined]);
    assert.deepEqual(await waits({ waitForStores: false }), [undefined, undefined]);
  });

  it("names the plugins of Cloud Storage and Azure, and lets Azure's ask Entra ID where the store has no keys", async () => {
    const gcs = { kind: "gcs", bucket: "b" } as const;
    const azure = { kind: "azure", account: "a", container: "c", endpoint: "https://a.example" } as const;
    const all = await record(() =>
      make({ environment: "development", stores: { near: bucket("near", { access: gcs }) }, waitForStores: false }),
    );
    const other = await record(() =>
      make({ environment: "development", stores: { near: bucket("near", { access: azure }) }, waitForStores: false }),
    );
    const folder = "velero/development/shop";
    assert.deepEqual(specOf(all, "shop-near"), {
      provider: "gcp",
      accessMode: "ReadWrite",
      objectStorage: { bucket: "b", prefix: folder },
      config: {},
    });
    assert.deepEqual(specOf(other, "shop-near"), {
      provider: "azure",
      accessMode: "ReadWrite",
      objectStorage: { bucket: "c", prefix: folder },
      config: { storageAccount: "a", storageAccountURI: "https://a.example", useAAD: "true" },
    });
  });

  it("names snapshot services without CSI, and keeps a manual schedule paused", async () => {
    const all = await record(() =>
      make({
        environment: "development",
        stores: [stores[0]!],
        volumes: "snapshots",
        snapshotLocations: { ebs: { provider: "aws", config: { region: "eu-west-1" }, credential: { name: "ebs" } } },
        protection: { frequency: "manual" },
      }),
    );
    assert.deepEqual(specOf(all, "shop-ebs-snapshots"), {
      provider: "aws",
      config: { region: "eu-west-1" },
      credential: { name: "ebs", key: "cloud" },
    });
    const { paused, template } = specOf(all, "shop-daily-eu-west-1") as { paused: boolean; template: object };
    assert.equal(paused, true);
    assert.deepEqual((template as Record<string, unknown>)["volumeSnapshotLocations"], ["shop-ebs"]);
  });

  it("gives every schedule a name that its backups can carry as a label", async () => {
    const long = "a-very-long-name-of-a-component-that-no-backup-of-velero-could-carry-as-a-label";
    const all = await record(
      () => new VeleroSchedules(long, { environment: "development", stores: [stores[0]!], asset: "shop" }),
    );
    const schedule = all.find(({ type }) => type.endsWith(":Schedule"))!.inputs["metadata"] as { name: string };
    assert.ok(schedule.name.length <= 48, schedule.name);
    assert.match(schedule.name, /^[a-z0-9][a-z0-9-]*[a-z0-9]$/);
  });

  it("passes an explicit provider to every child, and two of them do not clash", async () => {
    const all = await record(() => {
      const provider = new Provider("other", {});
      make({ volumes: "files", repositoryPassword: password(), locations: unlocked }, { provider });
      new VeleroSchedules("pay", { environment: "production", stores, namespaces: ["pay"] }, { provider });
    });
    assert.deepEqual(
      children(all).filter(({ provider }) => !provider.includes("::other::")),
      [],
    );
    const objects = children(all).map(({ type, inputs }) => `${type} ${(inputs["metadata"] as { name: string }).name}`);
    assert.equal(new Set(objects).size, objects.length);
  });

  it("is an asset of a strategy; the plan says what makes the backups and where they lie", async () => {
    let strategy: BackupStrategy | undefined;
    const declare = (asset: Parameters<typeof velero>[0]) =>
      record(() => {
        strategy = new BackupStrategy("platform", {
          environment: "production",
          stores: { primary: stores[0]!, offsite: stores[1]! },
          keys: { recipients: keys.recipients },
          assets: { shop: velero(asset) },
        });
      });
    const all = await declare({ namespaces: ["shop"] });
    assert.deepEqual(
      identities(all).map(([, name]) => name),
      ["platform-shop-offsite", "platform-shop-primary", "platform-shop-daily-offsite", "platform-shop-daily-primary"],
    );
    const [asset] = strategy!.plan.assets;
    assert.deepEqual(
      [asset!.mechanisms, asset!.retention, asset!.signed, asset!.copies.map(({ store }) => store)],
      [["velero"], { daily: 30 }, false, ["primary", "offsite"]],
    );
    await assert.rejects(
      declare({ namespace: ["shop"] } as never),
      /assets\.shop\.namespace must be .*write namespaces/,
    );
    await assert.rejects(
      declare({ volumes: "files" }),
      /assets\.shop\.repositoryPassword must be given where volume data goes into the stores/,
    );
  });

  it("makes one paused schedule of a manual asset, and a whole day of ttl at least", () => {
    const planned = { frequency: "manual", schedule: { cron: null, timeZone: "Etc/UTC" } } as const;
    assert.deepEqual(schedulesOf({ ...planned, retention: { daily: 7, weekly: 28 } }), [
      { name: "daily", days: 7, cron: "0 3 * * *", paused: true },
    ]);
    assert.deepEqual(schedulesOf({ ...planned, retention: {} }), []);
  });

  describe("refuses", () => {
    const one = { stores: [stores[0]!], environment: "development" } as const;
    const kopia = { ...one, volumes: "files", repositoryPassword: "existing" } as const;
    const lock = (defaultLockDays: number | undefined) => ({ locations: { "eu-west-1": { defaultLockDays } } });
    const gcp = (provider: string) => [bucket("eu-west-1", { declaration: { location: { provider, region: "x" } } })];
    const cases: readonly [string, object, object, string][] = [
      [
        "a repository in a bucket that can lock and does not say that it does not",
        kopia,
        { ...kopia, ...lock(0) },
        'locations.eu-west-1.defaultLockDays must be 0 (kopia deletes and rewrites its blobs: nothing is freed, and locks end on what is still in use), got nothing; say 0 for a bucket without a default lock, such as one made with lock: "none", or name another store',
      ],
      [
        "a repository in a bucket that locks",
        { ...kopia, ...lock(1) },
        { ...kopia, ...lock(0) },
        'locations.eu-west-1.defaultLockDays must be 0 (kopia deletes and rewrites its blobs: nothing is freed, and locks end on what is still in use), got 1; say 0 for a bucket without a default lock, such as one made with lock: "none", or name another store',
      ],
      [
        "any lock in Cloud Storage",
        { ...one, stores: gcp("gcp"), ...lock(1) },
        { ...one, stores: gcp("aws"), ...lock(1) },
        'locations.eu-west-1.defaultLockDays must be 0 (Velero rewrites its objects, which Cloud Storage refuses under a lock), got 1; say 0 for a bucket without a default lock, such as one made with lock: "none", or name another store',
      ],
      [
        "a default lock that outlasts the retention",
        { ...one, ...lock(8) },
        { ...one, ...lock(7) },
        "locations.eu-west-1.defaultLockDays must be at most 7, the shortest retention (Velero then deletes what the lock still holds), got 8; shorten the lock or keep backups longer",
      ],
      [
        "part of a day",
        { ...one, ...lock(0.5) },
        { ...one, ...lock(1) },
        "locations.eu-west-1.defaultLockDays must be whole days from 0, got 0.5; write 0 for no default lock",
      ],
      [
        "a lock that Velero would have to set",
        { ...one, protection: { lock: { period: "1 day" } } },
        { ...one, protection: { lock: "none" } },
        'protection.lock must be "none" (Velero puts no lock on what it writes), got {"daily":1}; leave it to a default lock of the bucket that is shorter than the retention',
      ],
      [
        "a folder",
        { ...one, stores: [bucket("near", { access: { kind: "folder", claimName: "claim" } })] },
        one,
        'stores.near must be a bucket (Velero writes to object stores), got "folder"; name another store',
      ],
      [
        "another server than Google's",
        { ...one, stores: [bucket("near", { access: { kind: "gcs", bucket: "b", endpoint: "https://g.example" } })] },
        { ...one, stores: [bucket("near", { access: { kind: "gcs", bucket: "b" } })] },
        'stores.near must be at Google (Velero\'s plugin knows no other server), got "https://g.example"; name another store',
      ],
      [
        "keys of the agent's form",
        {
          ...one,
          stores: [bucket("near", { access: { kind: "s3", bucket: "b", region: "r", credentialsSecret: "keys" } })],
        },
        one,
        "locations.near.credential must name a Secret in Velero's namespace, because the store has keys (Velero's plugin reads a credentials file), got nothing; make one whose entry \"cloud\" is the file",
      ],
      [
        "volume data without a password of its own",
        { ...one, volumes: "moved-snapshots", ...lock(0) },
        { ...one, volumes: "moved-snapshots", repositoryPassword: "existing", ...lock(0) },
        'repositoryPassword must be given where volume data goes into the stores (Velero\'s own is the same everywhere), got nothing; write config.requireSecret("..."), or "existing" where you made velero-repo-credentials yourself',
      ],
      [
        "a password in the program, and does not repeat it",
        { ...kopia, ...lock(0), repositoryPassword: "hunter2" },
        { ...kopia, ...lock(0) },
        'repositoryPassword must be a secret output or "existing" (no secret stands in a program), got a plain string; write config.requireSecret("...")',
      ],
      [
        "volumes of which the stores get nothing",
        { ...one, kind: "volume", volumes: "snapshots" },
        { ...one, volumes: "snapshots" },
        'volumes must bring the data into the stores for kind "volume" (snapshots lie in the storage system), got "snapshots"; write "moved-snapshots" or "files"',
      ],
      [
        "snapshot services that are not used",
        { ...one, snapshotLocations: { ebs: { provider: "aws" } } },
        { ...one, volumes: "snapshots", snapshotLocations: { ebs: { provider: "aws" } } },
        'snapshotLocations must be left out but for volumes: "snapshots" (Velero moves and reads volumes without them), got ["ebs"]; set volumes: "snapshots" or leave them out',
      ],
      [
        "a setting that is no text",
        { ...one, locations: { "eu-west-1": { config: { insecureSkipTLSVerify: true } } } },
        { ...one, locations: { "eu-west-1": { config: { insecureSkipTLSVerify: "true" } } } },
        'locations.eu-west-1.config.insecureSkipTLSVerify must be a text (Velero), got true; write "true"',
      ],
      [
        "settings of no store",
        { ...one, locations: { "eu-west-2": {} } },
        { ...one, locations: { "eu-west-1": {} } },
        'locations.eu-west-2 must have the name of a store, got "eu-west-2"; write eu-west-1',
      ],
      [
        "more than 292 years",
        { ...one, protection: { retention: { daily: "106752 days" } } },
        { ...one, protection: { retention: { daily: "106751 days" } } },
        'protection.retention.daily must be at most 106751 days (Velero\'s ttl), got "106752 days"; write a length of time',
      ],
      [
        "for ever",
        { ...one, protection: { retention: { daily: "forever" } } },
        one,
        'protection.retention.daily must be at most 106751 days (Velero\'s ttl), got "forever"; write a length of time',
      ],
      [
        "what no clock starts",
        { ...one, protection: { frequency: "on-change" } },
        { ...one, protection: { frequency: "manual" } },
        'protection.frequency must be a length of time, cron or "manual" (Velero starts backups by the clock), got "on-change"; write "1 day"',
      ],
      [
        "a name that its backups could not carry",
        { ...one, scheduleName: "a".repeat(49) },
        { ...one, scheduleName: "a".repeat(48) },
        `scheduleName must be at most 48 lower-case letters, digits and dashes (Velero adds a time and makes it a label), got "${"a".repeat(49)}"; shorten it or leave it out`,
      ],
      [
        "an action that Velero does not know",
        { ...one, volumePolicies: [{ conditions: {}, action: "skipp" }] },
        { ...one, volumePolicies: [{ conditions: {}, action: "skip" }] },
        'volumePolicies[0].action must be one of skip, snapshot, fs-backup (Velero), got "skipp"; write skip',
      ],
      [
        "no minutes",
        { ...one, csiSnapshotTimeoutMinutes: 0 },
        { ...one, csiSnapshotTimeoutMinutes: 1 },
        "csiSnapshotTimeoutMinutes must be a whole number from 1 (Velero), got 0; leave it out for Velero's own",
      ],
    ];
    for (const [title, wrong, right, text] of cases)
      it(title, async () => {
        assert.deepEqual(await problems(wrong), [text]);
        assert.deepEqual(await problems(right), []);
      });

    it("everything wrong at once, with the nearest right word", async () => {
      const found = await problems({ ...one, volums: "files", secrets: "include", environment: "prodution" });
      assert.equal(found.length, 4, found.join("\n"));
      assert.match(found.join("\n"), /volums.*write volumes/);
    });
  });
});
