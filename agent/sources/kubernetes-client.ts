import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { hideSecret, say } from "../console.js";
import { AgentFailure, reasonOf } from "../failure.js";
import { interruption } from "../interruption.js";

/** Where the kubelet puts a pod's token and the cluster's certificate authority. */
const defaultAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
const attempts = 5;
const retryMilliseconds = 1000;
const idleMilliseconds = 60_000;

/** An answer of the API server. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A change of the API server's objects. */
interface Change {
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly body: object;
}

/** Talks to the API server with the pod's own service account. */
export class KubernetesClient {
  readonly host: string;
  private readonly port: string;
  private readonly folder: string;
  private readonly agent: Agent;

  /** @param heedsInterruption - false for what an interrupted run must still do, such as to leave nothing behind */
  constructor(
    environment: NodeJS.ProcessEnv = process.env,
    private readonly heedsInterruption = true,
  ) {
    this.host = environment["KUBERNETES_SERVICE_HOST"] ?? "";
    this.port = environment["KUBERNETES_SERVICE_PORT"] ?? "443";
    this.folder = environment["BACKUP_TIERS_SERVICE_ACCOUNT"] ?? defaultAccountFolder;
    if (this.host === "") {
      const advice = "run it in a pod with a service account, or set the variable";
      throw new AgentFailure(2, `KUBERNETES_SERVICE_HOST must be set (Kubernetes), got nothing; ${advice}`);
    }
    this.agent = new Agent({ keepAlive: true, ca: this.file("ca.crt") });
  }

  /** The pod's own namespace. */
  get namespace(): string {
    return this.file("namespace").trim();
  }

  /** Asks for one path; a busy or unreachable server is asked again. */
  async get(path: string): Promise<ApiAnswer> {
    return this.call(path);
  }

  /**
   * Creates, merges into or deletes an object. Asked again after a lost answer, the server may say that it is already
   * so: 409 for what exists, 404 for what is gone.
   */
  async change(path: string, change: Change): Promise<ApiAnswer> {
    return this.call(path, change);
  }

  private async call(path: string, change?: Change): Promise<ApiAnswer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.ask(path, change).catch((error: unknown) => {
        if (error instanceof AgentFailure) throw error;
        return reasonOf(error);
      });
      if (this.heedsInterruption) interruption.throwIfAborted();
      if (typeof answer !== "string" && answer.status < 500 && answer.status !== 429) return checked(answer);
      if (attempt === attempts) {
        if (typeof answer !== "string") return answer;
        throw new AgentFailure(1, `no answer from the API server ${this.host}:${this.port}: ${answer}`);
      }
      say(`${path}: ${typeof answer === "string" ? answer : `status ${answer.status}`}; asking again`);
      await delay(retryMilliseconds, undefined, this.heedsInterruption ? { signal: interruption } : {});
    }
  }

  /** Lets the connections go. */
  close(): void {
    this.agent.destroy();
  }

  private async ask(path: string, change: Change | undefined): Promise<ApiAnswer> {
    // Tokens of pods are renewed while they run, so the file is read each time.
    const token = this.file("token").trim();
    hideSecret(token);
    const type = change?.method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const sentText = change === undefined ? undefined : JSON.stringify(change.body);
    const headers = {
      authorization: `Bearer ${token}`,
      accept: "application/json",
      // Node sends neither a length nor chunks with DELETE unless it is told.
      ...(sentText === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(sentText) }),
    };
    const { host, port, agent } = this;
    const { method = "GET" } = change ?? {};
    return new Promise((resolve, reject) => {
      const sent = request({ host, port, path, method, headers, agent, timeout: idleMilliseconds }, (response) => {
        text(response)
          .then((body) => {
            resolve({ status: response.statusCode ?? 0, body: parse(body) });
          })
          .catch(reject);
      });
      sent.on("timeout", () => sent.destroy(new Error("the API server does not answer")));
      sent.on("error", reject);
      sent.end(sentText);
    });
  }

  private file(name: string): string {
    try {
      return readFileSync(join(this.folder, name), "utf8");
    } catch (error) {
      const advice = "set automountServiceAccountToken: true";
      throw new AgentFailure(
        2,
        `the service account's ${name} must be mounted (Kubernetes), got ${reasonOf(error)}; ${advice}`,
      );
    }
  }
}

function checked(answer: ApiAnswer): ApiAnswer {
  if (answer.status !== 401) return answer;
  throw new AgentFailure(2, "the API server must know the service account's token, got 401; check the service account");
}

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body) as Readonly<Record<string, unknown>>;
  } catch {
    return { message: body.slice(0, 200) };
  }
}
