import { readFileSync } from "node:fs";
import { runProgram } from "../../support/programs.js";
import type { Workspace } from "./workspace.js";

/** A certificate of this test run, which is its own authority. */
export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** Path of `key`. */
  readonly keyFile: string;
  /** Path of `cert`. */
  readonly certFile: string;
}

/** Makes a certificate for localhost, or for another name, of two days. */
export function localhostCertificate(workspace: Pick<Workspace, "path">, name = "localhost"): Certificate {
  const [keyFile, certFile] = [workspace.path("key.pem"), workspace.path("ca.pem")];
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", keyFile, "-out", certFile, "-days", "2"];
  runProgram("openssl", [...args, "-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`]);
  return { key: readFileSync(keyFile), cert: readFileSync(certFile), keyFile, certFile };
}
