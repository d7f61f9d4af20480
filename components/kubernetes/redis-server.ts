import type { Input } from "@pulumi/pulumi";
import type { Issue, Location } from "../model/index.js";
import type { SecretKeyReference } from "../shared/input.js";
import { problem } from "../shared/problem.js";
import { clusterLocation, type DataKind } from "./data-access.js";
import { type SecretFile, secretPath } from "./secret-file.js";
import { portIssues, textIssues } from "./text-rules.js";

/** A Redis or Valkey server. */
export interface RedisServer {
  /** Host name or address; a replica spares the primary the fork and its memory. */
  readonly host: string;
  /** @default 6379 */
  readonly port?: number;
  /** ACL user with `+ping +sync +psync +replconf`. @default - the server's `default` user */
  readonly user?: string;
  /** Password by reference; its `key` defaults to `"password"`. @default - none is asked for */
  readonly passwordSecret?: SecretKeyReference;
  /** Connect with TLS. @default false */
  readonly tls?: boolean;
  /** Authorities that count, by reference; its `key` defaults to `"ca.crt"`. Only with `tls`. @default - the image's own */
  readonly caSecret?: SecretKeyReference;
  /** Secret of type `kubernetes.io/tls` with the client's certificate. Only with `tls`. @default - none */
  readonly clientCertificateSecret?: Input<string>;
  /**
   * Version of the image `docker.io/library/redis` that reads the snapshot; not older than the server. For Valkey
   * override `images.tools`.
   * @default "8"
   */
  readonly version?: string;
  /** Where the data is, when the host's name does not tell. */
  readonly location?: Location;
}

const id = "redis-server";

/** User of the official Redis image. */
const redisUser = 999;

/**
 * Redis as the library's pods see it.
 *
 * @internal
 */
export const redisServer: DataKind<RedisServer> = {
  keys: [
    "host",
    "port",
    "user",
    "passwordSecret",
    "tls",
    "caSecret",
    "clientCertificateSecret",
    "version",
    "location",
  ] as const satisfies readonly (keyof RedisServer)[],

  declare: (server, protection) => ({
    kind: "redis",
    mechanisms: ["redis-cli --rdb"],
    protection,
    location: server?.location ?? clusterLocation(server?.host),
    target: server && `redis://${server.host}:${String(portOf(server))}`,
  }),

  issues: (server, path) => [
    ...textIssues(id, `${path}.host`, "be a name (redis-cli)", server.host, "write it as you would give it to -h"),
    ...portIssues(id, `${path}.port`, server.port, 6379),
    ...tlsIssues(server, path),
  ],

  rehearsal: { scratchSize: "20Gi" },

  access(server) {
    const files = secretFiles(server);
    const path = (name: keyof typeof files) => files[name] && secretPath(files[name]);
    return {
      source: {
        kind: "redis",
        host: server.host,
        port: portOf(server),
        user: server.user,
        passwordFile: path("password"),
        tls: server.tls === true ? true : undefined,
        caFile: path("ca"),
        certFile: path("certificate"),
        keyFile: path("key"),
      },
      secretFiles: Object.values(files).filter((file) => file !== undefined),
      ports: [portOf(server)],
      toolsImage: `docker.io/library/redis:${server.version ?? "8"}`,
      user: redisUser,
      demands: { scratchSize: "10Gi" },
    };
  },
};

const portOf = (server: RedisServer): number => server.port ?? 6379;

function secretFiles({ passwordSecret, caSecret, clientCertificateSecret }: RedisServer) {
  const client = (volume: string, key: string): SecretFile | undefined =>
    clientCertificateSecret === undefined ? undefined : { volume, secretName: clientCertificateSecret, key };
  return {
    password: passwordSecret && {
      volume: "server-password",
      secretName: passwordSecret.name,
      key: passwordSecret.key ?? "password",
    },
    ca: caSecret && { volume: "server-ca", secretName: caSecret.name, key: caSecret.key ?? "ca.crt" },
    certificate: client("client-certificate", "tls.crt"),
    key: client("client-key", "tls.key"),
  } satisfies Record<string, SecretFile | undefined>;
}

function tlsIssues(server: RedisServer, path: string): Issue[] {
  if (server.tls === true) return [];
  return (["caSecret", "clientCertificateSecret"] as const).flatMap((key) =>
    server[key] === undefined
      ? []
      : [
          problem(
            id,
            `${path}.${key}`,
            "stand beside tls: true (redis-cli)",
            "no TLS",
            "set tls: true or leave it out",
          ),
        ],
  );
}
