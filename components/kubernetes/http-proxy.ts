import type { Input } from "@pulumi/pulumi";
import { type Issue, unknownKeys } from "../model/index.js";
import type { SecretKeyReference } from "../shared/input.js";
import { problem } from "../shared/problem.js";

/**
 * An HTTP proxy by which pods reach what lies outside the cluster: stores, token servers of clouds, Git repositories, and
 * what a program of yours reads, where it heeds the usual variables. The Kubernetes API, databases, names without a
 * dot, and the metadata servers of clouds are always reached directly.
 */
export interface HttpProxy {
  /** URL of the proxy for `https`, without a password: `"http://proxy.example.com:3128"`. It must allow `CONNECT`. */
  readonly https: string;
  /** The same for plain `http`. @default - plain `http` is reached directly */
  readonly http?: string;
  /**
   * What is reached directly beside the cluster's own: names, each with everything below it, addresses, ranges in CIDR
   * (which not every program of yours may know).
   * @default []
   */
  readonly noProxy?: readonly string[];
  /**
   * Secret in the namespace of the pods with `user:password`, percent-encoded as in a URL; its `key` defaults to
   * `"credentials"`.
   * @default - the proxy asks for none
   */
  readonly credentialsSecret?: SecretKeyReference;
}

const id = "http-proxy";
const keys = ["https", "http", "noProxy", "credentialsSecret"] as const satisfies readonly (keyof HttpProxy)[];
const variables = ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ALL_PROXY"];
const credentials = "PROXY_CREDENTIALS";

/** Metadata servers hand out a node's identity over plain HTTP; SDKs would ask the proxy for it. */
const alwaysDirect = ["localhost", "127.0.0.1", "::1", "169.254.169.254", "metadata.google.internal"];
const clusterNames = [".svc", ".cluster.local"];

/** A variable of a container; what is secret comes from a Secret. */
interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: Input<string>; readonly key: string } };
}

/** Variables of the container that reaches the world; the kubelet puts the credentials in. */
export function proxyEnvironment(proxy: HttpProxy | undefined): Variable[] {
  if (proxy === undefined) return [];
  const { https, http, noProxy = [], credentialsSecret: secret } = proxy;
  const user = secret === undefined ? "" : `$(${credentials})@`;
  const url = (text: string): string => `${new URL(text).protocol}//${user}${new URL(text).host}`;
  return [
    ...(secret === undefined
      ? []
      : [
          {
            name: credentials,
            valueFrom: { secretKeyRef: { name: secret.name, key: secret.key ?? "credentials" } },
          },
        ]),
    { name: "HTTPS_PROXY", value: url(https) },
    ...(http === undefined ? [] : [{ name: "HTTP_PROXY", value: url(http) }]),
    { name: "NO_PROXY", value: [...alwaysDirect, ...clusterNames, ...noProxy].join(",") },
  ];
}

/** Ports of the proxy, opened for egress. */
export function proxyPorts({ https, http }: Partial<HttpProxy> = {}): number[] {
  return [https, http].flatMap((text) => {
    if (text === undefined) return [];
    const { port, protocol } = new URL(text);
    return [port === "" ? (protocol === "https:" ? 443 : 80) : Number(port)];
  });
}

/** Problems of a proxy, and of variables that would say the same another way. */
export function proxyIssues(
  { proxy, env = {} }: { readonly proxy?: HttpProxy; readonly env?: Readonly<Record<string, unknown>> },
  prefix: string,
): Issue[] {
  const own = Object.keys(env).filter((name) => variables.includes(name.toUpperCase()));
  const issues = own.flatMap((name) => environmentIssues(env[name], `${prefix}env.${name}`, proxy !== undefined));
  if (proxy === undefined) return issues;
  const path = `${prefix}proxy`;
  issues.push(...unknownKeys(proxy, keys, path));
  const given: unknown = proxy;
  if (typeof given !== "object" || given === null) return issues;
  issues.push(...urlIssues(proxy.https, `${path}.https`));
  if (proxy.http !== undefined) issues.push(...urlIssues(proxy.http, `${path}.http`));
  issues.push(...directIssues(proxy.noProxy ?? [], `${path}.noProxy`));
  const secret = proxy.credentialsSecret as { readonly name?: unknown } | undefined;
  if (secret !== undefined && (secret.name === undefined || secret.name === ""))
    issues.push(
      problem(
        id,
        `${path}.credentialsSecret.name`,
        "name a Secret (Kubernetes)",
        secret.name,
        "see kubectl get secret",
      ),
    );
  return issues;
}

function directIssues(given: unknown, path: string): Issue[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const wrong = list.find((entry) => typeof entry !== "string" || !/^[A-Za-z0-9*.:[\]/_-]+$/.test(entry));
  if (Array.isArray(given) && list.every((entry) => entry !== wrong)) return [];
  const rule = "be names, addresses and ranges, each an entry of its own (NO_PROXY)";
  return [problem(id, path, rule, wrong ?? given, 'write ["example.internal", "10.0.0.0/8"]')];
}

/** Never shows the value: a password may stand in it. */
function urlIssues(value: unknown, path: string): Issue[] {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  const bare = url !== undefined && `${url.pathname}${url.search}${url.hash}`.replace(/^\/$/, "") === "";
  if (url === undefined || !bare || !/^https?:$/.test(url.protocol) || !/^[a-z0-9.:[\]_-]+$/.test(url.host)) {
    const got = value === undefined ? undefined : "something else (not shown)";
    const rule = "be the URL of an HTTP proxy (kubernetes.HttpProxy)";
    return [problem(id, path, rule, got, "write http://proxy.example.com:3128")];
  }
  if (url.username === "" && url.password === "") return [];
  const rule = "hold no user and no password (they would stand in states and manifests)";
  return [problem(id, path, rule, "one that does (not shown)", "put user:password into a Secret, credentialsSecret")];
}

function environmentIssues(value: unknown, path: string, twice: boolean): Issue[] {
  if (twice) {
    const rule = "be left out beside proxy (both say how the world is reached)";
    return [problem(id, path, rule, "a value (not shown)", "say it once, in proxy")];
  }
  if (typeof value !== "string" || !/\/\/[^/]*@/.test(value)) return [];
  const rule = "hold no user and no password (they would stand in states and manifests)";
  return [problem(id, path, rule, "one that does (not shown)", "use proxy with its credentialsSecret")];
}
