import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { newBackupId } from "../../../agent/backup-id.js";
import { parseSecretKey, signMessage } from "../../../agent/crypto/minisign.js";
import { manifestBytes, manifestHash, type Manifest, type PreviousManifest } from "../../../agent/manifest.js";
import { objectKey } from "../../../agent/object-name.js";
import type { Workspace } from "./workspace.js";

/** Puts so many signed backups, a second apart and small, into the folder of a workspace. */
export function writeBackups(workspace: Workspace, backups: number): void {
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
