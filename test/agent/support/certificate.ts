import { readFileSync } from "node:fs";
import { runProgram } from "../../support/programs.js";
import type { Workspace } from "./workspace.js";

/** A certificate of this test run, which is its own authority. */
export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** Path of `cert`. */
  readonly certFile: string;
}

/** Makes a certificate for localhost, of two days. */
export function localhostCertificate(workspace: Workspace): Certificate {
  const [keyFile, certFile] = [workspace.path("key.pem"), workspace.path("ca.pem")];
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", keyFile, "-out", certFile, "-days", "2"];
  runProgram("openssl", [...args, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
  return { key: readFileSync(keyFile), cert: readFileSync(certFile), certFile };
}
