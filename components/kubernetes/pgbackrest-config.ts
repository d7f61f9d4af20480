import * as pulumi from "@pulumi/pulumi";
import type { BackupStore } from "../shared/store.js";
import type { PgBackRestStanza } from "./postgres-wal-args.js";

/** Folder of the certificates in every container. */
export const certificatesFolder = "/pgbackrest/tls";
/** Folder of the configuration in every container. */
export const configFolder = "/pgbackrest/config";

/** Both ends of one stanza: in the pod of PostgreSQL, and in the job that makes backups. */
export interface PgBackRestConfig {
  /** The configuration of the pod of PostgreSQL, which archives, serves the job and restores. */
  readonly server: pulumi.Output<string>;
  /** The configuration of the job. */
  readonly job: pulumi.Output<string>;
}

/** Writes the configuration of both ends. Secrets are not in it: they come as variables and mounted files. */
export function pgBackRestConfig(
  tool: PgBackRestStanza,
  stores: readonly BackupStore[],
  days: number,
  folder: string,
): PgBackRestConfig {
  const repositories = pulumi.all(stores.map((store, index) => repository(store, index + 1, days, folder)));
  const { ca, certificate, key } = certificateFiles;
  const database = {
    "pg1-path": tool.dataFolder ?? "/var/lib/postgresql/data",
    "pg1-socket-path": tool.socketFolder ?? "/var/run/postgresql",
    "pg1-port": tool.port ?? 5432,
    "pg1-user": tool.user ?? "postgres",
  };
  const server = {
    "tls-server-address": "*",
    "tls-server-port": tool.serverPort ?? 8432,
    "tls-server-ca-file": ca,
    "tls-server-cert-file": certificate,
    "tls-server-key-file": key,
    "tls-server-auth": `${tool.tls.commonName}=${tool.stanza}`,
  };
  const host = {
    "pg1-host": tool.host,
    "pg1-host-type": "tls",
    "pg1-host-port": tool.serverPort ?? 8432,
    "pg1-host-ca-file": ca,
    "pg1-host-cert-file": certificate,
    "pg1-host-key-file": key,
  };
  const write = (global: object, stanza: object) =>
    repositories.apply((repos) => {
      const all = Object.assign({}, common(tool), ...repos, global) as Readonly<Record<string, unknown>>;
      return `[global]\n${lines(all)}\n[${tool.stanza}]\n${lines(stanza)}`;
    });
  return { server: write(server, database), job: write({}, { ...database, ...host }) };
}

/** Writes the configuration of who only reads, and has neither a server nor a job beside it. */
export function readingConfig(
  stores: readonly BackupStore[],
  days: number,
  folder: string,
  authoritiesFile: string | undefined,
): pulumi.Output<string> {
  const repositories = pulumi.all(stores.map((store, index) => repository(store, index + 1, days, folder)));
  const authorities = stores.map((_, index) =>
    authoritiesFile === undefined ? {} : { [`repo${String(index + 1)}-storage-ca-file`]: authoritiesFile },
  );
  return repositories.apply(
    (repos) => `[global]\n${lines(Object.assign({}, common({}), ...repos, ...authorities) as object)}`,
  );
}

const certificateFiles = {
  ca: `${certificatesFolder}/ca.crt`,
  certificate: `${certificatesFolder}/tls.crt`,
  key: `${certificatesFolder}/tls.key`,
};

function common(tool: Pick<PgBackRestStanza, "processes">): Record<string, unknown> {
  return {
    "process-max": tool.processes ?? 2,
    "compress-type": "gz",
    "compress-level": 3,
    // Starts at once instead of after up to five minutes.
    "start-fast": "y",
    // A backup that a failover or a kill left behind is continued where it is whole.
    resume: "y",
    "log-level-console": "info",
    // The pod's own log is the log.
    "log-level-file": "off",
    "lock-path": "/tmp/pgbackrest",
    "spool-path": "/tmp/pgbackrest",
  };
}

/** One repository: its retention is a window of time, so that every moment of it has a full backup before it. */
function repository(
  { access }: BackupStore,
  number: number,
  days: number,
  folder: string,
): pulumi.Output<Record<string, unknown>> {
  if (access.kind !== "s3") throw new Error("a store that is no bucket of S3 came past the rules");
  const prefix = (access.prefix ?? "").replace(/^\/+|\/+$/g, "");
  const settings = pulumi.output({ bucket: access.bucket, region: access.region, endpoint: access.endpoint });
  return settings.apply(({ bucket, region, endpoint }) => {
    const url = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
    const options: Readonly<Record<string, unknown>> = {
      type: "s3",
      path: `/${prefix === "" ? folder : `${prefix}/${folder}`}`,
      "s3-bucket": bucket,
      "s3-region": region,
      "s3-endpoint": url.hostname,
      ...(url.port === "" ? {} : { "storage-port": Number(url.port) }),
      ...(access.forcePathStyle === true ? { "s3-uri-style": "path" } : {}),
      "s3-key-type": access.credentialsSecret === undefined ? "web-id" : "shared",
      "cipher-type": "aes-256-cbc",
      "retention-full-type": "time",
      "retention-full": days,
      bundle: "y",
    };
    return Object.fromEntries(Object.entries(options).map(([key, value]) => [`repo${number}-${key}`, value]));
  });
}

function lines(options: object): string {
  return Object.entries(options)
    .map(([key, value]) => `${key}=${String(value)}\n`)
    .join("");
}
