import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { json } from "node:stream/consumers";
import { GoogleAuth } from "google-auth-library";
import type { GcsAgentStore } from "../../components/model/agent-config.js";
import { idleAgents, type IdleAgents } from "./idle-agents.js";
import type { ServerClock } from "./server-clock.js";

/** One request; `url` is whole, or begins with / on the store's server. */
export interface GcsRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal?: AbortSignal;
}

/** The server answered that it does not do what was asked. */
export class GcsRefusal extends Error {
  override readonly name = "GcsRefusal";

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(`${status} ${message}`);
  }
}

const publicEndpoint = "https://storage.googleapis.com";
/** Roles decide what the identity may do; the scope leaves it to them. */
const scope = "https://www.googleapis.com/auth/cloud-platform";
/** Attempts for one request, the first included. */
const attempts = 5;
const firstDelayMilliseconds = 500;
/** Answers after which the same request may succeed (https://cloud.google.com/storage/docs/retry-strategy). */
const passingStatuses = [408, 429, 500, 502, 503, 504];

/** Speaks the JSON API of Cloud Storage; https://cloud.google.com/storage/docs/json_api. */
export class GcsClient {
  private readonly endpoint: string;
  private readonly agents: IdleAgents;
  private readonly auth: GoogleAuth;

  constructor(
    store: GcsAgentStore,
    private readonly clock: ServerClock,
  ) {
    this.endpoint = (store.endpoint ?? publicEndpoint).replace(/\/+$/, "");
    this.agents = idleAgents(store);
    this.auth = new GoogleAuth({ scopes: [scope], keyFilename: store.credentialsFile });
    // A service account's key signs for itself: no request to a token server.
    this.auth.useJWTAccessWithScope = true;
  }

  /** Sends a request until it is answered, waiting longer before each attempt; rejects with {@link GcsRefusal}. */
  async send(request: GcsRequest): Promise<IncomingMessage> {
    return this.persist(() => this.sendOnce(request), request.signal);
  }

  /** As {@link send}, with the answer's JSON. */
  async json(request: GcsRequest): Promise<unknown> {
    return this.persist(async () => json(await this.sendOnce(request)), request.signal);
  }

  /** One attempt: any status below 300, or 308, is an answer. */
  async sendOnce({ method, url, headers, body, signal }: GcsRequest): Promise<IncomingMessage> {
    const whole = new URL(url.startsWith("/") ? this.endpoint + url : url);
    const authorization = Object.fromEntries(await this.auth.getRequestHeaders(whole.href));
    const secure = whole.protocol === "https:";
    const options = {
      method,
      headers: { ...authorization, ...headers, "content-length": String(body?.length ?? 0) },
      agent: secure ? this.agents.https : this.agents.http,
      signal,
    };
    const answer = await new Promise<IncomingMessage>((done, fail) => {
      (secure ? httpsRequest : httpRequest)(whole, options, done).once("error", fail).end(body);
    });
    this.clock.note(answer.headers.date);
    const status = answer.statusCode ?? 0;
    if (status < 300 || status === 308) return answer;
    throw new GcsRefusal(status, await refusalText(answer));
  }

  /** Repeats an action while what it met may pass. */
  async persist<Result>(action: (attempt: number) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await action(attempt);
      } catch (error) {
        if (attempt === attempts || signal?.aborted === true || !mayPass(error)) throw error;
        await delay(firstDelayMilliseconds * 2 ** (attempt - 1) * (0.5 + Math.random()), undefined, { signal });
      }
    }
  }

  close(): void {
    this.agents.http.destroy();
    this.agents.https.destroy();
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof GcsRefusal) return passingStatuses.includes(error.status);
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return ["ECONNRESET", "ECONNREFUSED", "ETIMEDOUT", "EPIPE", "EAI_AGAIN", "ERR_STREAM_PREMATURE_CLOSE"].includes(code);
}

/** Bytes of an answer that is no JSON that are shown. */
const shownBytes = 200;

async function refusalText(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of answer.setEncoding("utf8") as AsyncIterable<string>) text += chunk;
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string; errors?: { reason?: string }[] } };
    const reason = error?.errors?.[0]?.reason;
    return [reason, error?.message].filter((part) => part !== undefined && part !== "").join(": ") || text;
  } catch {
    return text.slice(0, shownBytes) || (answer.statusMessage ?? "");
  }
}
