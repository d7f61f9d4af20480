// Folders as stores: nothing unfinished is listed, leftovers are told from files that are being written.
// Does not prove: NFS servers, nor power cuts.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FolderStore } from "../../../agent/stores/folder-store.js";
import { unfinishedName } from "../../../agent/stores/leftover.js";
import { ObjectMissing, putObject, type StoredObject } from "../../../agent/stores/store.js";

const forEver = { lock: undefined, keepDays: undefined };

describe("folder store", () => {
  let folder: string;
  let store: FolderStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "folder-store-"));
    store = new FolderStore({ kind: "folder", name: "primary", path: folder });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function listed(prefix: string): Promise<string[]> {
    const objects: StoredObject[] = [];
    for await (const object of store.list(prefix)) objects.push(object);
    return objects.map(({ key, bytes }) => `${key} ${String(bytes)}`);
  }

  it("shows an object when it is committed, and not before", async () => {
    const writer = store.create("a/b/c.txt");
    await writer.write(Buffer.from("hello "));
    await writer.write(Buffer.from("world"));
    assert.deepEqual(await listed("a/"), []);
    await assert.rejects(store.read("a/b/c.txt"), ObjectMissing);
    await writer.commit();
    assert.deepEqual(await listed("a/"), ["a/b/c.txt 11"]);
    assert.equal((await store.readWhole("a/b/c.txt")).toString(), "hello world");
    assert.deepEqual(await listed("other/"), []);
  });

  it("never writes over an object", async () => {
    await putObject(store, "a/x", Buffer.from("first"), forEver);
    await assert.rejects(putObject(store, "a/x", Buffer.from("second"), forEver), /exists already/);
    assert.equal((await store.readWhole("a/x")).toString(), "first");
    assert.deepEqual(readdirSync(join(folder, "a")), ["x"]);
  });

  it("leaves nothing of an aborted object", async () => {
    const writer = store.create("a/y");
    await writer.write(Buffer.from("hello"));
    await writer.abort();
    assert.deepEqual(readdirSync(join(folder, "a")), []);
  });

  it("clears files of processes that are gone and files older than a day, and no others", async () => {
    mkdirSync(join(folder, "a"));
    const mine = unfinishedName(join(folder, "a", "mine"));
    const gone = spawnSync("true").pid;
    const orphan = unfinishedName(join(folder, "a", "orphan")).replace(`-${String(process.pid)}-`, `-${String(gone)}-`);
    const elsewhere = join(folder, "a", `x.part-000000000000-${String(gone)}-0123456789abcdef`);
    const old = join(folder, "a", `old.part-000000000000-${String(process.pid)}-0123456789abcdef`);
    for (const file of [mine, orphan, elsewhere, old, join(folder, "a", "whole")]) writeFileSync(file, "x");
    const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
    utimesSync(old, yesterday, yesterday);
    utimesSync(join(folder, "a", "whole"), yesterday, yesterday);
    assert.equal(await store.cleanLeftovers("a/"), 2);
    const left = readdirSync(join(folder, "a")).map((name) => join(folder, "a", name));
    assert.deepEqual(left.sort(), [elsewhere, mine, join(folder, "a", "whole")].sort());
  });

  it("is not there when its folder is not, so that a missing disk is never taken for an empty one", async () => {
    rmSync(folder, { recursive: true });
    await assert.rejects(listed("a/"), /ENOENT/);
    await assert.rejects(putObject(store, "a/x", Buffer.from("x"), forEver), /ENOENT/);
  });
});
