import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { Socket } from "node:net";
import type { NetworkAgentStore } from "../../components/model/agent-config.js";
import { AgentFailure, reasonOf } from "../failure.js";

/** Seconds until a connection must be made. */
export const connectSeconds = 10;
/** A connection on which nothing moves for so long is dead. */
const idleSeconds = 120;

/** Connections to the server of a store, for URLs of either scheme. */
export interface IdleAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** Connections that end by themselves when nothing moves on them: a network that was cut must not hold a run for ever. */
export function idleAgents(store: NetworkAgentStore): IdleAgents {
  const milliseconds = idleMilliseconds(store);
  const ca = store.caFile === undefined ? undefined : readAuthorities(store.caFile);
  const options = { keepAlive: true, timeout: milliseconds };
  return {
    http: endIdle(new HttpAgent(options), milliseconds),
    https: endIdle(new HttpsAgent({ ...options, ca }), milliseconds),
  };
}

/** How long nothing may move on a connection. */
export function idleMilliseconds({ idleTimeoutSeconds }: NetworkAgentStore): number {
  return (idleTimeoutSeconds ?? idleSeconds) * 1000;
}

function endIdle<Agent extends HttpAgent>(agent: Agent, milliseconds: number): Agent {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, ready) => {
    const socket = connect(options, ready) as Socket;
    let connected = false;
    socket.setTimeout(Math.min(milliseconds, connectSeconds * 1000));
    socket.once("connect", () => {
      connected = true;
      socket.setTimeout(milliseconds);
    });
    socket.on("timeout", () => {
      const what = connected ? "nothing moved on the connection" : "no connection was made";
      const seconds = Math.round((connected ? milliseconds : Math.min(milliseconds, connectSeconds * 1000)) / 1000);
      socket.destroy(Object.assign(new Error(`${what} for ${seconds} seconds`), { code: "ETIMEDOUT" }));
    });
    return socket;
  };
  const reuse = agent.reuseSocket.bind(agent);
  agent.reuseSocket = (socket, request) => {
    reuse(socket, request);
    // While it waited for this request it had the shorter time that the server had announced.
    if (socket instanceof Socket) socket.setTimeout(milliseconds);
  };
  return agent;
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new AgentFailure(2, `caFile must be a readable file (the agent), got ${reasonOf(error)}; check the mount`);
  }
}
