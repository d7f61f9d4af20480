import { open, stat } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { RedisSource } from "../../components/model/agent-config.js";
import { Child, run, type Patience } from "../child.js";
import { say } from "../console.js";
import { AgentFailure, reasonOf } from "../failure.js";
import { interruption } from "../interruption.js";
import { Scratch } from "../scratch.js";
import { defaultIdleSeconds } from "./idle.js";
import { fileStream } from "./program-stream.js";
import { redisProgram } from "./redis-program.js";
import { readSecret } from "./secret-file.js";
import type { OpenSource } from "./source.js";

const defaultPort = 6379;
const defaultConnectSeconds = 60;
const retryMilliseconds = 1000;
/** A server that answers at all does so within this. */
const leastAnswerSeconds = 10;
/** Last lines of a report that tell what is wrong. */
const complaintLines = 3;
/** The server broke the snapshot off: its disk or memory is full, or the client cannot take what it holds. */
const noSnapshot = /Error reading bulk length while SYNCing/;
/** First bytes of snapshots in a form of Valkey's own. */
const valkeySignature = "VALKEY";
/** Answers that no retry heals. */
const finalRefusals = /NOAUTH|WRONGPASS|NOPERM|AUTH failed/;
const badCertificates = /certificate verify failed|Invalid (CA Certificate|client certificate|private key)/i;

/** Takes a snapshot over the replication protocol into a file; it counts only when `redis-check-rdb` accepts it. */
export async function openRedis(source: RedisSource): Promise<OpenSource> {
  const variables: Record<string, string> = {};
  if (source.passwordFile !== undefined) {
    variables["REDISCLI_AUTH"] = await readSecret("source.passwordFile", source.passwordFile);
  }
  const connection = connectionArguments(source);
  await untilItAnswers(source, connection, variables);
  const clientVersion = (await run(redisProgram("cli"), ["--version"], {})).trim();
  const serverVersion = await versionOf(source, connection, variables);
  const scratch = await Scratch.make();
  try {
    const file = scratch.path("dump.rdb");
    const time = new Date();
    const seconds = source.idleTimeoutSeconds ?? defaultIdleSeconds;
    const patience = { seconds, host: source.host, sign: async () => (await stat(file)).size };
    // To a file: on stdout the program adds a mark of 40 bytes that belongs to the protocol.
    await run(redisProgram("cli"), [...connection, "--rdb", file], variables, patience).catch((error: unknown) => {
      throw refusal(source, reasonOf(error));
    });
    const rowCounts = await checkRdb(file);
    const place = { host: source.host, database: null };
    return {
      time,
      parts: [{ name: "keys", extension: "rdb", beginsWith: "", open: () => fileStream(file) }],
      facts: () =>
        Promise.resolve({ source: { kind: "redis", ...place, clientVersion, serverVersion, omitted: [] }, rowCounts }),
      close: () => {
        scratch.remove();
      },
    };
  } catch (error) {
    scratch.remove();
    throw error;
  }
}

/** Verifies the checksum over the whole file; returns how many keys it holds and how many of them expire. */
async function checkRdb(file: string): Promise<Record<string, number>> {
  const child = new Child(redisProgram("check-rdb"), [file], {});
  child.stdin.end();
  const report = await text(child.stdout);
  const ending = await child.ended;
  // It tells what is wrong on stdout, and what it had counted until then.
  const lines = report.split("\n").filter((line) => line !== "" && !line.startsWith("[info]"));
  const complaint = lines.slice(-complaintLines).join("; ");
  if (/Can't handle RDB format version/.test(report) || (await isOfNewerValkey(file, report))) {
    const advice = "use an image of the server's kind and version";
    throw new AgentFailure(
      2,
      `redis-check-rdb must be at least as new as the server (Redis), got: ${complaint}; ${advice}`,
    );
  }
  if (ending.code !== 0) throw new AgentFailure(1, `${child.failureMessage(ending)}: ${complaint}`);
  const keys = /\[info\] (\d+) keys read/.exec(report)?.[1];
  if (keys !== undefined) return { keys: Number(keys) };
  throw new AgentFailure(1, "redis-check-rdb must tell how many keys it read, got a report without them");
}

/** Where it uses what only Valkey 9 and newer have, a snapshot begins otherwise, and other programs do not know it at all. */
async function isOfNewerValkey(file: string, report: string): Promise<boolean> {
  if (!/Wrong signature/.test(report)) return false;
  const handle = await open(file, "r");
  try {
    const { buffer } = await handle.read(Buffer.alloc(valkeySignature.length), 0, valkeySignature.length, 0);
    return buffer.toString("latin1") === valkeySignature;
  } finally {
    await handle.close();
  }
}

function connectionArguments(source: RedisSource): string[] {
  const options: readonly (readonly [string, string | undefined])[] = [
    ["-h", source.host],
    ["-p", String(source.port ?? defaultPort)],
    ["--user", source.user],
    ["--cacert", source.caFile],
    ["--cert", source.certFile],
    ["--key", source.keyFile],
  ];
  const given = options.flatMap(([option, value]) => (value === undefined ? [] : [option, value]));
  return source.tls === true ? [...given, "--tls", "--no-auth-warning"] : [...given, "--no-auth-warning"];
}

async function untilItAnswers(
  source: RedisSource,
  connection: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const seconds = source.connectTimeoutSeconds ?? defaultConnectSeconds;
  const end = Date.now() + seconds * 1000;
  for (;;) {
    // A refused password ends with exit code 0; only the answer tells.
    const answer = await run(redisProgram("cli"), [...connection, "PING"], variables, patienceOf(source)).catch(
      (error: unknown) => {
        if (error instanceof AgentFailure && error.exitCode === 2) throw error;
        return reasonOf(error);
      },
    );
    interruption.throwIfAborted();
    if (answer.trim() === "PONG") return;
    if (finalRefusals.test(answer) || badCertificates.test(answer)) throw refusal(source, answer.trim());
    if (Date.now() + retryMilliseconds > end) {
      throw new AgentFailure(1, `no answer from ${source.host} within ${String(seconds)} seconds: ${answer.trim()}`);
    }
    say(`no answer from ${source.host} yet: ${answer.trim()}`);
    await delay(retryMilliseconds, undefined, { signal: interruption });
  }
}

async function versionOf(
  source: RedisSource,
  connection: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const answer = await run(redisProgram("cli"), [...connection, "INFO", "server"], variables, patienceOf(source));
  // A user that may only replicate may not ask for this; the artefact is as good without.
  // Valkey also names the version of Redis that it is compatible with, and names that first.
  return (/^valkey_version:(\S+)/m.exec(answer) ?? /^redis_version:(\S+)/m.exec(answer))?.[1] ?? "unknown";
}

/** A server that is stuck takes a connection and never answers on it. */
function patienceOf({ host, connectTimeoutSeconds = defaultConnectSeconds }: RedisSource): Patience {
  return { host, seconds: Math.max(connectTimeoutSeconds, leastAnswerSeconds) };
}

function refusal(source: RedisSource, reason: string): AgentFailure {
  const certificates = badCertificates.test(reason);
  if (!certificates && !finalRefusals.test(reason)) {
    const advice =
      "; the server's log tells why it made no snapshot; data that is new in Valkey 9 needs a client as new";
    return new AgentFailure(1, reason + (noSnapshot.test(reason) ? advice : ""));
  }
  const advice = certificates
    ? "check source.caFile, source.certFile and source.keyFile"
    : "check source.user and its password; the user needs +ping +sync +psync +replconf";
  return new AgentFailure(2, `source must let the agent in at ${source.host} (Redis), got: ${reason}; ${advice}`);
}
