import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Serves the repositories of a folder over https with a certificate of its own, to one user with a password. */
export class GitServer {
  readonly password = "a token with spaces & 'quotes'";
  private server: Server | undefined;

  constructor(
    private readonly folder: string,
    private readonly host: string,
  ) {}

  /** Path of the certificate that its clients must trust. */
  get certificate(): string {
    return join(this.folder, "server.pem");
  }

  /** Address of a repository. */
  url(repository: string): string {
    const { port } = this.server!.address() as AddressInfo;
    return `https://${this.host}:${String(port)}/${repository}`;
  }

  async start(): Promise<void> {
    const key = join(this.folder, "server.key");
    const name = ["-subj", "/CN=git", "-addext", `subjectAltName=IP:${this.host}`];
    const files = ["-keyout", key, "-out", this.certificate];
    await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...name, ...files]);
    const server = createServer(
      { key: readFileSync(key), cert: readFileSync(this.certificate) },
      (request, response) => {
        this.answer(request, response);
      },
    );
    this.server = server;
    await new Promise<void>((listening) => server.listen(0, this.host, listening));
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (server !== undefined) await new Promise((closed) => server.close(closed));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const expected = `Basic ${Buffer.from(`reader:${this.password}`).toString("base64")}`;
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
      return;
    }
    const [path = "", query = ""] = (request.url ?? "").split("?");
    const backend = spawn("git", ["http-backend"], {
      env: {
        PATH: process.env["PATH"],
        GIT_PROJECT_ROOT: this.folder,
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: path,
        QUERY_STRING: query,
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"] ?? "",
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
        GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
        REMOTE_USER: "reader",
      },
    });
    request.pipe(backend.stdin);
    const output: Buffer[] = [];
    backend.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    backend.on("close", () => {
      const whole = Buffer.concat(output);
      const end = whole.indexOf("\r\n\r\n");
      const headers = whole
        .subarray(0, end)
        .toString()
        .split("\r\n")
        .map((line) => line.split(": "));
      const status = headers.find(([name]) => name === "Status")?.[1] ?? "200";
      for (const [name = "", value = ""] of headers) if (name !== "Status") response.setHeader(name, value);
      response.writeHead(Number.parseInt(status, 10)).end(whole.subarray(end + 4));
    });
  }
}
