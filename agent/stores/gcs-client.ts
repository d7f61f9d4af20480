import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { json } from "node:stream/consumers";
import { GoogleAuth } from "google-auth-library";
import type { GcsAgentStore } from "../../components/model/agent-config.js";
import { idleAgents, type IdleAgents } from "./idle-agents.js";
import { persist } from "./persist.js";
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
    readonly statusCode: number,
    message: string,
  ) {
    super(`${statusCode} ${message}`);
  }
}

const publicEndpoint = "https://storage.googleapis.com";
/** Roles decide what the identity may do; the scope leaves it to them. */
const scope = "https://www.googleapis.com/auth/cloud-platform";
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
    return persist(() => this.sendOnce(request), request.signal);
  }

  /** As {@link send}, with the answer's JSON. */
  async json(request: GcsRequest): Promise<unknown> {
    return persist(async () => json(await this.sendOnce(request)), request.signal);
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

  close(): void {
    this.agents.http.destroy();
    this.agents.https.destroy();
  }
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
