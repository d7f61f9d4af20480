import type { AgentSource } from "../../components/model/agent-config.js";
import { commandRules } from "./command-rules.js";
import { etcdRules } from "./etcd-rules.js";
import { filesRules } from "./files-rules.js";
import { gitRules } from "./git-rules.js";
import { kubernetesObjectsRules } from "./kubernetes-objects-rules.js";
import { pgBackRestRules } from "./pgbackrest-rules.js";
import { postgresRules } from "./postgres-rules.js";
import { redisRules } from "./redis-rules.js";
import type { Rules, SourceRules } from "./rules.js";
import { volumeSnapshotsRules } from "./volume-snapshots-rules.js";

const kinds: Readonly<Record<AgentSource["kind"], SourceRules>> = {
  postgres: postgresRules,
  etcd: etcdRules,
  redis: redisRules,
  "kubernetes-objects": kubernetesObjectsRules,
  git: gitRules,
  files: filesRules,
  command: commandRules,
  "volume-snapshots": volumeSnapshotsRules,
  pgbackrest: pgBackRestRules,
};

/** Checks `source`. */
export function checkSource(rules: Rules, value: unknown): void {
  const kind = (value as { kind?: unknown } | null | undefined)?.kind;
  const known = Object.entries(kinds).find(([name]) => name === kind)?.[1];
  // Of a kind that is misspelt no key is wrong for sure.
  const keys = known?.keys ?? Object.values(kinds).flatMap((each) => each.keys);
  const source = rules.object("source", value, ["kind", ...keys]);
  if (source === undefined) return;
  rules.word("source.kind", kind, Object.keys(kinds), true);
  known?.check(rules, source);
}
