import { join } from "node:path";
import { runProgram } from "../../support/programs.js";

/** Paths of a certificate, its key, and the authority that issued it. */
export interface Issued {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate authority of this test run, of two days. */
export class Authority {
  readonly caFile: string;
  private readonly keyFile: string;

  /**
   * @param folder Where its files are.
   * @param name How it is called, and its files.
   */
  constructor(
    private readonly folder: string,
    name = "ca",
  ) {
    this.caFile = join(folder, `${name}.crt`);
    this.keyFile = join(folder, `${name}.key`);
    this.make(name, this.caFile, this.keyFile, []);
  }

  /** Issues a certificate, for this machine unless told otherwise, which servers and clients may show. */
  issue(name: string, hosts = "IP:127.0.0.1,DNS:localhost"): Issued {
    const [certFile, keyFile] = [join(this.folder, `${name}.crt`), join(this.folder, `${name}.key`)];
    const names = ["-addext", `subjectAltName=${hosts}`, "-addext", "basicConstraints=CA:FALSE"];
    this.make(name, certFile, keyFile, ["-CA", this.caFile, "-CAkey", this.keyFile, ...names]);
    return { caFile: this.caFile, certFile, keyFile };
  }

  private make(name: string, certFile: string, keyFile: string, more: readonly string[]): void {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", keyFile];
    runProgram("openssl", ["req", "-x509", ...key, "-out", certFile, "-days", "2", "-subj", `/CN=${name}`, ...more]);
  }
}
