import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { Socket } from "node:net";
import type { NetworkAgentStore } from "../../components/model/agent-config.js";
import { AgentFailure, reasonOf } from "../failure.js";
import { checkProxies, proxyOf } from "../proxy.js";
import { openTunnel } from "../tunnel.js";

/** Seconds until a connection must be made. */
export const connectSeconds = 10;
/** A connection on which nothing moves for so long is dead. */
const idleSeconds = 120;

/** Connections to the server of a store, for URLs of either scheme. */
export interface IdleAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/**
 * Connections that go by the proxy of the surroundings, and that end by themselves when nothing moves on them: a network
 * that was cut must not hold a run for ever.
 */
export function idleAgents(store: Pick<NetworkAgentStore, "caFile" | "idleTimeoutSeconds">): IdleAgents {
  checkProxies();
  const milliseconds = idleMilliseconds(store);
  const ca = store.caFile === undefined ? undefined : readAuthorities(store.caFile);
  const options = { keepAlive: true, timeout: milliseconds };
  return {
    http: endIdle("http:", new HttpAgent(options), milliseconds),
    https: endIdle("https:", new HttpsAgent({ ...options, ca }), milliseconds),
  };
}

/** How long nothing may move on a connection. */
export function idleMilliseconds({ idleTimeoutSeconds }: Pick<NetworkAgentStore, "idleTimeoutSeconds">): number {
  return (idleTimeoutSeconds ?? idleSeconds) * 1000;
}

function endIdle<Agent extends HttpAgent>(protocol: "http:" | "https:", agent: Agent, milliseconds: number): Agent {
  const connect = agent.createConnection.bind(agent) as (options: object, ready?: unknown) => Socket;
  const connectMilliseconds = Math.min(milliseconds, connectSeconds * 1000);
  agent.createConnection = (options, ready) => {
    const [host, port] = [String(options.host), String(options.port)];
    const proxy = proxyOf(new URL(`${protocol}//${host.includes(":") ? `[${host}]` : host}:${port}`));
    if (proxy === undefined) return guarded(connect(options, ready), connectMilliseconds, milliseconds);
    const done = ready as (error: unknown, socket?: Socket) => void;
    openTunnel(proxy, host, port, connectMilliseconds)
      .then((tunnel) => (protocol === "https:" ? connect({ ...options, socket: tunnel }) : tunnel))
      .then((socket) => guarded(socket, milliseconds, milliseconds))
      .then((socket) => {
        done(null, socket);
      }, done);
    return undefined;
  };
  const reuse = agent.reuseSocket.bind(agent);
  agent.reuseSocket = (socket, request) => {
    reuse(socket, request);
    // While it waited for this request it had the shorter time that the server had announced.
    if (socket instanceof Socket) socket.setTimeout(milliseconds);
  };
  return agent;
}

/** Ends a connection that takes too long to be made, or on which nothing moves for too long. */
function guarded(socket: Socket, connectMilliseconds: number, milliseconds: number): Socket {
  let connected = !socket.connecting;
  socket.setTimeout(connectMilliseconds);
  socket.once("connect", () => {
    connected = true;
    socket.setTimeout(milliseconds);
  });
  socket.on("timeout", () => {
    const what = connected ? "nothing moved on the connection" : "no connection was made";
    const seconds = Math.round((connected ? milliseconds : connectMilliseconds) / 1000);
    socket.destroy(Object.assign(new Error(`${what} for ${seconds} seconds`), { code: "ETIMEDOUT" }));
  });
  return socket;
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new AgentFailure(2, `caFile must be a readable file (the agent), got ${reasonOf(error)}; check the mount`);
  }
}
