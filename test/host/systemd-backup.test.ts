// The files of a host's backup. systemd's own reading of the timer is checked where systemd-analyze is installed.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { systemdBackup, type SystemdBackupArgs } from "../../components/host/index.js";
import { onCalendar } from "../../components/host/on-calendar.js";
import type { AgentConfig } from "../../components/index.js";
import { keys } from "../support/keys.js";
import { needPrograms } from "../support/programs.js";

const declare = (args: Partial<SystemdBackupArgs> = {}) =>
  systemdBackup("kc-booth", {
    environment: "production",
    protection: {
      frequency: { cron: "0 2 * * *" },
      retention: { daily: "30 days" },
      copies: 1,
      lock: "none",
      restoreTests: [],
      maxAge: "26 hours",
    },
    database: {
      host: "127.0.0.1",
      database: "kc-booth-db",
      user: "kc-booth-user",
      passwordFile: "/etc/kc-booth/db-password",
    },
    stores: {
      disk: {
        declaration: { location: { provider: "host", region: "booth-1" } },
        agent: { kind: "folder", name: "disk", path: "/opt/backups/kc-booth" },
      },
    },
    recipients: keys.recipients,
    signingKeyFile: "/etc/backup-tiers/minisign.key",
    ...args,
  });

describe("host.systemdBackup", () => {
  it("writes a service, a timer and the agent's configuration", () => {
    const { files } = declare();
    assert.deepEqual(Object.keys(files), [
      "/etc/backup-tiers/kc-booth.json",
      "/etc/systemd/system/backup-kc-booth.service",
      "/etc/systemd/system/backup-kc-booth.timer",
    ]);
    const config = JSON.parse(files["/etc/backup-tiers/kc-booth.json"]!) as AgentConfig;
    assert.deepEqual(
      [config.maxAgeSeconds, config.retention, config.stores.map(({ name }) => name)],
      [26 * 3600, { daily: 2_592_000 }, ["disk"]],
    );
    assert.match(files["/etc/systemd/system/backup-kc-booth.timer"]!, /^OnCalendar=\*-\*-\* 02:00:00 UTC$/m);
    assert.match(files["/etc/systemd/system/backup-kc-booth.service"]!, /^ReadWritePaths=\/opt\/backups\/kc-booth$/m);
  });

  it("writes no timer for a manual backup", () => {
    const { files } = declare({
      protection: { frequency: "manual", copies: 1, lock: "none", restoreTests: [], retention: { daily: "7 days" } },
    });
    assert.deepEqual(
      Object.keys(files).filter((path) => path.endsWith(".timer")),
      [],
    );
  });

  it("fails with every problem at once", () => {
    assert.throws(
      () => declare({ signingKeyFile: undefined, usr: "x", stores: undefined } as never),
      (error: Error) => {
        assert.ok(RunError.isInstance(error));
        for (const part of [/args\.usr/, /stores must be given/, /signingKeyFile must be the path/])
          assert.match(error.message, part);
        return true;
      },
    );
  });

  it("is read by systemd as it is meant", function () {
    needPrograms(this, "systemd-analyze");
    const folder = mkdtempSync(join(tmpdir(), "units-"));
    try {
      const { files } = declare();
      const paths = Object.entries(files).flatMap(([path, content]) => {
        if (!/\.(service|timer)$/.test(path)) return [];
        const copy = join(folder, path.slice(path.lastIndexOf("/") + 1));
        writeFileSync(copy, content);
        return [copy];
      });
      const verified = spawnSync("systemd-analyze", ["verify", ...paths], { encoding: "utf8" });
      assert.doesNotMatch(verified.stderr, /Unknown|Failed to parse|Invalid/);
      const next = (calendar: string) =>
        /Next elapse: \w+ (\S+ \S+) UTC/.exec(
          spawnSync("systemd-analyze", ["calendar", "--base-time=2026-01-01 00:00:00 UTC", calendar], {
            encoding: "utf8",
            env: { ...process.env, TZ: "UTC" },
          }).stdout,
        )?.[1];
      assert.deepEqual(
        ["0 2 * * *", "*/15 * * * *", "30 4 * * 1-5", "0 3 1 */3 *", "5 0 * * 0"].map((cron) =>
          onCalendar(cron, "Etc/UTC").map(next),
        ),
        [
          ["2026-01-01 02:00:00"],
          ["2026-01-01 00:15:00"],
          ["2026-01-01 04:30:00"],
          ["2026-01-01 03:00:00"],
          ["2026-01-04 00:05:00"],
        ],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("starts on either day where cron restricts both", () => {
    assert.deepEqual(onCalendar("0 3 13 * 5", "Europe/Vienna"), [
      "*-*-13 03:00:00 Europe/Vienna",
      "Fri *-*-* 03:00:00 Europe/Vienna",
    ]);
  });
});
