import type { Input } from "@pulumi/pulumi";
import type { DurationText, ProtectionOverride } from "../model/index.js";
import type { EnvironmentArgument } from "../shared/arguments.js";
import type { SecretKeyReference } from "../shared/input.js";
import type { BackupStore } from "../shared/store.js";
import { type PodSettings, podSettingsKeys } from "./pod-settings.js";

/**
 * How the pods of pgBackRest's jobs are run. pgBackRest knows no proxy, and writes nothing that needs room; it trusts
 * `certificateAuthorities` in place of the public ones, in the pod of PostgreSQL too.
 */
export type ArchivePodSettings = Omit<PodSettings, "images" | "labels" | "proxy" | "scratch">;

/** A cluster of CloudNativePG 1.26 or newer, with the Barman Cloud plugin installed. */
export interface CloudNativePgCluster {
  /** Tells the tool. */
  readonly kind: "cloudnative-pg";
  /** Name of the Cluster. */
  readonly cluster: string;
  /** Which instance base backups are taken from. @default "prefer-standby" */
  readonly target?: "primary" | "prefer-standby";
  /**
   * Add the plugin to the Cluster by a patch. Otherwise spread `clusterSpec` into the spec of your own declaration of it.
   * @default false
   */
  readonly patchCluster?: boolean;
  /** @default "gzip" */
  readonly walCompression?: "bzip2" | "gzip" | "lz4" | "snappy" | "xz" | "zstd";
  /** @default "gzip" */
  readonly dataCompression?: "bzip2" | "gzip" | "lz4" | "snappy";
  /** Encryption that is asked of the bucket. @default "AES256" on AWS, elsewhere the bucket's own policy */
  readonly encryption?: "AES256" | "aws:kms" | "bucket";
  /** Uploads of one base backup at the same time, from 1. @default 2 */
  readonly jobs?: number;
}

/** A plain PostgreSQL, whose pod runs pgBackRest 2.39 or newer beside it. */
export interface PgBackRestStanza {
  /** Tells the tool. */
  readonly kind: "pgbackrest";
  /** Name of the stanza, part of every path. */
  readonly stanza: string;
  /** Host name of the PostgreSQL pod, as the backup job reaches its pgBackRest server. */
  readonly host: string;
  /** An image that holds pgBackRest, of the same version as in the pod of PostgreSQL: there is no official one. */
  readonly image: Input<string>;
  /** Folder of the data inside the pod of PostgreSQL. @default "/var/lib/postgresql/data" */
  readonly dataFolder?: string;
  /** Folder of the server's socket inside the pod of PostgreSQL. @default "/var/run/postgresql" */
  readonly socketFolder?: string;
  /** Port of PostgreSQL. @default 5432 */
  readonly port?: number;
  /** Port of the pgBackRest server. @default 8432 */
  readonly serverPort?: number;
  /** Superuser that starts and stops backups. @default "postgres" */
  readonly user?: string;
  /** Secret with the passphrase that encrypts every repository (AES-256), for ever; key `"passphrase"`. */
  readonly cipherSecret: SecretKeyReference;
  /**
   * Secret with `ca.crt`, `tls.crt` and `tls.key`, for both ends of the connection, and the certificate's common name.
   * `host` must be among its names.
   */
  readonly tls: {
    /** Name of the Secret, in the namespace of the server and the jobs. */
    readonly secretName: Input<string>;
    /** Common name of the certificate, by which each end knows the other. */
    readonly commonName: string;
  };
  /** Day of the full backup, 0 (Sunday) to 6; the other days are differential. @default 0 */
  readonly fullOn?: number;
  /** Processes that copy at the same time, 1 to 999. @default 2 */
  readonly processes?: number;
  /** Seconds after which a WAL file is archived though it is not full, from 1: the data that may be lost. @default 60 */
  readonly archiveTimeoutSeconds?: number;
  /** How the pods of the jobs are run. @default - user 999, requests of 100m CPU and 128Mi memory, limit of 1Gi */
  readonly pod?: ArchivePodSettings;
}

/** Continuous archiving of one PostgreSQL server. */
export interface ArchivedPostgres {
  /** The operator or tool that is there. */
  readonly tool: CloudNativePgCluster | PgBackRestStanza;
  /** Window in which any moment can be restored, in whole days; base backups are kept as long. */
  readonly window: DurationText;
  /** Namespace of the server. @default - the provider's namespace */
  readonly namespace?: Input<string>;
  /** Labels of every object beside the library's own. @default {} */
  readonly labels?: Readonly<Record<string, Input<string>>>;
  /**
   * Parts of the environment's `postgres` protection that are overridden. Base backups are made daily; neither tool
   * locks what it writes.
   */
  readonly protection?: ProtectionOverride;
}

/** Arguments of the component PostgresWal. */
export interface PostgresWalArgs extends ArchivedPostgres {
  /** The environment, or the name of a built-in one. Decides how many copies, and the shortest window. */
  readonly environment: EnvironmentArgument;
  /** Stores of the copies, in order; as a list they go by their own names. */
  readonly stores: readonly BackupStore[] | Readonly<Record<string, BackupStore>>;
  /** Name of the asset, part of every path. @default - the component's name */
  readonly asset?: string;
}

/** Keys of {@link ArchivedPostgres}, for refusing misspelt ones at run time. */
export const archivedPostgresKeys = [
  "labels",
  "tool",
  "window",
  "namespace",
  "protection",
] as const satisfies readonly (keyof ArchivedPostgres)[];

/** Keys of each tool. */
export const archivingToolKeys = {
  "cloudnative-pg": [
    "kind",
    "cluster",
    "target",
    "patchCluster",
    "walCompression",
    "dataCompression",
    "encryption",
    "jobs",
  ] as const satisfies readonly (keyof CloudNativePgCluster)[],
  pgbackrest: [
    "kind",
    "stanza",
    "host",
    "image",
    "dataFolder",
    "socketFolder",
    "port",
    "serverPort",
    "user",
    "cipherSecret",
    "tls",
    "fullOn",
    "processes",
    "archiveTimeoutSeconds",
    "pod",
  ] as const satisfies readonly (keyof PgBackRestStanza)[],
};

/** Keys of {@link ArchivePodSettings}. */
export const archivePodKeys = podSettingsKeys.filter(
  (key) => key !== "images" && key !== "labels" && key !== "proxy" && key !== "scratch",
);
