import { readFile } from "node:fs/promises";
import type { AgentConfig } from "../../components/model/agent-config.js";
import { retentionClasses } from "../../components/model/retention.js";
import { recipientProblems } from "../crypto/age-file.js";
import { parsePublicKey } from "../crypto/minisign.js";
import { configurationFailure, reasonOf } from "../failure.js";
import { checkDrill } from "./drill-rules.js";
import { Rules } from "./rules.js";
import { checkSource } from "./source-rules.js";
import { checkStores } from "./store-rules.js";

const keys = [
  "version",
  "environment",
  "asset",
  "source",
  "stores",
  "retention",
  "lock",
  "recipients",
  "signing",
  "maxAgeSeconds",
  "drill",
];

/** The environment variable that holds the whole configuration in a pod. */
export const configVariable = "BACKUP_TIERS_CONFIG";

/** Stands for a wrong key in messages: it may be a secret one that was pasted into the wrong place. */
const unshownKey = "something else (not shown: it may be a secret key)";

/** Reads the configuration, from the file or else from {@link configVariable}; every problem in it is told at once. */
export async function loadConfig(file: string | undefined, storeKinds: readonly string[]): Promise<AgentConfig> {
  let document: unknown;
  try {
    document = JSON.parse(file === undefined ? (process.env[configVariable] ?? "") : await readFile(file, "utf8"));
  } catch (error) {
    const reason = error instanceof SyntaxError ? "text that is not JSON" : reasonOf(error);
    const place = file === undefined ? configVariable : "--config";
    throw configurationFailure([`${place} must hold a JSON document (the agent), got ${reason}; check the mount`]);
  }
  const problems = await configProblems(document, storeKinds);
  if (problems.length > 0) throw configurationFailure(problems);
  return document as AgentConfig;
}

/** Every problem of a configuration, one line each. */
export async function configProblems(document: unknown, storeKinds: readonly string[]): Promise<string[]> {
  const rules = new Rules();
  const config = rules.object("configuration", document, keys);
  if (config === undefined) return rules.problems;
  if (config["version"] !== 1) rules.refuse("version", "be 1", config["version"], "use an agent of the same release");
  for (const key of ["environment", "asset"]) checkName(rules, key, config[key]);
  checkSource(rules, config["source"]);
  if (needsStores(config["source"])) checkStores(rules, config["stores"], storeKinds);
  checkRetention(rules, config["retention"]);
  checkLock(rules, config["lock"], config["retention"]);
  await checkRecipients(rules, config["recipients"]);
  checkSigning(rules, config["signing"]);
  const maxAge = config["maxAgeSeconds"];
  if (maxAge === undefined) rules.refuse("maxAgeSeconds", "be given", maxAge, "write null where there is no schedule");
  else if (maxAge !== null) rules.seconds("maxAgeSeconds", maxAge);
  checkDrill(rules, config["drill"], config["source"]);
  return rules.problems;
}

/** Snapshots lie in the storage system. */
function needsStores(source: unknown): boolean {
  return (source as { kind?: unknown } | null | undefined)?.kind !== "volume-snapshots";
}

function checkName(rules: Rules, path: string, value: unknown): void {
  if (typeof value === "string" && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value)) return;
  const rule = "be letters, digits, dots, dashes and underscores, the first a letter or digit";
  rules.refuse(path, rule, value, "it becomes part of every object's name");
}

function checkRetention(rules: Rules, value: unknown): void {
  const retention = rules.object("retention", value, retentionClasses);
  if (retention === undefined) return;
  if (Object.keys(retention).length === 0) {
    rules.refuse("retention", "have at least one class", value, `use one of ${retentionClasses.join(", ")}`);
  }
  for (const [name, seconds] of Object.entries(retention)) {
    if (seconds !== null) rules.seconds(`retention.${name}`, seconds);
  }
}

function checkLock(rules: Rules, value: unknown, retention: unknown): void {
  if (value === undefined) return;
  const lock = rules.object("lock", value, ["mode", "seconds"]);
  if (lock === undefined) return;
  rules.word("lock.mode", lock["mode"], ["governance", "compliance"], true);
  const periods = rules.object("lock.seconds", lock["seconds"], retentionClasses);
  for (const [name, seconds] of Object.entries(periods ?? {})) {
    rules.seconds(`lock.seconds.${name}`, seconds);
    const kept = (retention as Record<string, unknown> | undefined)?.[name];
    if (typeof kept !== "number" || typeof seconds !== "number" || seconds <= kept) continue;
    const advice = "what is locked cannot expire; shorten the lock or keep the class longer";
    rules.refuse(`lock.seconds.${name}`, `be at most retention.${name} (${String(kept)})`, seconds, advice);
  }
}

async function checkRecipients(rules: Rules, value: unknown): Promise<void> {
  const recipients = rules.texts("recipients", value);
  const nothingIsWritten = Array.isArray(value) && value.length === 0;
  if (new Set(recipients).size < 2 && !nothingIsWritten) {
    const advice =
      "add a second recipient, whose identity is kept elsewhere: who loses the only one loses every backup";
    rules.refuse("recipients", "be two different age recipients or more", new Set(recipients).size, advice);
  }
  for (const [index, reason] of await recipientProblems(recipients)) {
    const advice = "take the line that age-keygen -y prints";
    rules.refuse(`recipients[${index}]`, `be an age recipient, ${reason}`, unshownKey, advice, "age");
  }
}

function checkSigning(rules: Rules, value: unknown): void {
  if (value === undefined) return;
  const signing = rules.object("signing", value, ["secretKeyFile", "publicKeys"]);
  if (signing === undefined) return;
  rules.text("signing.secretKeyFile", signing["secretKeyFile"], false);
  const publicKeys = rules.texts("signing.publicKeys", signing["publicKeys"]);
  if (publicKeys.length === 0 && signing["secretKeyFile"] === undefined) {
    const advice = "take the second line of minisign.pub";
    rules.refuse("signing.publicKeys", "have at least one key", signing["publicKeys"], advice);
  }
  publicKeys.forEach((key, index) => {
    try {
      parsePublicKey(key);
    } catch {
      const advice = "take the second line of minisign.pub";
      rules.refuse(`signing.publicKeys[${index}]`, "be a minisign public key", unshownKey, advice, "minisign");
    }
  });
}
