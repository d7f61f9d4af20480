import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { runProgram } from "../../support/programs.js";

type Document = Readonly<Record<string, unknown>>;

/** One request that would change something. */
export interface Write {
  readonly method: string;
  readonly path: string;
  readonly dryRun: boolean;
  readonly body: Document;
}

/** The parts of an object that the server looks at. */
interface Stored {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/**
 * A server that speaks the list protocol of a Kubernetes API server, for one token; in the namespace `drills` it also takes
 * and gives up objects.
 */
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
  /** Changes so far. */
  readonly writes: Write[] = [];
  /** Resources that the account may not create. */
  readonly denied = new Set<string>();
  /** What the server answers for objects of a name, in place of taking them. */
  readonly refusals = new Map<string, [number, Document]>();
  /** Makes another object of what is stored. */
  mutate: (object: Document) => Document = (object) => object;
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
    writeFileSync(join(this.folder, "namespace"), "drills");
    const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
      void text(request).then((sent) => {
        const [status, body] =
          request.headers.authorization === `Bearer ${this.token}`
            ? request.method === "GET"
              ? this.answer(request.url ?? "")
              : this.change(request.method ?? "", request.url ?? "", JSON.parse(sent) as Document)
            : [401, {}];
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      });
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
    const list = this.selected(pathname, searchParams.get("labelSelector") ?? "");
    if (list === undefined) return [404, { kind: "Status", message: "not found" }];
    const start = Number(searchParams.get("continue") ?? 0);
    const end = start + this.pageSize;
    return [200, { metadata: end < list.length ? { continue: String(end) } : {}, items: list.slice(start, end) }];
  }

  private selected(path: string, selector: string): Document[] | undefined {
    const list = this.lists.get(path) ?? (path.includes("/namespaces/drills/") ? [] : undefined);
    const [label = "", value] = selector.split("=");
    if (selector === "") return list;
    return list?.filter((object) => (object as unknown as Stored).metadata.labels?.[label] === value);
  }

  private change(method: string, url: string, body: Document): [number, Document] {
    const { pathname, searchParams } = new URL(url, "https://server");
    if (pathname.endsWith("/selfsubjectaccessreviews")) {
      const { resource } = (body["spec"] as { resourceAttributes: { resource: string } }).resourceAttributes;
      return [201, { status: { allowed: !this.denied.has(resource) } }];
    }
    const dryRun = searchParams.get("dryRun") === "All";
    this.writes.push({ method, path: pathname, dryRun, body });
    if (!pathname.includes("/namespaces/drills/")) return [403, { message: "another namespace" }];
    if (method === "POST") return this.make(pathname, body, dryRun);
    const [path, name] = [dirname(pathname), basename(pathname)];
    const list = this.lists.get(path) ?? [];
    const { uid } = (body["preconditions"] ?? {}) as { uid?: string };
    const rest = list.filter((object) => {
      const { metadata } = object as unknown as Stored;
      return metadata.name !== name || metadata.uid !== uid;
    });
    this.lists.set(path, rest);
    return rest.length < list.length ? [200, {}] : [404, {}];
  }

  private make(path: string, body: Document, dryRun: boolean): [number, Document] {
    const { name } = (body as unknown as Stored).metadata;
    const refusal = this.refusals.get(name);
    if (refusal !== undefined) return refusal;
    const list = this.lists.get(path) ?? [];
    if (list.some((object) => (object as unknown as Stored).metadata.name === name))
      return [409, { reason: "AlreadyExists", message: `"${name}" already exists` }];
    const metadata = { ...(body["metadata"] as Document), uid: `uid-${String(this.writes.length)}` };
    if (!dryRun) this.lists.set(path, [...list, this.mutate({ ...body, metadata, status: {} })]);
    return [201, body];
  }
}
