import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { bestCompression } from "../../../agent/compression.js";
import type { Manifest } from "../../../agent/manifest.js";
import { runProgram } from "../../support/programs.js";
import type { Workspace } from "./workspace.js";

/**
 * Replaces the content of the only backup of a workspace by the stock programs, with the keys of whoever made it: every hash
 * and the signature are right, only the data are not.
 */
export function alterArtefact(workspace: Workspace, change: (text: string) => string): void {
  const object = workspace.storedFile(".age");
  const program = bestCompression();
  const plain = runProgram(program, ["-dc"], runProgram("age", ["-d", "-i", workspace.identityFiles[0], object]));
  const altered = Buffer.from(change(plain.toString()));
  if (plain.equals(altered)) throw new Error("the change changes nothing");
  replaceArtefact(workspace, runProgram(program, ["-c"], altered), altered.length);
}

/** Replaces the only artefact of a workspace by these bytes, which so many were compressed to, encrypted and signed in the same way. */
export function replaceArtefact(workspace: Workspace, compressed: Buffer, plainBytes: number): void {
  const recipients = workspace.config.recipients.flatMap((recipient) => ["-r", recipient]);
  const sealed = runProgram("age", recipients, compressed);
  writeFileSync(workspace.storedFile(".age"), sealed);
  const file = workspace.storedFile(".manifest.json");
  const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
  const sha256 = createHash("sha256").update(sealed).digest("hex");
  const parts = manifest.parts.map((part) => ({
    ...part,
    bytes: sealed.length,
    headSha256: undefined,
    sha256,
    plainBytes,
  }));
  writeFileSync(file, `${JSON.stringify({ ...manifest, parts }, undefined, 2)}\n`);
  rmSync(`${file}.minisig`);
  runProgram("minisign", ["-Sm", file, "-s", workspace.path("signing.key")]);
}
