import type { Issue, Location } from "../model/index.js";
import type { SecretKeyReference } from "../shared/input.js";
import { problem } from "../shared/problem.js";
import { clusterLocation, type DataKind } from "./data-access.js";
import { type SecretFile, secretPath } from "./secret-file.js";

/** A Git repository that is reached over the network. */
export interface GitRepository {
  /** `https://`, `http://`, `ssh://user@host/path` or `user@host:path`; never with a password in it. */
  readonly url: string;
  /** User of `passwordSecret`. @default "git" */
  readonly user?: string;
  /** Password or token for `https`; its `key` defaults to `"password"`. @default - none: a public repository */
  readonly passwordSecret?: SecretKeyReference;
  /** Authorities that count for `https`, as PEM; its `key` defaults to `"ca.crt"`. @default - the image's own */
  readonly caSecret?: SecretKeyReference;
  /** Private key for `ssh`, without a passphrase; its `key` defaults to `"ssh-privatekey"`. Needed for `ssh`. */
  readonly sshKeySecret?: SecretKeyReference;
  /** Known hosts for `ssh`; its `key` defaults to `"known_hosts"`. Needed for `ssh`: an unknown host is refused. */
  readonly knownHostsSecret?: SecretKeyReference;
  /** Where the repository is, when its host's name does not tell. */
  readonly location?: Location;
}

const id = "git-repository";

/** Has git, ssh and the authorities' certificates; runs as any user that has a name. */
const gitImage = "docker.io/alpine/git:v2.54.0";

/** `nobody`, in Debian as in Alpine: ssh refuses to run as a user without a name. */
const namedUser = 65_534;

const usualPorts: Readonly<Record<string, number>> = { "https:": 443, "http:": 80, "ssh:": 22 };

/**
 * A Git repository as the library's pods see it.
 *
 * @internal
 */
export const gitRepository: DataKind<GitRepository> = {
  keys: [
    "url",
    "user",
    "passwordSecret",
    "caSecret",
    "sshKeySecret",
    "knownHostsSecret",
    "location",
  ] as const satisfies readonly (keyof GitRepository)[],

  declare: (repository, protection) => ({
    kind: "git-repository",
    mechanisms: ["git-bundle"],
    protection,
    location: repository?.location ?? clusterLocation(addressOf(repository?.url)?.host),
    target: addressOf(repository?.url) && repository?.url,
  }),

  issues: ownIssues,

  rehearsal: { scratchSize: "20Gi" },

  access(repository) {
    const files = secretFiles(repository);
    const path = (name: keyof typeof files) => files[name] && secretPath(files[name]);
    return {
      source: {
        kind: "git",
        url: repository.url,
        user: repository.user,
        passwordFile: path("password"),
        caFile: path("ca"),
        sshKeyFile: path("sshKey"),
        knownHostsFile: path("knownHosts"),
      },
      secretFiles: Object.values(files).filter((file) => file !== undefined),
      ports: [addressOf(repository.url)?.port ?? 443],
      toolsImage: gitImage,
      user: namedUser,
      demands: { scratchSize: "10Gi" },
    };
  },
};

interface Address {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  /** A password, or a user who is asked for one, stands in it. */
  readonly credentials: boolean;
}

/** The parts of an URL or of `user@host:path`; undefined for anything else. */
function addressOf(url: unknown): Address | undefined {
  if (typeof url !== "string") return undefined;
  const short = /^[^@:/\s]+@([^:/\s]+):(?!\/\/)\S+$/.exec(url)?.[1];
  if (short !== undefined) return { protocol: "ssh:", host: short, port: 22, credentials: false };
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port, username, password } = new URL(url);
  const usual = usualPorts[protocol];
  if (usual === undefined || hostname === "") return undefined;
  const credentials = password !== "" || (protocol !== "ssh:" && username !== "");
  return { protocol, host: hostname, port: port === "" ? usual : Number(port), credentials };
}

function secretFiles(repository: GitRepository) {
  const file = (volume: string, secret: SecretKeyReference | undefined, key: string): SecretFile | undefined =>
    secret && { volume, secretName: secret.name, key: secret.key ?? key };
  return {
    password: file("repository-password", repository.passwordSecret, "password"),
    ca: file("repository-ca", repository.caSecret, "ca.crt"),
    sshKey: file("ssh-key", repository.sshKeySecret, "ssh-privatekey"),
    knownHosts: file("known-hosts", repository.knownHostsSecret, "known_hosts"),
  };
}

function ownIssues(repository: GitRepository, path: string): Issue[] {
  const address = addressOf(repository.url);
  if (address === undefined) {
    const rule = "be https://, http://, ssh:// or user@host:path (git)";
    // Never the value: what cannot be read may still have a password in it.
    const given: unknown = repository.url;
    const got = given === undefined ? undefined : "something else (not shown)";
    return [problem(id, `${path}.url`, rule, got, "write what you would give to git clone")];
  }
  const issues: Issue[] = [];
  if (address.credentials) {
    const rule = "hold no user and no password (they would stand in states and logs)";
    const advice = "give user, and put the password into a Secret that passwordSecret names";
    issues.push(problem(id, `${path}.url`, rule, "one that does (not shown)", advice));
  }
  if (repository.user !== undefined && repository.passwordSecret === undefined)
    issues.push(problem(id, `${path}.user`, "stand beside passwordSecret (git)", repository.user, "leave it out"));
  const ssh = address.protocol === "ssh:";
  const asked = ssh ? (["sshKeySecret", "knownHostsSecret"] as const) : [];
  for (const key of asked) {
    if (repository[key] !== undefined) continue;
    const rule = `name a Secret for ${address.protocol.replace(":", "")} (OpenSSH)`;
    issues.push(problem(id, `${path}.${key}`, rule, undefined, "see ssh-keygen and ssh-keyscan"));
  }
  const foreign = ssh ? (["passwordSecret", "caSecret"] as const) : (["sshKeySecret", "knownHostsSecret"] as const);
  for (const key of foreign) {
    if (repository[key] === undefined) continue;
    const rule = `be left out for ${address.protocol.replace(":", "")} (git)`;
    issues.push(problem(id, `${path}.${key}`, rule, "a Secret", "it would not be used"));
  }
  return issues;
}
