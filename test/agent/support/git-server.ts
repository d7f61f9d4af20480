import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Issued } from "./authority.js";

/** Serves the repositories of a folder over HTTP, or with a certificate over HTTPS, to one user, with git's own `http-backend`. */
export class GitServer {
  private server: Server | undefined;

  constructor(
    private readonly folder: string,
    private readonly user: string,
    private readonly password: string,
    private readonly certificate?: Issued,
  ) {}

  async start(): Promise<void> {
    const expected = `Basic ${Buffer.from(`${this.user}:${this.password}`).toString("base64")}`;
    const handler: RequestListener = (request, response) => {
      if (request.headers.authorization !== expected) {
        response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
        return;
      }
      const { pathname, search } = new URL(request.url ?? "", "http://server");
      const env = {
        ...process.env,
        GIT_PROJECT_ROOT: this.folder,
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: decodeURIComponent(pathname),
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"] ?? "",
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
        GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      };
      const backend = spawn("git", ["http-backend"], { env, stdio: ["pipe", "pipe", "ignore"] });
      request.pipe(backend.stdin);
      const chunks: Buffer[] = [];
      backend.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
      backend.once("close", () => {
        const answer = Buffer.concat(chunks);
        const end = answer.indexOf("\r\n\r\n");
        const fields = answer.toString("latin1", 0, end).split("\r\n");
        const headers = Object.fromEntries(fields.map((field) => field.split(": ") as [string, string]));
        const { Status: status = "200", ...rest } = headers;
        response.writeHead(Number.parseInt(status, 10), rest).end(answer.subarray(end + 4));
      });
    };
    const { certificate } = this;
    const server =
      certificate === undefined
        ? createServer(handler)
        : createSecureServer(
            { cert: readFileSync(certificate.certFile), key: readFileSync(certificate.keyFile) },
            handler,
          );
    this.server = server;
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  }

  /** URL of a repository of the folder. */
  url(name: string): string {
    const scheme = this.certificate === undefined ? "http" : "https";
    return `${scheme}://127.0.0.1:${String((this.server?.address() as AddressInfo).port)}/${name}`;
  }

  async stop(): Promise<void> {
    const { server } = this;
    server?.closeAllConnections();
    await new Promise((done) => server?.close(done));
  }
}
