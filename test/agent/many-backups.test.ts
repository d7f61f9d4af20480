// Ten thousand signed backups are listed and checked in seconds.
// Does not prove: the same over a network; there each manifest is a request, 64 at a time.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { newBackupId } from "../../agent/backup-id.js";
import { parseSecretKey, signMessage } from "../../agent/crypto/minisign.js";
import { manifestBytes, manifestHash, type Manifest, type PreviousManifest } from "../../agent/manifest.js";
import { objectKey } from "../../agent/object-name.js";
import { needPrograms } from "./support/programs.js";
import { Workspace } from "./support/workspace.js";

const backups = 10_000;
const mostSeconds = 15;

describe("agent: many backups", () => {
  it("are listed and checked in seconds", async function () {
    needPrograms(this, "age-keygen", "minisign");
    const source = { kind: "postgres", host: "db", database: "shop", user: "u" } as const;
    const workspace = new Workspace({ source, retention: { hourly: null } });
    try {
      write(workspace);
      for (const command of ["list", "check"]) {
        const run = await workspace.run([command, ...(command === "list" ? ["--json"] : [])]);
        assert.equal(run.code, 0, run.stderr);
        assert.match(run.result.message, /^10000 (good and 0 bad backups|backups, all as they must be)$/);
        assert.ok(Number(run.result["seconds"]) < mostSeconds, `${command}: ${String(run.result["seconds"])} seconds`);
      }
    } finally {
      workspace.remove();
    }
  });
});

function write(workspace: Workspace): void {
  const { storeFolder, config } = workspace;
  const signer = parseSecretKey(readFileSync(workspace.path("signing.key"), "utf8"));
  let previous: PreviousManifest | null = null;
  const now = Date.now();
  for (let index = backups; index > 0; index--) {
    const time = new Date(now - index * 1000);
    const id = newBackupId(time);
    const name = { ...config, class: "hourly", id } as const;
    const manifest: Manifest = {
      version: 1,
      id,
      environment: config.environment,
      asset: config.asset,
      class: "hourly",
      startedAt: time.toISOString(),
      finishedAt: time.toISOString(),
      source: { kind: "postgres", host: "db", database: "shop", clientVersion: "", serverVersion: "", omitted: [] },
      parts: [
        {
          name: "database",
          key: objectKey({ ...name, prefix: "", extension: "dump" }),
          bytes: 4,
          sha256: "",
          plainBytes: 300,
        },
      ],
      compression: "gzip",
      encryption: { recipients: config.recipients },
      rowCounts: {},
      lockedUntil: null,
      previous,
      agentVersion: "test",
    };
    const bytes = manifestBytes(manifest);
    previous = { id, class: "hourly", sha256: manifestHash(bytes) };
    const file = (extension: string): string =>
      `${storeFolder}/${objectKey({ ...name, prefix: "backups", extension })}`;
    mkdirSync(dirname(file("x")), { recursive: true });
    writeFileSync(file("dump"), "dump");
    writeFileSync(file("manifest.json"), bytes);
    writeFileSync(file("manifest.json.minisig"), signMessage(bytes, signer, "x"));
  }
}
