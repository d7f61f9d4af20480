import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { text as textOf } from "node:stream/consumers";
import { chmod, rename, rm, writeFile } from "node:fs/promises";
import type { Options } from "../commands/command.js";
import { say, withoutSecrets } from "../console.js";
import { reasonOf } from "../failure.js";
import { metricsText, type CheckFigures } from "./metrics.js";
import { resultOf, type Outcome } from "../result.js";
import { idleAgents } from "../stores/idle-agents.js";

const pushMilliseconds = 30_000;

/** Hands a check's result to whoever watches; a result that reaches nobody fails the check. */
export async function reportCheck(outcome: Outcome, figures: CheckFigures, options: Options): Promise<Outcome> {
  const now = new Date();
  const metrics = metricsText(figures, outcome.exitCode, now);
  const { status, metrics: metricsFile, push } = options;
  const failures: string[] = [];
  const attempt = async (option: string, action: () => Promise<void>): Promise<void> => {
    await action().catch((error: unknown) => failures.push(`${option}: ${reasonOf(error)}`));
  };
  if (typeof status === "string") {
    const { environment, asset } = figures;
    const document = { checkedAt: now.toISOString(), ...resultOf("check", { environment, asset }, outcome) };
    await attempt("--status", () => replaceFile(status, `${JSON.stringify(document, undefined, 2)}\n`));
  }
  if (typeof metricsFile === "string") await attempt("--metrics", () => replaceFile(metricsFile, metrics));
  if (typeof push === "string") await attempt("--push", () => pushMetrics(push, figures, metrics));
  if (failures.length === 0) return outcome;
  for (const failure of failures) say(failure);
  const message = `${outcome.message}; not reported: ${failures.join("; ")}`;
  return { ...outcome, exitCode: outcome.exitCode === 0 ? 1 : outcome.exitCode, message };
}

/** Problems of the options, in the words of all others. */
export function reportProblems({ push }: Options): string[] {
  if (push === undefined) return [];
  const url = typeof push === "string" && URL.canParse(push) ? new URL(push) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return [];
  const advice = "write http://host:9091";
  return [`--push must be the URL of a Pushgateway, without a password (the agent), got another text; ${advice}`];
}

/** Whoever reads sees the whole document before or the whole one after: collectors read at any moment. */
async function replaceFile(path: string, content: string): Promise<void> {
  const unfinished = `${path}.${process.pid}`;
  try {
    await writeFile(unfinished, withoutSecrets(content));
    // The run lets nobody else read what it makes; these two are for others.
    await chmod(unfinished, 0o644);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** PUT replaces the asset's whole group: a figure that cannot be measured any more must not stay. */
async function pushMetrics(gateway: string, { environment, asset }: CheckFigures, text: string): Promise<void> {
  const group = `metrics/job/backup_tiers/environment/${environment}/asset/${asset}`;
  const url = new URL(group, gateway.endsWith("/") ? gateway : `${gateway}/`);
  const secure = url.protocol === "https:";
  const agents = idleAgents({});
  const options = {
    method: "PUT",
    headers: { "content-type": "text/plain; version=0.0.4", "content-length": Buffer.byteLength(text) },
    agent: secure ? agents.https : agents.http,
    signal: AbortSignal.timeout(pushMilliseconds),
  };
  try {
    const answer = await new Promise<IncomingMessage>((done, fail) => {
      (secure ? httpsRequest : httpRequest)(url, options, done).once("error", fail).end(text);
    });
    const body = await textOf(answer);
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 299) throw new Error(`${url.host} answers ${status}: ${body.slice(0, 200)}`);
  } finally {
    agents.http.destroy();
    agents.https.destroy();
  }
}
