import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../../support/programs.js";

type Document = Readonly<Record<string, unknown>>;

/** A server that speaks the list protocol of a Kubernetes API server, for one token. */
export class KubernetesServer {
  readonly folder = mkdtempSync(join(tmpdir(), "agent-kubernetes-"));
  /** Paths that it answers with 403. */
  readonly forbidden = new Set<string>();
  /** Objects by the path of their list. */
  readonly lists = new Map<string, Document[]>();
  /** Documents by their path. */
  readonly documents = new Map<string, Document>();
  /** Requests so far, with their queries. */
  readonly requests: string[] = [];
  /** Objects of one page, whatever is asked for. */
  pageSize = 2;
  private server: Server | undefined;
  private readonly token = "the-token-of-the-pod";

  constructor(private readonly host = "127.0.0.1") {}

  async start(): Promise<void> {
    const [key, certificate] = [join(this.folder, "key.pem"), join(this.folder, "ca.crt")];
    const subject = ["-subj", "/CN=api", "-addext", `subjectAltName=IP:${this.host}`];
    runProgram("openssl", [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "1",
      "-keyout",
      key,
      "-out",
      certificate,
      ...subject,
    ]);
    writeFileSync(join(this.folder, "token"), this.token);
    const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
      const [status, body] =
        request.headers.authorization === `Bearer ${this.token}` ? this.answer(request.url ?? "") : [401, {}];
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    this.server = server;
    await new Promise<void>((done) => server.listen(0, this.host, done));
  }

  /** Variables that make the agent use it. */
  get variables(): Record<string, string> {
    const { port } = this.server?.address() as AddressInfo;
    return {
      KUBERNETES_SERVICE_HOST: this.host,
      KUBERNETES_SERVICE_PORT: String(port),
      BACKUP_TIERS_SERVICE_ACCOUNT: this.folder,
    };
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (server !== undefined) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private answer(url: string): [number, Document] {
    this.requests.push(url);
    const { pathname, searchParams } = new URL(url, "https://server");
    if (this.forbidden.has(pathname)) return [403, { kind: "Status", message: "forbidden" }];
    const document = this.documents.get(pathname);
    if (document !== undefined) return [200, document];
    const list = this.lists.get(pathname);
    if (list === undefined) return [404, { kind: "Status", message: "not found" }];
    const start = Number(searchParams.get("continue") ?? 0);
    const end = start + this.pageSize;
    return [200, { metadata: end < list.length ? { continue: String(end) } : {}, items: list.slice(start, end) }];
  }
}
