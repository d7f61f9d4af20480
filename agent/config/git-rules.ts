import { isAbsolute } from "node:path";
import { checkIdle } from "./idle-rule.js";
import type { Rules, SourceRules } from "./rules.js";

const webKeys = ["user", "passwordFile", "caFile"];
const sshKeys = ["sshKeyFile", "knownHostsFile"];

/** A Git repository. */
export const gitRules: SourceRules = {
  keys: ["url", ...webKeys, ...sshKeys, "idleTimeoutSeconds"],
  check(rules, source) {
    const transport = checkUrl(rules, source["url"]);
    for (const key of [...webKeys, ...sshKeys]) rules.text(`source.${key}`, source[key], false);
    if (transport === "ssh" || transport === "local")
      rules.leftOut("source", source, webKeys, "unless source.url is of https");
    if (transport === "web" || transport === "local")
      rules.leftOut("source", source, sshKeys, "unless source.url is of ssh");
    if (source["passwordFile"] === undefined)
      rules.leftOut("source", source, ["user"], "unless source.passwordFile is given");
    checkIdle(rules, source);
  },
};

/** Notes a problem of the URL; returns how it is reached, as far as that can be told. */
function checkUrl(rules: Rules, value: unknown): "web" | "ssh" | "local" | undefined {
  const advice = "write https://host/path, ssh://user@host/path, user@host:path, file:///path or /path";
  if (typeof value !== "string" || value === "" || value.includes("\0")) {
    rules.refuse("source.url", "be the URL of a repository", value, advice, "git");
    return undefined;
  }
  if (isAbsolute(value) || value.startsWith("file:///")) return "local";
  if (/^[A-Za-z0-9_][^\s/@:]*@[A-Za-z0-9_][^\s/@:]*:./.test(value)) return "ssh";
  const url = /^(?:https?|ssh):\/\//.test(value) && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || /^-|^$/.test(url.hostname)) {
    // Never the value: what cannot be read as a URL may still have a password in it.
    rules.refuse("source.url", "be the URL of a repository", "something else (not shown)", advice, "git");
    return undefined;
  }
  const transport = url.protocol === "ssh:" ? "ssh" : "web";
  if (url.password !== "" || (transport === "web" && url.username !== "")) {
    const rule = "have no user or password in it, as messages show it";
    rules.refuse("source.url", rule, "one that has (not shown)", "give user and passwordFile");
  }
  return transport;
}
