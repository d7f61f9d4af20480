import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Certificate } from "./certificate.js";

/**
 * A proxy that speaks CONNECT. Names that end in `.example` are of this machine, and only it knows them: who comes
 * through has asked it.
 */
export class ConnectProxy {
  /** `host:port` of every tunnel that was opened. */
  readonly opened: string[] = [];
  /** `user:password` that it asks for. */
  credentials: string | undefined;
  /** Status with which it refuses; asked for each tunnel. */
  refuses: () => number | undefined = () => undefined;
  private readonly server: Server;
  private readonly sockets = new Set<Duplex>();

  /**
   * @param host Address at which it listens.
   * @param certificate What it shows; without one clients speak plain HTTP with it.
   */
  constructor(
    private readonly host = "127.0.0.1",
    private readonly certificate?: Certificate,
  ) {
    this.server = certificate === undefined ? createServer() : createSecureServer(certificate);
    // It knows nothing else.
    this.server.on("request", (_request, response: ServerResponse) => response.writeHead(405).end());
    this.server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
      this.tunnel(request, client, head);
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, this.host, done));
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return this.certificate === undefined ? `http://${this.host}:${String(port)}` : `https://localhost:${String(port)}`;
  }

  reset(): void {
    this.opened.length = 0;
    this.credentials = undefined;
    this.refuses = () => undefined;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private tunnel({ url = "", headers }: IncomingMessage, client: Duplex, head: Buffer): void {
    const [host = "", port = ""] = url.split(":");
    const expected = this.credentials && `Basic ${Buffer.from(this.credentials).toString("base64")}`;
    this.keep(client);
    const status = this.refuses();
    if (status !== undefined) client.end(`HTTP/1.1 ${String(status)} Refused\r\n\r\n`);
    else if (headers["proxy-authorization"] !== expected) client.end("HTTP/1.1 407 Who are you\r\n\r\n");
    else {
      this.opened.push(url);
      const server: Socket = connect(Number(port), host.endsWith(".example") ? this.host : host, () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        server.write(head);
        server.pipe(client).pipe(server);
      });
      this.keep(server);
      server.on("error", () => client.destroy());
    }
  }

  private keep(socket: Duplex): void {
    this.sockets.add(socket);
    socket.on("error", () => undefined).once("close", () => this.sockets.delete(socket));
  }
}
