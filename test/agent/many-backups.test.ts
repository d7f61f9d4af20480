// Ten thousand signed backups are listed and checked in seconds.
// Does not prove: the same over a network; there each manifest is a request, 64 at a time.
import assert from "node:assert/strict";
import { writeBackups } from "./support/many-backups.js";
import { needPrograms } from "../support/programs.js";
import { Workspace } from "./support/workspace.js";

const backups = 10_000;
const mostSeconds = 15;

describe("agent: many backups", () => {
  it("are listed and checked in seconds", async function () {
    needPrograms(this, "age-keygen", "minisign");
    const source = { kind: "postgres", host: "db", database: "shop", user: "u" } as const;
    const workspace = new Workspace({ source, retention: { hourly: null } });
    try {
      writeBackups(workspace, backups);
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
