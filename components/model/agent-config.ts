import type { RetentionClass } from "./retention.js";

/** The tag that every object of a store with lifecycle rules carries: whole days that it is kept. */
export const keepDaysTag = "backup-tiers-keep-days";

/**
 * The contract between the components, which write this document into a ConfigMap or a file, and the agent, which
 * reads it. It never holds a secret: secrets are files or environment variables that it names.
 */
export interface AgentConfig {
  /** Version of this contract. */
  readonly version: 1;
  /** Name of the environment, second part of every object name. */
  readonly environment: string;
  /** Name of the asset, third part of every object name. */
  readonly asset: string;
  /** Where the data comes from. */
  readonly source: AgentSource;
  /** Where the artefacts go, all of them in one run. */
  readonly stores: readonly AgentStore[];
  /** Seconds that an artefact of each class is kept; `null` keeps it for ever. At least one class. */
  readonly retention: Readonly<Partial<Record<RetentionClass, number | null>>>;
  /** Retention lock set on every object, if any; seconds per class, never longer than the class is kept. */
  readonly lock?: AgentLock;
  /**
   * age recipients (`age1...`) to which artefacts are encrypted; two or more, so that losing one key loses nothing.
   * Empty where nothing is written.
   */
  readonly recipients: readonly string[];
  /** How manifests are signed and verified. Absent: manifests are not signed (development only). */
  readonly signing?: AgentSigning;
  /** How old the newest artefact may be; `null` where the schedule is manual. */
  readonly maxAgeSeconds: number | null;
}

/** Retention lock of one asset's artefacts. */
export interface AgentLock {
  /** `governance` can be lifted by a privileged identity, `compliance` by nobody. */
  readonly mode: "governance" | "compliance";
  /** Seconds from the upload, per class. */
  readonly seconds: Readonly<Partial<Record<RetentionClass, number>>>;
}

/** Keys for manifests. Both are minisign's own formats. */
export interface AgentSigning {
  /** Path of an unencrypted minisign secret key; only the backup command needs it. */
  readonly secretKeyFile?: string;
  /**
   * minisign public keys (the base64 line) whose signatures count. At least one, or `secretKeyFile`, whose
   * public half counts then.
   */
  readonly publicKeys: readonly string[];
}

/** Every source of data the agent knows. */
export type AgentSource = PostgresSource | KubernetesObjectsSource;

/** Databases of one PostgreSQL server. */
export interface PostgresSource {
  /** Tells the source. */
  readonly kind: "postgres";
  /** Host name, address, or folder of a socket. */
  readonly host: string;
  /** @default 5432 */
  readonly port?: number;
  /** Each database becomes one artefact part of the run. */
  readonly database: string;
  /** Role that dumps. */
  readonly user: string;
  /** Path of a file with the password; absent: peer, trust or certificate authentication. */
  readonly passwordFile?: string;
  /** libpq `sslmode`. @default "prefer" */
  readonly sslMode?: "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";
  /** Path of the CA certificate for `verify-ca` and `verify-full`. */
  readonly sslRootCertFile?: string;
  /** Tables (`schema.table`) whose rows are counted in the dump's own snapshot. @default [] */
  readonly countTables?: readonly string[];
  /** Seconds to keep trying to connect, for new pods whose address policies do not yet let through. @default 60 */
  readonly connectTimeoutSeconds?: number;
  /** Seconds to wait for a table lock before the dump gives up. @default 60 */
  readonly lockTimeoutSeconds?: number;
}

/** The objects of one namespace or of the whole cluster, as an API client sees them. */
export interface KubernetesObjectsSource {
  /** Tells the source. */
  readonly kind: "kubernetes-objects";
  /** Namespaces to read; absent: every namespace and the cluster-scoped objects. */
  readonly namespaces?: readonly string[];
  /** Kinds to leave out beside the built-in noise, as `plural.group` (`pods`, `leases.coordination.k8s.io`). @default [] */
  readonly exclude?: readonly string[];
  /** `omit` leaves values of Secrets out and keeps their names and keys; `seal` encrypts each to the recipients. @default "omit" */
  readonly secretValues?: "omit" | "seal";
}

/** Every store the agent can write to. */
export type AgentStore = FolderAgentStore | S3AgentStore;

/** A folder: a mounted PersistentVolumeClaim, an NFS mount, a disk. */
export interface FolderAgentStore {
  /** Tells the store. */
  readonly kind: "folder";
  /** Name of the store in the declaration; appears in results. */
  readonly name: string;
  /** Absolute path of the folder. */
  readonly path: string;
  /** First part of every object name. @default "" */
  readonly prefix?: string;
}

/** A bucket of S3 or of a server that speaks its protocol. */
export interface S3AgentStore {
  /** Tells the store. */
  readonly kind: "s3";
  /** Name of the store in the declaration; appears in results. */
  readonly name: string;
  /** Name of the bucket. */
  readonly bucket: string;
  /** Region of the bucket. */
  readonly region: string;
  /** First part of every object name. @default "" */
  readonly prefix?: string;
  /** URL of a server other than AWS. */
  readonly endpoint?: string;
  /** `https://host/bucket/key` in place of `https://bucket.host/key`. @default false */
  readonly forcePathStyle?: boolean;
  /** Path of a PEM file with further certificate authorities. */
  readonly caFile?: string;
  /**
   * Folder with the files `accessKeyId` and `secretAccessKey` (a mounted Secret).
   * Absent: the SDK's default chain (environment, web identity, instance role).
   */
  readonly credentialsFolder?: string;
}
