import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { Certificate } from "./certificate.js";

/** What happens to one request. */
export type Fault =
  /** It reaches the server, and its answer comes back. */
  | "pass"
  /** The connection breaks when its first bytes have come. */
  | "cut"
  /** Nothing is read, nothing is answered. */
  | "stall"
  /** It reaches the server, and the connection breaks in place of the answer. */
  | "lose-answer"
  /** The answer breaks off in its middle. */
  | "cut-answer"
  /** It reaches the server no faster than this. */
  | { readonly bytesPerSecond: number }
  /** It is answered with this, and does not reach the server. */
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> };

/** A request as the proxy saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  /** How many requests came before it. */
  readonly index: number;
}

/** Stands between the agent and a server, and breaks what it is told to break. */
export class FaultyProxy {
  /** Decides about each request. */
  fault: (request: SeenRequest) => Fault | Promise<Fault> = () => "pass";
  readonly seen: SeenRequest[] = [];
  private readonly server: Server;

  /**
   * @param upstream URL of the server behind it.
   * @param certificate What it shows; without one it speaks plain HTTP.
   */
  constructor(
    private readonly upstream: () => string,
    private readonly certificate?: Certificate,
  ) {
    const handler = (request: IncomingMessage, response: ServerResponse): void => {
      void this.handle(request, response);
    };
    this.server = certificate === undefined ? createServer(handler) : createSecureServer(certificate, handler);
  }

  async start(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
  }

  get endpoint(): string {
    const scheme = this.certificate === undefined ? "http" : "https";
    return `${scheme}://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** Breaks nothing from now on, and forgets what it saw. */
  reset(): void {
    this.fault = () => "pass";
    this.seen.length = 0;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    const seen = { method, url, headers, index: this.seen.length };
    this.seen.push(seen);
    const fault = await this.fault(seen);
    request.on("error", () => undefined);
    if (fault === "stall") return;
    if (fault === "cut") {
      request.once("data", () => request.socket.destroy());
      request.once("end", () => request.socket.destroy());
      return;
    }
    const body = await buffer(
      typeof fault === "object" && "bytesPerSecond" in fault ? slowly(request, fault) : request,
    ).catch(() => undefined);
    if (body === undefined) return;
    if (typeof fault === "object" && "status" in fault) {
      response.writeHead(fault.status, { connection: "close", ...fault.headers }).end(fault.body ?? "");
      return;
    }
    await this.forward(seen, body, response, fault);
  }

  private async forward(seen: SeenRequest, body: Buffer, response: ServerResponse, fault: Fault): Promise<void> {
    const { method, url, headers } = seen;
    const answer = await new Promise<IncomingMessage>((done, fail) => {
      httpRequest(`${this.upstream()}${url}`, { method, headers }, done).once("error", fail).end(body);
    });
    if (fault === "lose-answer") {
      await buffer(answer);
      response.destroy();
      return;
    }
    const content = await buffer(answer);
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    if (fault === "cut-answer") {
      response.write(content.subarray(0, Math.floor(content.length / 2)), () => response.destroy());
    } else {
      response.end(content);
    }
  }
}

async function* slowly(
  request: IncomingMessage,
  { bytesPerSecond }: { readonly bytesPerSecond: number },
): AsyncIterable<Buffer> {
  for await (const chunk of request as AsyncIterable<Buffer>) {
    await delay((chunk.length / bytesPerSecond) * 1000);
    yield chunk;
  }
}
