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
  /** What `drill` proves and what `check` expects of drills. Absent: a drill has no targets, and none is missed. */
  readonly drill?: AgentDrill;
}

/** How restores of one asset are rehearsed. All times are whole seconds above 0. */
export interface AgentDrill {
  /** Questions to the restored database, beside the row counts of the manifest; `postgres` and `pgbackrest` only. @default [] */
  readonly checks?: readonly DrillCheck[];
  /**
   * Program that reads the restored output on its stdin to the end, and ends with exit code 0 only when it is right;
   * started without a shell in a folder of its own. Sources of kind `command` are not drilled without it. For
   * `kubernetes-objects` it gets a `List` of each restored namespace's objects as they were backed up. No other kinds.
   */
  readonly command?: readonly string[];
  /** Namespaces whose objects are restored, one after the other; only `kubernetes-objects`. @default - all of the artefact */
  readonly namespaces?: readonly string[];
  /** Target: from the first byte read to the last check passed. @default - measured, not compared */
  readonly rtoSeconds?: number;
  /** Target: from the data's moment to the drill's start, for drills of the newest artefact. @default - not compared */
  readonly rpoSeconds?: number;
  /**
   * Age from which the newest artefact, of `pgbackrest` the newest base backup, is stale and fails the drill.
   * @default - `maxAgeSeconds` of the asset
   */
  readonly maxArtefactAgeSeconds?: number;
  /** Time between two drills; `check` finds fault when the newest good one is older than twice this. @default - not checked */
  readonly everySeconds?: number;
}

/** One question to a restored PostgreSQL database. */
export interface DrillCheck {
  /** How results call it; unique. */
  readonly name: string;
  /** The database that is asked. @default - the only one, of `pgbackrest` its `database`; needed where `databases` has several */
  readonly database?: string;
  /** One statement, run by a superuser of the throw-away server. */
  readonly sql: string;
  /** What it must give, as `psql` prints it: fields separated by `|`, rows by newlines. @default "t" */
  readonly expect?: string;
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
export type AgentSource =
  | PostgresSource
  | KubernetesObjectsSource
  | RedisSource
  | GitSource
  | FilesSource
  | CommandSource
  | EtcdSource
  | VolumeSnapshotsSource
  | PgBackRestSource;

/** One database of a PostgreSQL server, or several in one backup. */
export interface PostgresSource {
  /** Tells the source. */
  readonly kind: "postgres";
  /** Host name, address, or folder of a socket. */
  readonly host: string;
  /** @default 5432 */
  readonly port?: number;
  /** The database that is dumped. This or `databases`. */
  readonly database?: string;
  /** Databases that are dumped together, each as a part of its own from a snapshot of its own. This or `database`. */
  readonly databases?: readonly PostgresDatabaseSource[];
  /** Role that dumps. */
  readonly user: string;
  /** Path of a file with the password; absent: peer, trust or certificate authentication. */
  readonly passwordFile?: string;
  /** libpq `sslmode`. @default "prefer" */
  readonly sslMode?: "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";
  /** Path of the CA certificate for `verify-ca` and `verify-full`. */
  readonly sslRootCertFile?: string;
  /** Tables (`schema.table`) whose rows are counted in the dump's own snapshot; only with `database`. @default [] */
  readonly countTables?: readonly string[];
  /** Seconds to keep trying to connect, for new pods whose address policies do not yet let through. @default 60 */
  readonly connectTimeoutSeconds?: number;
  /** Seconds to wait for a table lock before the dump gives up. @default 60 */
  readonly lockTimeoutSeconds?: number;
  /**
   * Seconds that a replica may be behind its primary, from 1; further behind, the run fails, because its dump would be old
   * data with a new date. Only looked at where the server is a replica.
   * @default 300
   */
  readonly mostLagSeconds?: number;
}

/** One of several databases of a PostgreSQL server. */
export interface PostgresDatabaseSource {
  /** Its name; unique in the list. */
  readonly name: string;
  /** Tables (`schema.table`) whose rows are counted in the dump's own snapshot. @default [] */
  readonly countTables?: readonly string[];
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

/** Every key of a Redis or Valkey server, as the snapshot that it gives a replica. */
export interface RedisSource {
  /** Tells the source. */
  readonly kind: "redis";
  /** Host name or address; a replica spares the primary the fork and its memory. */
  readonly host: string;
  /** @default 6379 */
  readonly port?: number;
  /** ACL user with `+ping +sync +psync +replconf`. @default - the server's `default` user */
  readonly user?: string;
  /** Path of a file with the password; absent: none is needed. */
  readonly passwordFile?: string;
  /** Connect with TLS. @default false */
  readonly tls?: boolean;
  /** Path of a PEM file with the authorities that count; only with `tls`. @default - the system's */
  readonly caFile?: string;
  /** Path of the client's certificate; only with `tls`, together with `keyFile`. */
  readonly certFile?: string;
  /** Path of the client's key. */
  readonly keyFile?: string;
  /** Seconds to keep trying to connect. @default 60 */
  readonly connectTimeoutSeconds?: number;
  /** Seconds after which a snapshot that grows no more is given up, the server's work before its first byte included. @default 1800 */
  readonly idleTimeoutSeconds?: number;
}

/** Every ref of a Git repository, without Git LFS objects, issues and pull requests' discussions. */
export interface GitSource {
  /** Tells the source. */
  readonly kind: "git";
  /** `https://`, `http://`, `ssh://`, `user@host:path`, `file://` or an absolute path; never with a password in it. */
  readonly url: string;
  /** User of `passwordFile`. @default "git" */
  readonly user?: string;
  /** Path of a file whose first line is the password or token for `https`. */
  readonly passwordFile?: string;
  /** Path of a PEM file with the authorities that count for `https`. @default - the system's */
  readonly caFile?: string;
  /** Path of a private key for `ssh`, without a passphrase. */
  readonly sshKeyFile?: string;
  /** Path of the known hosts for `ssh`; an unknown host is refused. @default - the user's `~/.ssh/known_hosts` */
  readonly knownHostsFile?: string;
  /** Seconds after which a clone that grows no more is given up. @default 1800 */
  readonly idleTimeoutSeconds?: number;
}

/** A folder with everything in it: a mounted PersistentVolumeClaim, a folder of a host. */
export interface FilesSource {
  /** Tells the source. */
  readonly kind: "files";
  /** Absolute path of the folder. */
  readonly path: string;
  /** Patterns of GNU tar to leave out, matched against `./path`: `./cache`, `*.tmp`. @default [] */
  readonly exclude?: readonly string[];
  /**
   * Take files that change or go away while they are read, and note it in the manifest. Without it the run fails:
   * such a file may be half old and half new.
   * @default false
   */
  readonly allowChanges?: boolean;
}

/** Whatever a program prints. */
export interface CommandSource {
  /** Tells the source. */
  readonly kind: "command";
  /** The program and its arguments, started without a shell. Arguments are no place for passwords. */
  readonly command: readonly string[];
  /** Extension of the artefact: `sql`, `tar`. @default "data" */
  readonly extension?: string;
  /** Text that complete output begins with; other output fails the run. @default - any */
  readonly beginsWith?: string;
  /** Environment variables of the program whose values are read from files: `{ MYSQL_PWD: "/secrets/db/password" }`. @default {} */
  readonly secretFiles?: Readonly<Record<string, string>>;
}

/** A snapshot of an etcd cluster: one that an init container left as a file, or one that is taken from an endpoint. */
export interface EtcdSource {
  /** Tells the source. */
  readonly kind: "etcd";
  /** Absolute path of a snapshot that `etcdctl snapshot save` or `talosctl etcd snapshot` wrote. This or `endpoint`. */
  readonly file?: string;
  /** URL of one member: `https://127.0.0.1:2379`. This or `file`. */
  readonly endpoint?: string;
  /** Path of the authority's certificate. */
  readonly caFile?: string;
  /** Path of the client's certificate. */
  readonly certFile?: string;
  /** Path of the client's key. */
  readonly keyFile?: string;
  /** Seconds after which a snapshot that grows no more is given up; only with `endpoint`. @default 1800 */
  readonly idleTimeoutSeconds?: number;
}

/**
 * Snapshots of volumes. They lie in the storage system and in no store, so that `stores` is empty; the command
 * `snapshot` makes and removes them.
 */
export interface VolumeSnapshotsSource {
  /** Tells the source. */
  readonly kind: "volume-snapshots";
  /** Namespace of the PersistentVolumeClaims. */
  readonly namespace: string;
  /** Names of the claims. These or `matchLabels`. */
  readonly claims?: readonly string[];
  /** Labels that a claim must have, all of them. */
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** VolumeSnapshotClass that they are made with. */
  readonly className: string;
  /** Seconds until every snapshot must be ready. @default 600 */
  readonly readyTimeoutSeconds?: number;
}

/**
 * The archive that pgBackRest keeps of a PostgreSQL server. pgBackRest makes its own backups; here `drill` restores them and
 * `check` looks at the drills. How repositories are reached pgBackRest knows itself, by its configuration and by
 * `PGBACKREST_*` variables of the agent, which hold the passphrases.
 */
export interface PgBackRestSource {
  /** Tells the source. */
  readonly kind: "pgbackrest";
  /** Name of the stanza. */
  readonly stanza: string;
  /** Names of the repositories in the order of their numbers, `repo1` first: each is restored in every drill. */
  readonly repositories: readonly string[];
  /** Seconds back from now of which any moment is promised. */
  readonly windowSeconds: number;
  /** Superuser of the archived server. @default "postgres" */
  readonly user?: string;
  /** Database that checks ask which name none. @default "postgres" */
  readonly database?: string;
  /**
   * Settings of the server that a drill starts: it has none of the archived server's. Names of PostgreSQL's parameters:
   * `{ shared_preload_libraries: "timescaledb" }`. Not those by which it could reach or be reached. @default {}
   */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Every store the agent can write to. */
export type AgentStore = FolderAgentStore | S3AgentStore | GcsAgentStore | AzureAgentStore;

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
  /** Bytes that must be free; `check` finds fault with less. @default - twice the size of the newest backup */
  readonly leastFreeBytes?: number;
}

/** What every store has that is reached over the network. */
export interface NetworkAgentStore {
  /** Name of the store in the declaration; appears in results. */
  readonly name: string;
  /** First part of every object name. @default "" */
  readonly prefix?: string;
  /** URL of a server other than the cloud's own. */
  readonly endpoint?: string;
  /** Path of a PEM file with the certificate authorities that count for this server, in place of the system's. */
  readonly caFile?: string;
  /** Seconds after which a connection on which nothing moves is given up and tried anew. @default 120 */
  readonly idleTimeoutSeconds?: number;
}

/** A bucket of S3 or of a server that speaks its protocol. */
export interface S3AgentStore extends NetworkAgentStore {
  /** Tells the store. */
  readonly kind: "s3";
  /** Name of the bucket. */
  readonly bucket: string;
  /** Region of the bucket. */
  readonly region: string;
  /** `https://host/bucket/key` in place of `https://bucket.host/key`. @default false */
  readonly forcePathStyle?: boolean;
  /** Put a legal hold on every object beside its lock: nothing deletes it before somebody lifts the hold. @default false */
  readonly legalHold?: boolean;
  /**
   * Folder with the files `accessKeyId` and `secretAccessKey` (a mounted Secret).
   * Absent: the SDK's default chain (environment, web identity, instance role).
   */
  readonly credentialsFolder?: string;
}

/**
 * A bucket of Google Cloud Storage. Every object's custom time is the moment from which it may be deleted: one
 * lifecycle rule, `Delete` at `daysSinceCustomTime: 1`, serves every class of every asset. A lock needs a bucket
 * with object retention, and a writer with `storage.objects.create` and `storage.objects.setRetention`.
 */
export interface GcsAgentStore extends NetworkAgentStore {
  /** Tells the store. */
  readonly kind: "gcs";
  /** Name of the bucket. */
  readonly bucket: string;
  /**
   * Path of a service account's key or of a workload identity federation's configuration.
   * Absent: the default chain (`GOOGLE_APPLICATION_CREDENTIALS`, then the metadata server, which is workload identity
   * on GKE).
   */
  readonly credentialsFile?: string;
}

/**
 * A container of Azure Blob Storage. Every object carries `backup-tiers-keep-days` as a blob index tag, for lifecycle rules
 * by `blobIndexMatch`. A lock needs a container with version-level immutability; tags need the data action
 * `blobs/tags/write`.
 */
export interface AzureAgentStore extends NetworkAgentStore {
  /** Tells the store. */
  readonly kind: "azure";
  /** Name of the storage account. */
  readonly account: string;
  /** Name of the container. */
  readonly container: string;
  /** Client id of the managed identity, where the machine has several. @default - `AZURE_CLIENT_ID`, or the only one */
  readonly clientId?: string;
  /**
   * Path of a file with a connection string, which also says where the account is.
   * Absent: workload identity where its webhook has set `AZURE_FEDERATED_TOKEN_FILE`, else the managed identity.
   */
  readonly connectionStringFile?: string;
}
