import { BlockList, isIP } from "node:net";
import { hideSecret } from "./console.js";
import { configurationFailure } from "./failure.js";

/** Variables that say by which proxy the world is reached, as most programs read them. */
type Variable = "HTTPS_PROXY" | "HTTP_PROXY" | "NO_PROXY";

/** Where only this machine, its node and its cloud's metadata server answer. */
const nearby = new BlockList();
nearby.addSubnet("127.0.0.0", 8);
nearby.addSubnet("169.254.0.0", 16);
nearby.addAddress("::1", "ipv6");
nearby.addSubnet("fe80::", 10, "ipv6");

/** The proxy by which a URL is reached; `undefined` where it is reached directly. */
export function proxyOf(url: URL): URL | undefined {
  return isDirect(url) ? undefined : proxyNamed(url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
}

/** Refuses what cannot be read before anything is sent. */
export function checkProxies(): void {
  proxyNamed("HTTPS_PROXY");
  proxyNamed("HTTP_PROXY");
}

function proxyNamed(name: Variable): URL | undefined {
  const text = variable(name);
  if (text === "") return undefined;
  try {
    const proxy = new URL(text);
    for (const secret of [proxy.password, decodeURIComponent(proxy.password)]) hideSecret(secret);
    decodeURIComponent(proxy.username);
    if (/^https?:$/.test(proxy.protocol) && proxy.hostname !== "") return proxy;
  } catch {
    // It is no URL, or holds what is no letter.
  }
  // Never the value: what cannot be read may still have a password in it.
  const rule = `${name} must be the URL of an HTTP proxy (the agent), got something else (not shown)`;
  throw configurationFailure([`${rule}; write http://proxy.example.com:3128`]);
}

/** Variables for a program that reaches the world by itself; it is given no more than there is. */
export function proxyVariables(): Record<string, string> {
  // Programs complain in their own words: what is secret must be known before.
  checkProxies();
  const names: readonly Variable[] = ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"];
  const given = names.map((name) => [name, variable(name)] as const).filter(([, text]) => text !== "");
  // libcurl reads http_proxy in lower case only.
  return Object.fromEntries(given.flatMap((pair) => [pair, [pair[0].toLowerCase(), pair[1]] as const]));
}

function variable(name: Variable): string {
  return (process.env[name] ?? process.env[name.toLowerCase()] ?? "").trim();
}

/** Names without a dot are of the cluster or of the company's own network: no proxy of theirs knows them. */
function isDirect(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const family = isIP(host);
  if (family === 0 ? !host.includes(".") || host.endsWith(".localhost") : nearby.check(host, familyOf(family)))
    return true;
  return variable("NO_PROXY")
    .split(/[\s,]+/)
    .some((entry) => entry !== "" && matches(entry.toLowerCase(), host, port, family));
}

/** `*`; a name with everything below it, with or without a dot in front; an address or a range; each with a port or without. */
function matches(entry: string, host: string, port: string, family: number): boolean {
  if (entry === "*") return true;
  const [, name = "", only = port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (only !== port) return false;
  if (family !== 0) return name === host || inRange(name, host, family);
  const domain = name.replace(/^\*?\./, "");
  return host === domain || host.endsWith(`.${domain}`);
}

function inRange(range: string, host: string, family: number): boolean {
  const [, address = "", bits = ""] = /^(.+)\/(\d{1,3})$/.exec(range) ?? [];
  if (isIP(address) !== family || Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), familyOf(family));
  return list.check(host, familyOf(family));
}

function familyOf(family: number): "ipv4" | "ipv6" {
  return family === 4 ? "ipv4" : "ipv6";
}
